import { historyDetailsMember } from '../../asl/history.ts';
import { giveBackClock, INVOKE, output, play, ROLE, types, work } from './harness.ts';

afterEach(giveBackClock);

describe('history', () => {
  it('chains the events of a run, from the first state’s entry with 0', async () => {
    const harness = play().on(INVOKE, () => 'r');
    const execution = await harness.run(
      { Pause: { Type: 'Wait', Seconds: 2, Next: 'Work' }, Work: work() },
      { id: 1 },
    );
    expect(execution.history).toEqual([
      {
        id: 1,
        previousEventId: 0,
        timestamp: harness.clock.startedAt,
        type: 'ExecutionStarted',
        details: { input: '{"id":1}', inputDetails: { truncated: false }, roleArn: ROLE },
      },
      {
        id: 2,
        previousEventId: 0,
        timestamp: harness.clock.startedAt,
        type: 'WaitStateEntered',
        details: { name: 'Pause', input: '{"id":1}', inputDetails: { truncated: false } },
      },
      {
        id: 3,
        previousEventId: 2,
        timestamp: harness.clock.startedAt + 2000,
        type: 'WaitStateExited',
        details: { name: 'Pause', output: '{"id":1}', outputDetails: { truncated: false } },
      },
      expect.objectContaining({ id: 4, previousEventId: 3, type: 'TaskStateEntered' }),
      expect.objectContaining({ id: 5, previousEventId: 4, type: 'TaskScheduled' }),
      {
        id: 6,
        previousEventId: 5,
        timestamp: harness.clock.startedAt + 2000,
        type: 'TaskStarted',
        details: { resourceType: 'lambda', resource: 'invoke' },
      },
      {
        id: 7,
        previousEventId: 6,
        timestamp: harness.clock.startedAt + 2000,
        type: 'TaskSucceeded',
        details: {
          resourceType: 'lambda',
          resource: 'invoke',
          output: '"r"',
          outputDetails: { truncated: false },
        },
      },
      expect.objectContaining({ id: 8, previousEventId: 7, type: 'TaskStateExited' }),
      {
        id: 9,
        previousEventId: 8,
        timestamp: harness.clock.startedAt + 2000,
        type: 'ExecutionSucceeded',
        details: { output: '"r"', outputDetails: { truncated: false } },
      },
    ]);
    expect(harness.engine.getExecutionHistory(execution.arn)).toBe(execution.history);
  });

  it('costs 9 events and 3 transitions for a turn of Wait, Task and Choice', async () => {
    const harness = play().on(INVOKE, () => harness.calls.length);
    const execution = await harness.run({
      Pause: { Type: 'Wait', Seconds: 15, Next: 'Work' },
      Work: work({ Next: 'More', End: undefined }),
      More: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input < 10 %}', Next: 'Pause' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    });
    expect(output(execution)).toBe(10);
    expect(execution.history).toHaveLength(1 + 9 * 10 + 2 + 1);
    expect(execution.stateTransitions).toBe(3 * 10 + 1);
  });

  it('records an evaluation that failed with its place', async () => {
    const execution = await play().run({
      A: { Type: 'Pass', Output: { list: [1, { x: '{% $states.input.absent %}' }] }, End: true },
    });
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'EvaluationFailed',
      'ExecutionFailed',
    ]);
    expect(execution.history[2]?.details).toEqual({
      error: 'States.QueryEvaluationError',
      cause: execution.cause,
      location: 'Output/list[1]/x',
      state: 'A',
    });
  });

  it.each([
    ['TaskStateEntered', 'stateEnteredEventDetails'],
    ['MapStateExited', 'stateExitedEventDetails'],
    ['TaskScheduled', 'taskScheduledEventDetails'],
    ['ExecutionRedriven', 'executionRedrivenEventDetails'],
    ['EvaluationFailed', 'evaluationFailedEventDetails'],
  ])('names the API’s member of the details of %s', (type, member) => {
    expect(historyDetailsMember(type)).toBe(member);
  });
});

describe('progress', () => {
  it('reports every state that is entered and left', async () => {
    const harness = play();
    const seen: string[] = [];
    harness.engine.onStateEntered(({ machine, state, type, time }) =>
      seen.push(`+${machine}/${state} ${type} ${(time - harness.clock.startedAt) / 1000}`),
    );
    harness.engine.onStateExited(({ state }) => seen.push(`-${state}`));
    await harness.run({
      Pause: { Type: 'Wait', Seconds: 2, Next: 'Stop' },
      Stop: { Type: 'Fail', Error: 'E' },
    });
    expect(seen).toEqual(['+machine-1/Pause Wait 0', '-Pause', '+machine-1/Stop Fail 2']);
  });

  it('reports every change of status with the data for an EventBridge event', async () => {
    const harness = play();
    const execution = harness.start(
      harness.create({ A: { Type: 'Wait', Seconds: 5, Output: 1, End: true } }, 'told'),
      { a: 1 },
      'run',
    );
    await harness.settle();
    const common = {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachine.arn,
      name: 'run',
      startDate: harness.clock.startedAt,
      input: '{"a":1}',
      inputDetails: { included: true },
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      mapRunArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
      error: null,
      cause: null,
    };
    expect(harness.changes).toEqual([
      {
        ...common,
        status: 'RUNNING',
        stopDate: null,
        output: null,
        outputDetails: null,
        redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
      },
      {
        ...common,
        status: 'SUCCEEDED',
        stopDate: harness.clock.startedAt + 5000,
        output: '1',
        outputDetails: { included: true },
        redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      },
    ]);
  });
});
