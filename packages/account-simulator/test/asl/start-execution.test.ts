import { EXECUTIONS, giveBackClock, INVOKE, MACHINES, output, play, ROLE, work } from './harness.ts';

afterEach(giveBackClock);

const wait = { A: { Type: 'Wait', Seconds: 10, End: true } };
const named = (name: string) => expect.objectContaining({ name });

describe('StartExecution', () => {
  it('answers with the ARN and date, and makes a UUID where there is no name', () => {
    const harness = play();
    const arn = harness.create(wait, 'm');
    expect(harness.engine.startExecution({ stateMachineArn: arn, name: 'n' })).toEqual({
      executionArn: `${EXECUTIONS}:m:n`,
      startDate: harness.clock.startedAt,
    });
    const { executionArn } = harness.engine.startExecution({ stateMachineArn: arn });
    expect(executionArn).toMatch(/:m:[0-9a-f-]{36}$/);
  });

  it('returns the running execution for the same name and input', async () => {
    const harness = play();
    const arn = harness.create(wait, 'm');
    const first = harness.start(arn, { a: 1 }, 'n');
    await harness.settle(5);
    expect(harness.start(arn, { a: 1 }, 'n')).toBe(first);
    expect(harness.engine.executions()).toHaveLength(1);
  });

  it('refuses the name of a running execution with another input', () => {
    const harness = play();
    const arn = harness.create(wait, 'm');
    harness.start(arn, { a: 1 }, 'n');
    expect(() => harness.start(arn, { a: 2 }, 'n')).toThrow(named('ExecutionAlreadyExists'));
  });

  it('refuses the name of a closed execution for 90 days', async () => {
    const harness = play();
    const arn = harness.create(wait, 'm');
    harness.start(arn, {}, 'n');
    await harness.settle();
    expect(() => harness.start(arn, {}, 'n')).toThrow(named('ExecutionAlreadyExists'));
    await harness.settle(90 * 86_400 - 1);
    expect(() => harness.start(arn, {}, 'n')).toThrow(named('ExecutionAlreadyExists'));
    await harness.settle(1);
    expect(harness.start(arn, {}, 'n').status).toBe('RUNNING');
  });

  it('takes the same name for another machine', () => {
    const harness = play();
    harness.start(harness.create(wait, 'm1'), {}, 'n');
    expect(harness.start(harness.create(wait, 'm2'), {}, 'n').arn).toBe(`${EXECUTIONS}:m2:n`);
  });

  it.each(['', 'x'.repeat(81), 'a b', 'a\tb', ...'<>{}[]?*"#%\\^|~`$&,;:/', '\u0001', '\u007f'])(
    'refuses the name %j',
    (name) => {
      const harness = play();
      const arn = harness.create(wait, 'm');
      expect(() => harness.start(arn, {}, name)).toThrow(named('InvalidName'));
    },
  );

  it.each(['d-ABCDEFGH1', 'x'.repeat(80), 'a.b_c+d=e@f', 'Übung'])('takes the name %s', (name) => {
    const harness = play();
    expect(harness.start(harness.create(wait, 'm'), {}, name).name).toBe(name);
  });

  it('refuses input that is not JSON, or larger than 262,144 bytes', () => {
    const harness = play();
    const stateMachineArn = harness.create(wait, 'm');
    const start = (input: string) => () => harness.engine.startExecution({ stateMachineArn, input });
    expect(start('{')).toThrow(named('InvalidExecutionInput'));
    expect(start(`"${'x'.repeat(262_143)}"`)).toThrow(named('InvalidExecutionInput'));
    expect(start(`"${'x'.repeat(262_142)}"`)).not.toThrow();
  });

  it('refuses a machine it does not know', () => {
    expect(() => play().start(`${MACHINES}:none`)).toThrow(named('StateMachineDoesNotExist'));
  });

  it('records the starter', () => {
    const harness = play();
    const stateMachineArn = harness.create(wait, 'm');
    const { executionArn } = harness.engine.startExecution({ stateMachineArn, startedBy: 'rule' });
    expect(harness.engine.execution(executionArn)).toMatchObject({ startedBy: 'rule', parent: undefined });
  });
});

