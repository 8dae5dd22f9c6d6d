import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { machineArn, machineRoom, roleArn } from './machine-room.ts';

let clock: VirtualClock;
let room: ReturnType<typeof machineRoom>;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
  room = machineRoom(clock, { lambda: { Invoke: () => ({ Payload: Buffer.from('"T"') }) } });
});
afterEach(() => clock.uninstall());

const wait = { Wait: { Type: 'Wait', Seconds: 60, End: true } };

function send<T>(command: unknown): Promise<T> {
  return room.settled(room.client.send(command as never) as Promise<T>);
}

async function start(name: string, input = '{"a":1}') {
  return room.settled(
    room.client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input })),
  );
}

describe('StepFunctions over the wire', () => {
  it('starts and describes an execution, with its starter', async () => {
    room.create(wait);
    const { executionArn, startDate } = await start('one');
    expect(executionArn).toBe('arn:aws:states:eu-west-1:111122223333:execution:work:one');
    expect(startDate?.getTime()).toBeLessThan(Date.parse('2026-01-01T00:00:01Z'));
    expect(await send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      name: 'one',
      status: 'RUNNING',
      input: '{"a":1}',
      stateMachineArn: machineArn,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    expect(room.engine.executions()[0]?.startedBy).toBe('person');
    await clock.run(() => room.engine.executions()[0]?.status === 'SUCCEEDED');
    expect(await send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
      stopDate: expect.any(Date),
    });
  });

  it('takes the same name with the same input as the same execution, and refuses another input', async () => {
    room.create(wait);
    const first = await start('one');
    expect((await start('one')).executionArn).toBe(first.executionArn);
    await expect(start('one', '{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('refuses missing or incomplete input with the errors of the API', async () => {
    room.create(wait);
    const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:work:none';
    await expect(send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    await expect(
      send(new StartExecutionCommand({ stateMachineArn: `${machineArn}2` })),
    ).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(start('one', '{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(send(new ListExecutionsCommand({}))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(send(new StopExecutionCommand({ executionArn: undefined }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(send(new DescribeMapRunCommand({ mapRunArn: 'x' }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
  });

  it('stops an execution, redrives it and counts that', async () => {
    room.create(wait);
    const { executionArn } = await start('one');
    await send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'by hand' }));
    expect(await send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'by hand',
      redriveStatus: 'REDRIVABLE',
    });
    await send(new RedriveExecutionCommand({ executionArn }));
    const filter = { stateMachineArn: machineArn, redriveFilter: 'REDRIVEN' as const };
    expect(await send(new ListExecutionsCommand(filter))).toMatchObject({
      executions: [{ executionArn, status: 'RUNNING', redriveCount: 1 }],
    });
    await expect(send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });

  it('lists executions by status, newest first, in pages', async () => {
    room.create(wait);
    for (const name of ['one', 'two', 'three']) await start(name);
    const first = await send<{ executions: { name: string }[]; nextToken: string }>(
      new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'RUNNING', maxResults: 2 }),
    );
    expect(first.executions.map(({ name }) => name)).toEqual(['three', 'two']);
    const rest = await send<{ executions: { name: string }[]; nextToken?: string }>(
      new ListExecutionsCommand({ stateMachineArn: machineArn, maxResults: 2, nextToken: first.nextToken }),
    );
    expect(rest.executions.map(({ name }) => name)).toEqual(['one']);
    expect(rest.nextToken).toBeUndefined();
    const failed = new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'FAILED' });
    expect(await send(failed)).toMatchObject({ executions: [] });
  });

  it('returns the history with the details of each type, backwards and without data on request', async () => {
    room.create(wait);
    const { executionArn } = await start('one');
    await clock.run(() => room.engine.executions()[0]?.status === 'SUCCEEDED');
    const { events } = await send<{ events: { type: string }[] }>(
      new GetExecutionHistoryCommand({ executionArn }),
    );
    expect(events).toMatchObject([
      { id: 1, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"a":1}', roleArn } },
      { id: 2, type: 'WaitStateEntered', stateEnteredEventDetails: { name: 'Wait', input: '{"a":1}' } },
      { id: 3, type: 'WaitStateExited', stateExitedEventDetails: { name: 'Wait' } },
      { id: 4, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"a":1}' } },
    ]);
    const short = await send<{ events: object[] }>(
      new GetExecutionHistoryCommand({
        executionArn,
        reverseOrder: true,
        includeExecutionData: false,
        maxResults: 3,
      }),
    );
    expect(short.events[0]).toMatchObject({ id: 4, executionSucceededEventDetails: {} });
    expect(JSON.stringify(short.events)).not.toContain('"a"');
  });

  it('ends a task that waits for its token, by success, failure and heartbeat', async () => {
    const seen: string[] = [];
    const lambda = {
      Invoke: ({ Payload }: { Payload: Uint8Array }) => {
        seen.push((JSON.parse(Buffer.from(Payload).toString()) as { token: string }).token);
        return { Payload: Buffer.from('null') };
      },
    };
    room = machineRoom(clock, { lambda });
    room.create({
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
        HeartbeatSeconds: 600,
        End: true,
      },
    });
    await start('yes');
    await start('no');
    await clock.run(() => seen.length === 2);
    await send(new SendTaskHeartbeatCommand({ taskToken: seen[0] }));
    await send(new SendTaskSuccessCommand({ taskToken: seen[0], output: '{"ok":true}' }));
    await send(new SendTaskFailureCommand({ taskToken: seen[1], error: 'Denied', cause: 'by a person' }));
    await clock.run(() => room.engine.executions().every(({ status }) => status !== 'RUNNING'));
    const [yes, no] = room.engine.executions();
    expect([yes?.output, no?.error, no?.cause]).toEqual(['{"ok":true}', 'Denied', 'by a person']);
    await expect(send(new SendTaskSuccessCommand({ taskToken: 'x', output: '1' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
    await expect(send(new SendTaskSuccessCommand({ taskToken: seen[0], output: '1' }))).rejects.toMatchObject(
      {
        name: 'TaskTimedOut',
      },
    );
  });

  it('describes and lists state machines', async () => {
    room.create(wait);
    const machine = await send<{ definition: string }>(
      new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
    );
    expect(machine).toMatchObject({ name: 'work', type: 'STANDARD', status: 'ACTIVE', roleArn });
    expect(JSON.parse(machine.definition)).toMatchObject({ StartAt: 'Wait' });
    expect(await send(new ListStateMachinesCommand({}))).toMatchObject({
      stateMachines: [{ name: 'work', stateMachineArn: machineArn }],
    });
  });

  it('describes the Map Runs of an execution', async () => {
    room.create({
      All: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Nothing',
          States: { Nothing: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    });
    const { executionArn } = await start('one');
    await clock.run(() => room.engine.execution(executionArn ?? '').status === 'SUCCEEDED');
    const { mapRuns } = await send<{ mapRuns: { mapRunArn: string }[] }>(
      new ListMapRunsCommand({ executionArn }),
    );
    expect(mapRuns).toHaveLength(1);
    const { mapRunArn } = mapRuns[0] as { mapRunArn: string };
    expect(await send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      status: 'SUCCEEDED',
      itemCounts: { total: 3, succeeded: 3, failed: 0 },
    });
    const children = await send<{ executions: object[] }>(new ListExecutionsCommand({ mapRunArn }));
    expect(children.executions).toHaveLength(3);
  });
});
