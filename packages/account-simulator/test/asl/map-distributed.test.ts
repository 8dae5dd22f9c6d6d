import { AslError } from '../../asl/asl-error.ts';
import {
  EXECUTIONS,
  giveBackClock,
  type Harness,
  INVOKE,
  links,
  MACHINES,
  output,
  play,
  types,
  work,
} from './harness.ts';

afterEach(giveBackClock);

const map = (
  fields: object = {},
  states: object = { Work: work({ Arguments: { Payload: '{% $states.input %}' } }) },
) => ({
  All: {
    Type: 'Map',
    Label: 'Waves',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: Object.keys(states)[0],
      States: states,
    },
    End: true,
    ...fields,
  },
});

/** Fails for items below 0, waits their number of seconds otherwise. */
function worker(harness: Harness): Harness {
  return harness.on(INVOKE, async ({ Payload: n }: { Payload: number }) => {
    if (n < 0) throw new AslError('Negative', String(n));
    await harness.clock.sleep(n * 1000);
    return n * 10;
  });
}

const children = (harness: Harness) =>
  harness.engine.executions().filter(({ mapRun }) => mapRun !== undefined);

describe('Distributed Map', () => {
  it('runs each item as an execution with its own history and outputs the results in order', async () => {
    const harness = worker(play());
    const execution = await harness.run(map(), [3, 1, 2]);
    expect(output(execution)).toEqual([30, 10, 20]);
    expect(harness.seconds()).toBe(3);
    expect(children(harness).map(({ input, status }) => [input, status])).toEqual([
      ['3', 'SUCCEEDED'],
      ['1', 'SUCCEEDED'],
      ['2', 'SUCCEEDED'],
    ]);
    expect(types(children(harness)[0] as never)).toContain('TaskSucceeded');
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('names its Map Run and children as AWS does', async () => {
    const harness = worker(play());
    const execution = await harness.run(map(), [0]);
    const [child] = children(harness);
    const [mapRun] = harness.engine.mapRuns(execution.arn);
    expect(child?.arn.startsWith(`${EXECUTIONS}:machine-1/Waves:`)).toBe(true);
    expect(child?.parent).toBe(execution.arn);
    expect(child?.machine).toBe('machine-1');
    expect(child?.stateMachine.arn).toBe(`${MACHINES}:machine-1/Waves`);
    expect(mapRun?.arn.startsWith(`${MACHINES.replace('stateMachine', 'mapRun')}:machine-1/Waves:`)).toBe(
      true,
    );
    expect(execution.history[3]?.details).toEqual({ mapRunArn: mapRun?.arn });
    expect(harness.engine.listExecutions({ mapRunArn: mapRun?.arn ?? '' })).toHaveLength(1);
    expect(harness.engine.describeExecution(child?.arn ?? '').mapRunArn).toBe(mapRun?.arn);
  });

  it('runs no more children than MaxConcurrency at a time, and more than 40 without it', async () => {
    const limited = worker(play());
    await limited.run(map({ MaxConcurrency: 2 }), [10, 10, 10]);
    expect(limited.seconds()).toBe(20);
    const free = worker(play());
    await free.run(map(), new Array(100).fill(10));
    expect(free.seconds()).toBe(10);
  });

  it('counts the items of the Map Run by their state', async () => {
    const harness = worker(play());
    harness.start(harness.create(map({ MaxConcurrency: 2, ToleratedFailureCount: 1 })), [1, -1, 50, 50, 50]);
    await harness.settle(10);
    expect(harness.engine.mapRuns()[0]?.itemCounts).toEqual({
      total: 5,
      pending: 1,
      running: 2,
      succeeded: 1,
      failed: 1,
      timedOut: 0,
      aborted: 0,
    });
  });

  it('fails with the first failure where none is tolerated, and stops the others', async () => {
    const harness = worker(play());
    const execution = harness.start(harness.create(map()), [100, -1, 100]);
    await harness.settle(1);
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
    expect(types(execution).slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
    expect(children(harness).map(({ status }) => status)).toEqual(['ABORTED', 'FAILED', 'ABORTED']);
    expect(harness.engine.mapRuns()[0]?.status).toBe('FAILED');
  });

  it('tolerates as many failures as ToleratedFailureCount', async () => {
    const harness = worker(play());
    const tolerant = await harness.run(map({ ToleratedFailureCount: 2 }), [-1, 1, -2]);
    expect(output(tolerant)).toEqual([
      { Error: 'Negative', Cause: '-1' },
      10,
      { Error: 'Negative', Cause: '-2' },
    ]);
    const strict = await harness.run(map({ ToleratedFailureCount: 1 }), [-1, 1, -2]);
    expect(strict.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  it('tolerates the share of failures in ToleratedFailurePercentage, also from an expression', async () => {
    const harness = worker(play());
    const fields = {
      Items: '{% $states.input.items %}',
      ToleratedFailurePercentage: '{% $states.input.share %}',
    };
    expect((await harness.run(map(fields), { items: [-1, 1, 1, 1], share: 25 })).status).toBe('SUCCEEDED');
    expect((await harness.run(map(fields), { items: [-1, 1, 1, 1], share: 24 })).status).toBe('FAILED');
    expect((await harness.run(map(fields), { items: [-1, -1], share: 100 })).status).toBe('SUCCEEDED');
    expect((await harness.run(map(fields), { items: [-1, 1, 1], share: 33.5 })).status).toBe('SUCCEEDED');
    expect((await harness.run(map(fields), { items: [-1, 1, 1], share: 33.3 })).status).toBe('FAILED');
  });

  it('fails where either threshold is exceeded', async () => {
    const harness = worker(play());
    const fields = { ToleratedFailureCount: 1, ToleratedFailurePercentage: 100 };
    expect((await harness.run(map(fields), [-1, -2, 1])).status).toBe('FAILED');
  });

  it('makes a new Map Run for a retry', async () => {
    const harness = worker(play());
    const retry = { Retry: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1 }] };
    await harness.run(map(retry), [-1]);
    expect(harness.engine.mapRuns()).toHaveLength(2);
  });

  it('stops its children when the parent is stopped', async () => {
    const harness = worker(play());
    const execution = harness.start(harness.create(map({ MaxConcurrency: 2 })), [100, 100, 100]);
    await harness.settle(5);
    harness.engine.stopExecution(execution.arn);
    await harness.settle(1);
    expect(children(harness).map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
    expect(harness.engine.mapRuns()[0]?.status).toBe('ABORTED');
  });

  it('shows the child its own execution, and no variables of the parent', async () => {
    const execution = await play().run(
      {
        Note: { Type: 'Pass', Assign: { outer: 1 }, Next: 'All' },
        ...map(
          {},
          {
            Show: {
              Type: 'Pass',
              Output: {
                outer: '{% $exists($outer) %}',
                machine: '{% $states.context.StateMachine.Name %}',
                input: '{% $states.context.Execution.Input %}',
              },
              End: true,
            },
          },
        ),
      },
      [7],
    );
    expect(output(execution)).toEqual([{ outer: false, machine: 'machine-1/Waves', input: 7 }]);
  });

  it('requires the documented permissions', async () => {
    const asked: string[] = [];
    const harness = worker(
      play({ authorize: (action, resource) => void asked.push(`${action} ${resource}`) }),
    );
    await harness.run(map(), [0]);
    const executions = `${EXECUTIONS}:machine-1`;
    expect(asked).toEqual([
      `states:StartExecution ${MACHINES}:machine-1`,
      `states:DescribeExecution ${executions}:*`,
      `states:StopExecution ${executions}:*`,
      `states:DescribeExecution ${executions}/Waves:*`,
      `states:StopExecution ${executions}/Waves:*`,
    ]);
  });

  it('fails before it starts a child where the role may not follow the children', async () => {
    const harness = worker(
      play({
        authorize: (action, resource) => {
          if (action === 'states:DescribeExecution' && resource.includes('/Waves:'))
            throw new AslError('StepFunctions.AccessDeniedException', resource);
        },
      }),
    );
    const execution = await harness.run(map(), [0]);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'StepFunctions.AccessDeniedException' });
    expect(children(harness)).toEqual([]);
  });
});

describe('ItemReader', () => {
  const reader = (config: object, args: object | string = { Bucket: 'plans', Key: 'p.json' }) =>
    map(
      {
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: config, Arguments: args },
        ItemSelector: {
          value: '{% $states.context.Map.Item.Value %}',
          source: '{% $states.context.Map.Item.Source %}',
        },
      },
      { Show: { Type: 'Pass', End: true } },
    );
  const values = (execution: Parameters<typeof output>[0]) =>
    (output(execution) as { value: unknown }[]).map(({ value }) => value);

  it('reads the array of a JSON object', async () => {
    const execution = await play({ objects: { 'plans/p.json': '[1,{"a":2}]' } }).run(
      reader({ InputType: 'JSON' }),
    );
    expect(output(execution)).toEqual([
      { value: 1, source: 'S3://plans/p.json' },
      { value: { a: 2 }, source: 'S3://plans/p.json' },
    ]);
  });

  it('reads the array ItemsPointer points to', async () => {
    const objects = { 'plans/p.json': '{"a/b":{"list":["x"]}}' };
    const execution = await play({ objects }).run(reader({ InputType: 'JSON', ItemsPointer: '/a~1b/list' }));
    expect(values(execution)).toEqual(['x']);
  });

  it('reads JSON Lines, no more of them than MaxItems', async () => {
    const objects = { 'plans/p.json': '{"n":1}\n{"n":2}\n\n{"n":3}\n' };
    const execution = await play({ objects }).run(reader({ InputType: 'JSONL', MaxItems: 2 }));
    expect(values(execution)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes bucket and key from expressions', async () => {
    const execution = await play({ objects: { 'plans/x.json': '["x"]' } }).run(
      reader({ InputType: 'JSON' }, { Bucket: 'plans', Key: "{% $states.input.id & '.json' %}" }),
      { id: 'x' },
    );
    expect(values(execution)).toEqual(['x']);
  });

  it.each([
    ['an object that cannot be read', new AslError('S3.NoSuchKeyException', 'no such key'), 'no such key'],
    ['text that is not JSON', '[1,', 'as JSON failed'],
    ['JSON without an array', '{"a":1}', 'must be an array'],
    ['JSON of one value', '1', 'Attempting to map over non-iterable node.'],
  ])('fails with States.ItemReaderFailed for %s', async (_, object, cause) => {
    const execution = await play({ objects: { 'plans/p.json': object } }).run(reader({ InputType: 'JSON' }));
    expect(execution.error).toBe('States.ItemReaderFailed');
    expect(execution.cause).toContain(cause);
    expect(links(execution).slice(1)).toEqual([
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapRunStarted',
      '5<4 MapRunFailed',
      '6<5 MapStateFailed',
      '7<6 ExecutionFailed',
    ]);
    expect(execution.history[2]?.details).toEqual({ length: 0 });
  });

  it('reads again when the Map Run is redriven', async () => {
    const objects: Record<string, string> = { 'plans/p.json': '[' };
    const harness = play({ objects });
    const execution = await harness.run(reader({ InputType: 'JSON' }));
    objects['plans/p.json'] = '["x"]';
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(values(execution)).toEqual(['x']);
    expect(types(execution)).toContain('MapRunRedriven');
  });

  it('reads all items with a MaxItems of 0', async () => {
    const objects = { 'plans/p.json': '[1,2]' };
    const execution = await play({ objects }).run(reader({ InputType: 'JSON', MaxItems: '{% 0 %}' }));
    expect(values(execution)).toEqual([1, 2]);
  });

  it('ends as in a history recorded on AWS: the exit follows the start of the Map Run', async () => {
    const execution = await play({ objects: { 'plans/p.json': '[1]' } }).run(reader({ InputType: 'JSON' }));
    expect(links(execution).slice(1)).toEqual([
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapRunStarted',
      '5<4 MapRunSucceeded',
      '6<5 MapStateSucceeded',
      '7<4 MapStateExited',
      '8<7 ExecutionSucceeded',
    ]);
  });
});