describe('state machines', () => {
  it('accepts the same machine again, and refuses another of the same name', () => {
    const harness = play();
    harness.create(wait, 'm');
    expect(() => harness.create(wait, 'm')).not.toThrow();
    expect(() => harness.create({ A: { Type: 'Succeed' } }, 'm')).toThrow(named('StateMachineAlreadyExists'));
  });

  it('takes the definition as JSON text', async () => {
    const harness = play();
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: { A: { Type: 'Succeed' } },
    });
    harness.engine.createStateMachine({ name: 't', arn: `${MACHINES}:t`, definition, roleArn: ROLE });
    const execution = harness.start(`${MACHINES}:t`, { x: 1 });
    await harness.settle();
    expect(output(execution)).toEqual({ x: 1 });
  });

  it('describes a machine with its definition as text', () => {
    const harness = play();
    const definition = { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Succeed' } } };
    const arn = harness.create(definition, 'm');
    expect(harness.engine.describeStateMachine(arn)).toMatchObject({
      arn,
      name: 'm',
      roleArn: ROLE,
      definition: JSON.stringify(definition),
    });
  });

  it('lets running executions keep their definition when it is updated', async () => {
    const harness = play();
    const arn = harness.create({ A: { Type: 'Wait', Seconds: 10, Output: 'old', End: true } }, 'm');
    const before = harness.start(arn);
    harness.engine.updateStateMachine({
      arn,
      definition: {
        QueryLanguage: 'JSONata',
        StartAt: 'A',
        States: { A: { Type: 'Succeed', Output: 'new' } },
      },
    });
    const after = harness.start(arn);
    await harness.settle();
    expect([output(before), output(after)]).toEqual(['old', 'new']);
  });

  it('lists the executions of a machine, the newest first, also by status', async () => {
    const harness = play();
    const arn = harness.create(wait, 'm');
    harness.start(harness.create(wait, 'other'));
    harness.start(arn, {}, 'first');
    await harness.settle(5);
    harness.start(arn, {}, 'second');
    await harness.settle(6);
    const names = (statusFilter?: 'RUNNING' | 'SUCCEEDED') =>
      harness.engine
        .listExecutions({ stateMachineArn: arn, ...(statusFilter && { statusFilter }) })
        .map(({ name }) => name);
    expect(names()).toEqual(['second', 'first']);
    expect(names('SUCCEEDED')).toEqual(['first']);
    expect(names('RUNNING')).toEqual(['second']);
    expect(() => harness.engine.listExecutions({ stateMachineArn: 'arn:none' })).toThrow(
      named('StateMachineDoesNotExist'),
    );
  });
});

describe('determinism', () => {
  it('gives the same histories for the same seed', async () => {
    const runs: string[] = [];
    for (const seed of [5, 5, 6]) {
      const harness = play({ seed }).on(INVOKE, () => harness.clock.sleep(1500));
      const arn = harness.create({
        All: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Work',
            States: {
              Work: work({
                TimeoutSeconds: 1,
                Arguments: { Payload: '{% $uuid() %}' },
                Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 2, JitterStrategy: 'FULL' }],
                Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rest' }],
              }),
              Rest: { Type: 'Pass', End: true },
            },
          },
          End: true,
        },
      });
      for (let i = 0; i < 5; i += 1) harness.start(arn, [1, 2, 3]);
      await harness.settle();
      runs.push(JSON.stringify(harness.engine.executions().map(({ arn: id, history }) => [id, history])));
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
  });

  it('runs thousands of executions side by side', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(1000));
    const arn = harness.create({ Pause: { Type: 'Wait', Seconds: 60, Next: 'Work' }, Work: work() });
    for (let i = 0; i < 3000; i += 1) harness.start(arn, { i }, `run-${i}`);
    await harness.settle();
    expect(harness.engine.executions().every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(harness.seconds()).toBe(61);
  });
});
