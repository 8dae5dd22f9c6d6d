import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/verify-recovery/handler.ts';
import { InvalidInput, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { restoredReleaseId } from '../../../shared/ledger/records.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { metricData } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  concurrentRelease,
  FUNCTION,
  goodSnapshot,
  PLAN_KEY,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  serviceResult,
  stackPlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, attempt: 1, planKey: PLAN_KEY };
const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  cloudWatch.reset();
  lambda.reset();
  ledger = new LedgerDouble();
  mockBucket({ ...catalogObject(), ...planObject() });
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const verify = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

function traffic(requests: number[], errors: number[]) {
  const from = '2026-01-05T09:05:00Z';
  cloudWatch
    .on(GetMetricDataCommand)
    .resolves(metricData({ requests: { from, values: requests }, errors: { from, values: errors } }));
}

/** Verifies `minutes` after the service was restored at NOW. */
async function minutesAfter(minutes: number, changes = {}) {
  await ledger.incidents.putServiceResult(serviceResult({ finishedAt: iso(NOW) }));
  ledger.now = NOW + minutes * 60_000;
  return verify(changes);
}

it('reads the traffic since an alias was pointed back once more', async () => {
  const back = NOW + 3 * 60_000;
  await ledger.checkpoints.recordPointed(
    { service: 'orders', incidentId: RELEASE },
    { target: `${FUNCTION}:live`, function: FUNCTION, alias: 'live', toVersion: '41' },
    back,
  );
  traffic([60, 60], [0, 0]);
  await minutesAfter(6);
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
    StartTime: new Date('2026-01-05T09:08:00Z'),
    EndTime: new Date('2026-01-05T09:10:00Z'),
  });
});

it('finds a service recovered by the judge that condemned it', async () => {
  traffic([60, 60], [0, 0]);
  await expect(minutesAfter(3)).resolves.toEqual({
    status: 'recovered',
    detail: `recovered\n0 of 120 requests to ${FUNCTION}:4 failed: proved to be below 5 %`,
    waitSeconds: 60,
    failedLooks: {},
  });
});

it('finds it recovered by the metrics of the alias where there are none by version', async () => {
  const from = '2026-01-05T09:06:00Z';
  cloudWatch.on(GetMetricDataCommand).resolves(metricData({ aliasRequests: { from, values: [60, 60] } }));
  await expect(minutesAfter(4)).resolves.toMatchObject({
    status: 'recovered',
    detail: `recovered\n0 of 120 requests to ${FUNCTION}:4 failed: proved to be below 5 %`,
  });
});

it("reads its users' traffic since they were back, though its stack came later", async () => {
  traffic([60, 60], [0, 0]);
  await ledger.incidents.putServiceResult(
    serviceResult({
      status: 'traffic-restored',
      trafficBackAt: iso(NOW),
      finishedAt: iso(NOW + 3 * 60_000),
    }),
  );
  ledger.now = NOW + 3 * 60_000;
  await expect(verify()).resolves.toMatchObject({
    status: 'recovered',
    detail: expect.stringContaining(`0 of 120 requests to ${FUNCTION}:4 failed`),
  });
});

it('reads the version that was recorded when the service was restored', async () => {
  traffic([60, 60], [0, 0]);
  const { startedAt } = serviceResult();
  const [recorded, ...others] = goodSnapshot;
  await ledger.releases.open(
    releaseRecord({
      releaseId: restoredReleaseId('orders', startedAt),
      startedAt,
      snapshot: [{ ...recorded, version: '9' } as TargetSnapshot, ...others],
    }),
  );
  await expect(minutesAfter(3)).resolves.toMatchObject({
    detail: expect.stringContaining(`0 of 120 requests to ${FUNCTION}:9 failed`),
  });
});

it.each([
  ['its result says so', () => ledger.incidents.putServiceResult(serviceResult({ status: 'superseded' }))],
  [
    'a concurrent release completed',
    () => ledger.incidents.addConcurrentRelease(concurrentRelease({ service: 'orders' })),
  ],
])('has the rest planned again where a service was released over: %s', async (_, happened) => {
  await ledger.incidents.putServiceResult(serviceResult());
  await happened();
  await expect(verify()).resolves.toEqual({
    status: 'superseded',
    detail: 'released again by somebody else meanwhile: orders',
    waitSeconds: 0,
    failedLooks: {},
  });
});

