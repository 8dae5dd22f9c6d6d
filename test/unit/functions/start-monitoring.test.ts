import {
  ExecutionAlreadyExists,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/start-monitoring/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { MONITOR_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled, unavailable } from '../fixtures/sdk-errors.ts';

const event = (state: string, id: string) => ({
  id,
  'detail-type': 'CodeDeploy Deployment State-change Notification',
  source: 'aws.codedeploy',
  time: '2026-01-05T09:00:01Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    region: 'eu-west-1',
    deploymentId: 'd-ORDERS005',
    application: 'shop-orders-ServerlessDeploymentApplication-XY34',
    deploymentGroup: 'shop-orders-CreateOrderDeploymentGroup-ZW56',
    instanceGroupId: '9fd2fbef-2157-40d8-91e7-6845af69e2d2',
    state,
  },
});

const sfn = mockClient(SFNClient);
let ledger: LedgerDouble;
beforeEach(() => {
  sfn.reset();
  ledger = new LedgerDouble();
});

it('starts an execution named after the deployment', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  await expect(build(runtimeOf(ledger))(event('START', 'e-1'))).resolves.toEqual({
    deploymentId: 'd-ORDERS005',
  });
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: MONITOR_ARN,
    name: 'd-ORDERS005',
    input: '{"deploymentId":"d-ORDERS005"}',
  });
});

it('makes the same request for every event of a deployment, so that a repeated start is a no-op', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  await build(runtimeOf(ledger))(event('START', 'e-1'));
  await build(runtimeOf(ledger))(event('STOP', 'e-2'));
  const [first, second] = sfn.commandCalls(StartExecutionCommand);
  expect(second?.args[0].input).toEqual(first?.args[0].input);
});

it('accepts an execution that has ended already', async () => {
  sfn
    .on(StartExecutionCommand)
    .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
  await expect(build(runtimeOf(ledger))(event('SUCCESS', 'e-1'))).resolves.toEqual({
    deploymentId: 'd-ORDERS005',
  });
});

it.each([
  [{}, 'detail: '],
  [{ detail: { state: 'START' } }, 'detail.deploymentId: '],
  [
    { detail: { state: 'START', deploymentId: 'e-1' } },
    'detail.deploymentId: must be the id of a CodeDeploy deployment',
  ],
])('refuses %j', async (input, reason) => {
  const attempt = build(runtimeOf(ledger))(input);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(reason);
  expect(sfn.calls()).toHaveLength(0);
});

describe('a watch that waits for its next look', () => {
  beforeEach(async () => {
    await ledger.table.put({ pk: 'WATCH#d-ORDERS005', sk: 'WAITING' }, { token: 'token-1' });
    sfn.on(StartExecutionCommand).resolves({});
  });
  const stop = () => build(runtimeOf(ledger))(event('STOP', 'e-1'));

  it('looks now', async () => {
    sfn.on(SendTaskSuccessCommand).resolves({});
    await stop();
    expect(sfn.commandCalls(SendTaskSuccessCommand).map(({ args }) => args[0].input)).toEqual([
      { taskToken: 'token-1', output: '{}' },
    ]);
  });

  it.each([
    ['looks just now, or was woken before', new TaskTimedOut({ message: 'gone', $metadata: {} })],
    ['was stopped long ago', new TaskDoesNotExist({ message: 'gone', $metadata: {} })],
  ])('or %s, is no error', async (_, error) => {
    sfn.on(SendTaskSuccessCommand).rejects(error);
    await expect(stop()).resolves.toEqual({ deploymentId: 'd-ORDERS005' });
  });

  it('is woken by a second try where Step Functions is throttled', async () => {
    sfn.on(SendTaskSuccessCommand).rejects(throttled());
    await expect(stop()).rejects.toBeInstanceOf(TransientFailure);
  });

  it('is not woken where the execution could not be started', async () => {
    sfn.on(StartExecutionCommand).rejects(throttled());
    await expect(stop()).rejects.toBeInstanceOf(TransientFailure);
    expect(sfn.commandCalls(SendTaskSuccessCommand)).toHaveLength(0);
  });
});

it.each([throttled(), unavailable()])('throws TransientFailure on $name', async (error) => {
  sfn.on(StartExecutionCommand).rejects(error);
  await expect(build(runtimeOf(ledger))(event('START', 'e-1'))).rejects.toBeInstanceOf(TransientFailure);
});

it('passes a refusal for want of permission on as it is', async () => {
  sfn.on(StartExecutionCommand).rejects(denied());
  await expect(build(runtimeOf(ledger))(event('START', 'e-1'))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

it('refuses to be built without the machine it starts', () => {
  expect(() => build(runtimeOf(undefined, { MONITOR_DEPLOYMENT_ARN: undefined }))).toThrow(
    'Environment variable MONITOR_DEPLOYMENT_ARN is not set',
  );
});
