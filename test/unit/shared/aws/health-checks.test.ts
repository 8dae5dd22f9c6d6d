import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { install } from '@sinonjs/fake-timers';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { HealthChecks } from '../../../../shared/aws/health-checks.ts';
import { throttled } from '../../fixtures/sdk-errors.ts';

const lambda = mockClient(LambdaClient);
const healthChecks = new HealthChecks(new LambdaClient({ region: 'eu-west-1' }));
const event = {
  service: 'orders',
  releaseId: 'orders-1',
  targets: [{ function: 'shop-orders', alias: 'live', version: '5' }],
};
const check = { function: 'HealthCheck_orders:live', failures: 3 };
const ask = async () => (await healthChecks.ask([check], event))[0];

beforeEach(() => lambda.reset());

function answers(payload: unknown, FunctionError?: string) {
  const Payload = Uint8ArrayBlobAdapter.fromString(JSON.stringify(payload));
  lambda.on(InvokeCommand).resolves({ Payload, ...(FunctionError && { FunctionError }) });
}

it('asks about the versions of the release', async () => {
  answers({ healthy: true });
  await expect(ask()).resolves.toEqual({ says: 'healthy', reason: undefined });
  const { input } = lambda.commandCalls(InvokeCommand)[0]?.args[0] ?? {};
  expect(input).toMatchObject({ FunctionName: 'HealthCheck_orders:live', InvocationType: 'RequestResponse' });
  expect(JSON.parse(Buffer.from(input?.Payload as Uint8Array).toString())).toEqual(event);
});

it('uses the answer of a check, and its reason', async () => {
  answers({ healthy: false, reason: 'checkout answers 500' });
  await expect(ask()).resolves.toEqual({ says: 'unhealthy', reason: 'checkout answers 500' });
});

it('cuts the reason of a check short', async () => {
  answers({ healthy: false, reason: 'x'.repeat(5_000) });
  expect((await ask())?.reason).toHaveLength(300);
});

const shape = '{"healthy": true} or {"healthy": false, "reason": "why"}';
it.each<[string, unknown, string | undefined, string]>([
  [
    'returns something else',
    { statusCode: 200 },
    undefined,
    `it returned {"statusCode":200}, and not ${shape}`,
  ],
  ['returns a word', { healthy: 'yes' }, undefined, `it returned {"healthy":"yes"}, and not ${shape}`],
  ['returns nothing', null, undefined, `it returned null, and not ${shape}`],
  ['returns a list', [{ healthy: true }], undefined, `it returned [{"healthy":true}], and not ${shape}`],
  [
    'returns a failure',
    { healthy: true, statusCode: 503 },
    undefined,
    `it returned statusCode 503, and not ${shape}`,
  ],
  ['returns an error', { error: 'no table' }, undefined, `it returned error "no table", and not ${shape}`],
  ['had no success', { success: false }, undefined, `it returned success: false, and not ${shape}`],
  ['throws', { errorType: 'Expired', errorMessage: 'token' }, 'Unhandled', 'Expired: token'],
])('has no answer from a check that %s', async (_, payload, functionError, reason) => {
  answers(payload, functionError);
  await expect(ask()).resolves.toEqual({ says: 'nothing', reason });
});

it.each([
  ['is not there', new ResourceNotFoundException({ message: 'not found', $metadata: {} }), 'not found'],
  ['cannot be asked now', throttled(), 'Rate exceeded'],
])('has no answer from a check that %s', async (_, error, reason) => {
  lambda.on(InvokeCommand).rejects(error);
  await expect(ask()).resolves.toEqual({ says: 'nothing', reason: expect.stringContaining(reason) });
});

it('waits ten seconds, and no longer', async () => {
  const time = install({ toFake: ['setTimeout', 'clearTimeout'] });
  lambda.on(InvokeCommand).callsFake(() => new Promise(() => {}));
  const asked = ask();
  await time.tickAsync(10_000);
  await expect(asked).resolves.toEqual({ says: 'nothing', reason: 'no answer within 10 s' });
  time.uninstall();
});
