import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/record/record-each-service/handler.ts';
import { alias, notProvisioned } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { RECORD_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const lambda = mockClient(LambdaClient);
const sfn = mockClient(SFNClient);
const startedBy = `${RECORD_ARN.replace(':stateMachine:', ':execution:')}:all-1`;
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [lambda, sfn]) mock.reset();
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
  sfn.on(StartExecutionCommand).resolves({});
  const targets = [{ kind: 'lambda-alias', function: 'CreateOrder' }];
  mockBucket(catalogObject(ordersEntry({ stack: undefined, targets })));
  ledger = new LedgerDouble();
});

const record = (moment: number | null = ledger.now) =>
  build(runtimeOf(ledger))({ service: 'orders', startedBy, moment });
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
const releaseId = async () => (await ledger.releases.list('orders'))[0]?.releaseId ?? '';

it('starts an execution to watch an unproven release, without recording it again', async () => {
  const execution = expect.stringMatching(/^orders-[0-9a-f]{16}$/);
  await expect(record()).resolves.toEqual({ standing: 'recorded', moment: null, waitSeconds: 0, execution });
  const input = {
    service: 'orders',
    releaseId: await releaseId(),
    AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: startedBy,
  };
  expect(started()).toEqual([{ stateMachineArn: RECORD_ARN, name: execution, input: JSON.stringify(input) }]);
});

it('starts the same execution when it runs again, which is no second one', async () => {
  await record();
  sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
  await expect(record()).resolves.toMatchObject({ standing: 'recorded' });
  const [first, second] = started();
  expect(second).toEqual(first);
});

it('starts nothing where nothing has to be watched', async () => {
  await record();
  await ledger.releases.settle(await releaseId(), {
    verdict: 'insufficient',
    at: '2026-01-05T10:00:00.000Z',
    requests: 0,
    errors: 0,
  });
  sfn.resetHistory();
  await expect(record()).resolves.toMatchObject({ standing: 'recorded', execution: null });
  expect(started()).toEqual([]);
});

it('starts an execution to wait for a rollback in progress', async () => {
  await ledger.locks.acquire('orders', 'orders-20260105T090000Z#1');
  await record();
  expect(started().map(({ input }) => JSON.parse(input ?? ''))).toEqual([
    { service: 'orders', AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: startedBy },
  ]);
});

it('waits for its moment where others are being recorded', async () => {
  await record(null);
  sfn.resetHistory();
  await expect(record(null)).resolves.toEqual({
    standing: 'paced',
    moment: ledger.now + 600,
    waitSeconds: 1,
    execution: null,
  });
  expect(started()).toEqual([]);
});

it('fails as a whole where the live state cannot be read', async () => {
  lambda.on(GetAliasCommand).rejects(throttled());
  await expect(record()).rejects.toMatchObject({ name: 'TransientFailure' });
  expect(started()).toEqual([]);
});
