import { S3Client } from '@aws-sdk/client-s3';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { lastRollback } from '../../../../shared/queries/last-rollback.ts';
import { PlanStore } from '../../../../shared/targets/plan-store.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import {
  GOOD_RELEASE,
  goodRelease,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  serviceResult,
} from '../../fixtures/records.ts';

let ledger: LedgerDouble;

beforeEach(() => {
  ledger = new LedgerDouble();
  mockBucket(planObject());
});

const find = () => {
  const { releases, incidents } = ledger;
  const bucket = new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1');
  return lastRollback({ releases, incidents, plans: new PlanStore(bucket) }, 'orders');
};

it('is the incident of the newest release that was rolled back', async () => {
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord({ incidentId: RELEASE }));
  await ledger.releases.open(
    releaseRecord({ releaseId: 'orders-20260106T090000Z', startedAt: '2026-01-06T09:00:00.000Z' }),
  );
  await ledger.incidents.open(incidentRecord());
  await ledger.incidents.putServiceResult(serviceResult());
  await expect(find()).resolves.toEqual({
    incident: incidentRecord(),
    plan: servicePlan(),
    result: serviceResult(),
  });
});

it.each([{ undoneBy: RELEASE }, { restoredBy: RELEASE, restores: GOOD_RELEASE }])(
  'is found by %j as well',
  async (mark) => {
    await ledger.releases.open(releaseRecord(mark));
    await ledger.incidents.open(incidentRecord());
    await ledger.incidents.putServiceResult(serviceResult());
    await expect(find()).resolves.toMatchObject({ incident: { incidentId: RELEASE } });
  },
);

it('is the attempt that had work for the service', async () => {
  await ledger.releases.open(releaseRecord({ incidentId: RELEASE }));
  await ledger.incidents.open(incidentRecord({ attempt: 3 }));
  await ledger.incidents.putServiceResult(serviceResult({ attempt: 1 }));
  await expect(find()).resolves.toMatchObject({ result: { attempt: 1 } });
});

it('is absent where no incident did anything, or where its plan is deleted', async () => {
  await expect(find()).resolves.toBeUndefined();
  await ledger.releases.open(releaseRecord({ incidentId: RELEASE }));
  await expect(find()).resolves.toBeUndefined();
  await ledger.incidents.open(incidentRecord());
  await expect(find()).resolves.toBeUndefined();
  await ledger.incidents.putServiceResult(serviceResult());
  mockBucket();
  await expect(find()).resolves.toBeUndefined();
});
