import { giveBackClock, play, types } from './harness.ts';

afterEach(giveBackClock);

describe('Fail', () => {
  it('fails the execution with its Error and Cause', async () => {
    const execution = await play().run({ A: { Type: 'Fail', Error: 'ErrorA', Cause: 'Kaiju attack' } });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'ErrorA', cause: 'Kaiju attack' });
    expect(types(execution)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('takes Error and Cause from expressions', async () => {
    const execution = await play().run(
      { A: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: "{% 'because of ' & $states.input.e %}" } },
      { e: 'Rain' },
    );
    expect(execution).toMatchObject({ error: 'Rain', cause: 'because of Rain' });
  });

  it('fails without an error name where it has none', async () => {
    const execution = await play().run({ A: { Type: 'Fail' } });
    expect(execution.status).toBe('FAILED');
    expect(execution.error).toBeUndefined();
    expect(execution.history.at(-1)?.details).toEqual({});
  });

  it('fails with a query error where Error is no string', async () => {
    const execution = await play().run({ A: { Type: 'Fail', Error: '{% 12 %}' } });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain("field 'Error' returned an unexpected result type. Expected 'string'");
  });
});
