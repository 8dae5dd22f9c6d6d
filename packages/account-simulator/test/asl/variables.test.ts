import { giveBackClock, output, play, types } from './harness.ts';

afterEach(giveBackClock);

describe('Assign', () => {
  it('evaluates all expressions with the values of the entry, as in AWS’s example', async () => {
    const execution = await play().run({
      Start: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Next: 'Show' },
      Show: { Type: 'Succeed', Output: ['{% $x %}', '{% $nextX %}'] },
    });
    expect(output(execution)).toEqual([6, 3]);
  });

  it('is not seen by the Output of the same state', async () => {
    const execution = await play().run({
      Start: { Type: 'Pass', Assign: { x: 'old' }, Next: 'Change' },
      Change: { Type: 'Pass', Assign: { x: 'new' }, Output: '{% $x %}', End: true },
    });
    expect(output(execution)).toBe('old');
  });

  it('fails where a variable has not been assigned', async () => {
    const execution = await play().run({ A: { Type: 'Pass', Assign: { y: '{% $x %}' }, End: true } });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain(
      "'$x' specified for the field 'Assign/y' returned nothing (undefined).",
    );
  });

  it('keeps a value until another is assigned, across a loop', async () => {
    const execution = await play().run({
      Init: { Type: 'Pass', Assign: { n: 0, seen: [] }, Next: 'Add' },
      Add: {
        Type: 'Pass',
        Assign: { n: '{% $n + 1 %}', seen: '{% $append($seen, [$n]) %}' },
        Next: 'More',
      },
      More: { Type: 'Choice', Choices: [{ Condition: '{% $n < 3 %}', Next: 'Add' }], Default: 'Show' },
      Show: { Type: 'Succeed', Output: '{% $seen %}' },
    });
    expect(output(execution)).toEqual([0, 1, 2]);
  });

  it('takes null for a value', async () => {
    const execution = await play().run({
      A: { Type: 'Pass', Assign: { x: null, shuffle: null }, Next: 'B' },
      B: { Type: 'Succeed', Output: ['{% $x %}', '{% $exists($x) %}', '{% $shuffle = null %}'] },
    });
    expect(output(execution)).toEqual([null, true, true]);
  });

  it('records the new values with the state’s exit', async () => {
    const execution = await play().run({ A: { Type: 'Pass', Assign: { o: { a: 1 }, t: 'x' }, End: true } });
    expect(execution.history[2]?.details).toMatchObject({
      assignedVariables: { o: '{"a":1}', t: '"x"' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  it('is not affected by a variable an expression binds for itself', async () => {
    const execution = await play().run({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% ($x := 5; $x) %}', Assign: { y: '{% $x %}' }, Next: 'C' },
      C: { Type: 'Succeed', Output: ['{% $x %}', '{% $y %}', '{% $states.input %}'] },
    });
    expect(output(execution)).toEqual([1, 1, 5]);
  });
});

describe('variable scope', () => {
  it('lets iterations read outer variables and keeps their own apart', async () => {
    const execution = await play().run(
      {
        Start: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Each' },
        Each: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Note',
            States: {
              Note: { Type: 'Pass', Assign: { inner: '{% $outer & $states.input %}' }, Next: 'Pause' },
              Pause: { Type: 'Wait', Seconds: 1, Output: '{% $inner %}', End: true },
            },
          },
          Next: 'Show',
        },
        Show: { Type: 'Succeed', Output: { in: '{% $states.input %}', inner: '{% $exists($inner) %}' } },
      },
      ['a', 'b'],
    );
    expect(output(execution)).toEqual({ in: ['oa', 'ob'], inner: false });
  });

  it('runs the specification’s example: an outer variable is changed by the Map’s own Assign', async () => {
    const execution = await play().run(
      {
        Greeting: { Type: 'Pass', Assign: { outer: 'hello' }, Next: 'Everyone' },
        Everyone: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Begin',
            States: {
              Begin: { Type: 'Pass', Assign: { inner: 'world', hi: '{% $outer %}' }, Next: 'Finish' },
              Finish: { Type: 'Succeed', Output: '{% $hi %}' },
            },
          },
          Assign: { outer: 2, all: '{% $states.result %}' },
          Next: 'Goodbye',
        },
        Goodbye: { Type: 'Succeed', Output: ['{% $outer %}', '{% $all %}'] },
      },
      [0],
    );
    expect(output(execution)).toEqual([2, ['hello']]);
  });

  it('keeps branches from seeing each other’s variables', async () => {
    const branch = (name: string, states: object) => ({ StartAt: name, States: states });
    const execution = await play().run({
      Both: {
        Type: 'Parallel',
        Branches: [
          branch('A', { A: { Type: 'Pass', Assign: { mine: 1 }, End: true } }),
          branch('B', { B: { Type: 'Wait', Seconds: 1, Output: '{% $exists($mine) %}', End: true } }),
        ],
        Output: '{% $states.result[1] %}',
        End: true,
      },
    });
    expect(output(execution)).toBe(false);
  });
});

describe('variable limits', () => {
  const big = (bytes: number) => `{% $pad('', ${bytes - 2}, 'x') %}`;

  it('refuses one Assign of more than the limit', async () => {
    const harness = play({ limits: { assignBytes: 100 } });
    const fits = await harness.run({ A: { Type: 'Pass', Assign: { a: big(50), b: big(50) }, End: true } });
    expect(fits.status).toBe('SUCCEEDED');
    const over = await harness.run({ A: { Type: 'Pass', Assign: { a: big(50), b: big(51) }, End: true } });
    expect(over).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('refuses more than the limit of all variables of an execution', async () => {
    const harness = play({ limits: { variablesBytes: 100 } });
    const execution = await harness.run({
      A: { Type: 'Pass', Assign: { a: big(60) }, Next: 'B' },
      B: { Type: 'Pass', Assign: { a: big(70) }, Next: 'C' },
      C: { Type: 'Pass', Assign: { b: big(60) }, End: true },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(types(execution).filter((type) => type === 'PassStateExited')).toHaveLength(2);
  });

  it('frees the variables of iterations that have ended', async () => {
    const harness = play({ limits: { variablesBytes: 100 } });
    const execution = await harness.run(
      {
        Each: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'Note',
            States: { Note: { Type: 'Pass', Assign: { a: big(60) }, Next: 'End' }, End: { Type: 'Succeed' } },
          },
          End: true,
        },
      },
      [1, 2, 3],
    );
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.variableBytes).toBe(0);
  });

  it('frees the variables of branches that were stopped', async () => {
    const execution = await play().run({
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Note',
            States: {
              Note: { Type: 'Pass', Assign: { a: 'x' }, Next: 'Rest' },
              Rest: { Type: 'Wait', Seconds: 9, End: true },
            },
          },
          {
            StartAt: 'Pause',
            States: { Pause: { Type: 'Wait', Seconds: 1, Next: 'No' }, No: { Type: 'Fail' } },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.variableBytes).toBe(0);
  });
});
