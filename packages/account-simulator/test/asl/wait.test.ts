import { giveBackClock, output, play, START } from './harness.ts';

afterEach(giveBackClock);

describe('Wait', () => {
  it('waits a number of seconds', async () => {
    const harness = play();
    await harness.run({ A: { Type: 'Wait', Seconds: 90, End: true } });
    expect(harness.seconds()).toBe(90);
  });

  it('waits for the seconds of an expression and passes its input on', async () => {
    const harness = play();
    const execution = await harness.run(
      { A: { Type: 'Wait', Seconds: '{% $states.input.pause * 2 %}', End: true } },
      { pause: 30 },
    );
    expect(harness.seconds()).toBe(60);
    expect(output(execution)).toEqual({ pause: 30 });
  });

  it('waits until a time, ignoring fractions of a second', async () => {
    const harness = play();
    await harness.run({ A: { Type: 'Wait', Timestamp: '2026-03-01T09:00:00.900Z', End: true } });
    expect(harness.seconds()).toBe(3600);
  });

  it('waits until a time with an offset that an expression gives', async () => {
    const harness = play();
    await harness.run(
      { A: { Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true } },
      { at: '2026-03-01T10:30:00+02:00' },
    );
    expect(harness.clock.now() - START).toBe(30 * 60 * 1000);
  });

  it('continues at once where the time has passed', async () => {
    const harness = play();
    await harness.run({ A: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true } });
    expect(harness.seconds()).toBe(0);
  });

  it('waits longer than the timers of Node can', async () => {
    const harness = play();
    const days = 60;
    await harness.run({ A: { Type: 'Wait', Seconds: days * 86_400, End: true } });
    expect(harness.seconds()).toBe(days * 86_400);
  });

  it.each([['{% -1 %}'], ['{% 1.5 %}'], ["{% '5' %}"], ['{% 100000000 %}']])(
    'fails with a query error for Seconds of %s',
    async (seconds) => {
      const execution = await play().run({ A: { Type: 'Wait', Seconds: seconds, End: true } });
      expect(execution.error).toBe('States.QueryEvaluationError');
      expect(execution.cause).toContain("specified for the field 'Seconds'");
    },
  );

  it('fails with a query error for a Timestamp that is none', async () => {
    const execution = await play().run({ A: { Type: 'Wait', Timestamp: "{% '2026-03-01' %}", End: true } });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain(
      'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2026-03-01',
    );
    const number = await play().run({ A: { Type: 'Wait', Timestamp: '{% 1 %}', End: true } });
    expect(number.cause).toContain("Expected 'string', but was 'number' for value: 1");
  });
});
