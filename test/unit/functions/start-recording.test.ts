import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/record/start-recording/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { STACK_ID } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { compilesMissing } from '../fixtures/compiles-missing.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { RECORD_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const id = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
const event = (detail: object = {}) => ({
  id,
  'detail-type': 'CloudFormation Stack Status Change',
  source: 'aws.cloudformation',
  detail: {
    'stack-id': STACK_ID,
    'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' },
    'client-request-token': '',
    ...detail,
  },
});

const sfn = mockClient(SFNClient);
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
  sfn.reset();
  sfn.on(StartExecutionCommand).resolves({});
  mockBucket(catalogObject());
});

const start = (input: object) => build(runtimeOf(ledger))(input);
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);

it('starts an execution for the service of the stack, named after the event', async () => {
  await expect(start(event())).resolves.toEqual({ started: ['orders'] });
  expect(started()).toEqual([
    {
      stateMachineArn: RECORD_ARN,
      name: `orders-${id}`,
      input: JSON.stringify({ service: 'orders', stackId: STACK_ID }),
    },
  ]);
});

it('accepts a second delivery of an event', async () => {
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
  await expect(start(event())).resolves.toEqual({ started: ['orders'] });
});

it('knows a stack that only a target of the service names', async () => {
  const targets = [{ kind: 'cloudformation', stack: 'shop-orders' }];
  mockBucket(catalogObject(ordersEntry({ stack: undefined, targets })));
  await expect(start(event())).resolves.toEqual({ started: ['orders'] });
});

it('leaves the stacks of others alone', async () => {
  const stackId = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-orders-database/1c2d';
  await expect(start(event({ 'stack-id': stackId }))).resolves.toEqual({ started: [] });
  expect(started()).toEqual([]);
});

describe('an update of the coordinator', () => {
  const token = 'rollback-coordinator-orders-20260105T090000Z-1';
  const own = event({ 'client-request-token': token });

  it('is left to the rollback that holds the service', async () => {
    await ledger.locks.acquire('orders', 'orders-20260105T090000Z#1');
    await expect(start(own)).resolves.toEqual({ started: [] });
    expect(started()).toEqual([]);
  });

  it('that outlived its rollback is recorded like a manual change', async () => {
    await ledger.locks.acquire('orders', 'orders-20260105T090000Z#1');
    await ledger.locks.unlock('orders', 'orders-20260105T090000Z#1');
    await expect(start(own)).resolves.toEqual({ started: ['orders'] });
    expect(started()).toEqual([
      { stateMachineArn: RECORD_ARN, name: `orders-${id}`, input: '{"service":"orders"}' },
    ]);
  });
});

it('has a missing catalog compiled', async () => {
  const compiled = compilesMissing(catalogObject());
  await expect(start(event())).resolves.toEqual({ started: ['orders'] });
  expect(compiled()).toEqual([{ onlyIfMissing: true }]);
});

it('has all services recorded by the schedule', async () => {
  await expect(start({ id, 'detail-type': 'Scheduled Event', detail: {} })).resolves.toEqual({
    started: ['all'],
  });
  expect(started()).toEqual([{ stateMachineArn: RECORD_ARN, name: `all-${id}`, input: '{"all":true}' }]);
});

it('refuses an input that is no event', async () => {
  await expect(start({ detail: {} })).rejects.toBeInstanceOf(InvalidInput);
});

it('throws TransientFailure when Step Functions throttles', async () => {
  sfn.on(StartExecutionCommand).rejects(throttled());
  await expect(start(event())).rejects.toBeInstanceOf(TransientFailure);
});
