import { giveBackClock, output, play, types } from './harness.ts';

afterEach(giveBackClock);

describe('Pass', () => {
  it('copies its input to its output', async () => {
    const execution = await play().run({ A: { Type: 'Pass', End: true } }, { a: [1, null, 'x'] });
    expect(output(execution)).toEqual({ a: [1, null, 'x'] });
  });

  it('outputs any JSON value', async () => {
    for (const value of [true, 42, null, 'text', [1, { a: 2 }]]) {
      const harness = play();
      const execution = await harness.run({ A: { Type: 'Pass', Output: value, End: true } });
      expect(output(execution)).toEqual(value);
    }
  });

  it('evaluates expressions at any depth and leaves other strings alone', async () => {
    const execution = await play().run(
      {
        A: {
          Type: 'Pass',
          Output: { deep: [{ title: '{% $states.input.title %}' }, 'x'], plain: '$states.input.title' },
          End: true,
        },
      },
      { title: 'Doctor' },
    );
    expect(output(execution)).toEqual({ deep: [{ title: 'Doctor' }, 'x'], plain: '$states.input.title' });
  });

  it('runs AWS’s Succeed example of input and output', async () => {
    const execution = await play().run(
      {
        Basic: {
          Type: 'Succeed',
          Output: {
            lastName: "{% 'Last=>' & $states.input.customer.lastName %}",
            orderValue: '{% $states.input.order.total %}',
          },
        },
      },
      { customer: { firstName: 'Martha', lastName: 'Rivera' }, order: { items: 7, total: 27.91 } },
    );
    expect(output(execution)).toEqual({ lastName: 'Last=>Rivera', orderValue: 27.91 });
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('gives the output of a state to the next as its input', async () => {
    const execution = await play().run({
      A: { Type: 'Pass', Output: { n: 1 }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% $states.input.n + 1 %}', End: true },
    });
    expect(output(execution)).toBe(2);
  });

  it('takes no time', async () => {
    const harness = play();
    await harness.run({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } });
    expect(harness.seconds()).toBe(0);
  });
});