describe('health checks', () => {
  const says = (answer: object) =>
    lambda.on(InvokeCommand).resolves({ Payload: Uint8ArrayBlobAdapter.fromString(JSON.stringify(answer)) });
  const unhealthy = { healthy: false, reason: 'empty cart' };

  beforeEach(() => {
    const entry = ordersEntry({
      policy: { healthChecks: [{ function: 'HealthCheck_orders', failures: 2 }] },
    });
    mockBucket({ ...catalogObject(entry), ...planObject() });
    traffic([60, 60], [0, 0]);
  });

  it('are asked about the restored versions', async () => {
    says({ healthy: true });
    await expect(minutesAfter(3)).resolves.toMatchObject({ status: 'recovered' });
    const payload = lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload as Uint8Array;
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      service: 'orders',
      targets: [{ function: FUNCTION, alias: 'live', version: '4' }],
    });
  });

  it('show that it has not recovered, by looks in a row', async () => {
    says(unhealthy);
    const first = await minutesAfter(3);
    expect(first).toMatchObject({ status: 'look-again', failedLooks: { orders: { HealthCheck_orders: 1 } } });
    await expect(verify({ failedLooks: first.failedLooks })).resolves.toMatchObject({
      status: 'not-recovered',
      detail: expect.stringContaining('empty cart'),
    });
  });
});

it('counts from the first whole minute that the restored version had alone', async () => {
  traffic([60, 60], [0, 0]);
  await minutesAfter(3);
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
    StartTime: new Date('2026-01-05T09:05:00Z'),
    EndTime: new Date('2026-01-05T09:07:00Z'),
  });
});

it('looks again while there is too little traffic', async () => {
  traffic([10], [0]);
  await expect(minutesAfter(14)).resolves.toMatchObject({ status: 'look-again' });
});

it('leaves the recovery unproven after a quarter of an hour', async () => {
  traffic([10], [0]);
  await expect(minutesAfter(15)).resolves.toMatchObject({
    status: 'unproven',
    detail: expect.stringContaining('put back; whether it recovered is not proven'),
  });
});

it('reports it when the service is still bad', async () => {
  traffic([60, 60], [30, 30]);
  await expect(minutesAfter(3)).resolves.toMatchObject({
    status: 'not-recovered',
    detail: expect.stringMatching(/^NOT recovered.*\n50 % of 120 requests/),
  });
});

it('keeps the lock of the service while it looks', async () => {
  traffic([60, 60], [0, 0]);
  await minutesAfter(3);
  expect((await ledger.locks.find('orders'))?.leaseUntil).toBe(NOW + 3 * 60_000 + leaseMs);
});

it("throws LockLost when the service is no longer this incident's", async () => {
  traffic([60, 60], [0, 0]);
  await ledger.locks.unlock('orders', `${RELEASE}#1`);
  await expect(minutesAfter(3)).rejects.toBeInstanceOf(LockLost);
});

it('reports that nothing was restored when no service was', async () => {
  await ledger.incidents.putServiceResult(serviceResult({ status: 'failed' }));
  await expect(verify()).resolves.toMatchObject({
    status: 'unproven',
    detail: 'no service came back as a whole, so its health was not judged',
  });
  expect(cloudWatch.calls()).toHaveLength(0);
});

it('leaves the recovery of a service unproven that has no traffic of its own', async () => {
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets: [stackPlan()] })) });
  await expect(minutesAfter(1)).resolves.toMatchObject({
    status: 'unproven',
    detail: 'put back; whether it recovered is not proven, for want of traffic',
  });
});

it('refuses an input without a plan, naming the field', async () => {
  const attempt = verify({ planKey: undefined });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('planKey: ');
});

it('throws TransientFailure when CloudWatch throttles', async () => {
  cloudWatch.on(GetMetricDataCommand).rejects(throttled());
  await expect(minutesAfter(3)).rejects.toBeInstanceOf(TransientFailure);
});
