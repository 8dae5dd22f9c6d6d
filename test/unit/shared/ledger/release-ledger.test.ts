import { LedgerCorrupt } from '../../../../shared/errors.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import {
  DEPLOYMENT,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../../fixtures/records.ts';
import { iso, NOW } from '../../fixtures/times.ts';

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

const settled = { verdict: 'healthy' as const, at: iso(NOW), requests: 900, errors: 1 };

it('opens a release once', async () => {
  await expect(ledger.releases.open(releaseRecord())).resolves.toBe(true);
  await expect(ledger.releases.open(releaseRecord({ verdict: 'good' }))).resolves.toBe(false);
  await expect(ledger.releases.get(RELEASE)).resolves.toEqual(releaseRecord());
});

it('finds nothing for an unknown release, and throws where it must exist', async () => {
  await expect(ledger.releases.find(RELEASE)).resolves.toBeUndefined();
  await expect(ledger.releases.get(RELEASE)).rejects.toBeInstanceOf(LedgerCorrupt);
});

describe('the list of releases', () => {
  const ids = ['20260103T090000Z', '20260104T090000Z', '20260105T090000Z'].map((time) => `orders-${time}`);
  const list = async (options?: { before?: string; limit?: number }) =>
    (await ledger.releases.list('orders', options)).map(({ releaseId }) => releaseId);

  beforeEach(async () => {
    for (const releaseId of ids) await ledger.releases.open(releaseRecord({ releaseId }));
    // A service whose name has the same beginning.
    await ledger.releases.open(
      releaseRecord({ releaseId: 'orders-eu-20260105T090000Z', service: 'orders-eu' }),
    );
  });

  it('is newest first and of one service', async () => {
    expect(await list()).toEqual([ids[2], ids[1], ids[0]]);
  });

  it('holds only those that began before a release', async () => {
    expect(await list({ before: ids[2] as string })).toEqual([ids[1], ids[0]]);
    expect(await list({ before: ids[0] as string })).toEqual([]);
  });

  it('holds no more than the limit', async () => {
    expect(await list({ limit: 1 })).toEqual([ids[2]]);
    expect(await list({ before: ids[2] as string, limit: 1 })).toEqual([ids[1]]);
    // The release named in `before` need not exist.
    expect(await list({ before: 'orders-20260104T120000Z', limit: 1 })).toEqual([ids[1]]);
  });
});

describe('a deployment of a release', () => {
  const second = watchedDeployment({ deploymentId: 'd-ORDERS006', target: 'ListOrders:live' });

  it('is added once, beside the others', async () => {
    await ledger.releases.open(releaseRecord());
    await expect(ledger.releases.addDeployment(RELEASE, second)).resolves.toBe(true);
    await expect(ledger.releases.addDeployment(RELEASE, { ...second, toVersion: '99' })).resolves.toBe(false);
    expect((await ledger.releases.get(RELEASE)).deployments).toEqual({
      [DEPLOYMENT]: watchedDeployment(),
      'd-ORDERS006': second,
    });
  });

  it('is settled once', async () => {
    await ledger.releases.open(releaseRecord());
    await ledger.releases.settleDeployment(RELEASE, DEPLOYMENT, settled);
    await ledger.releases.settleDeployment(RELEASE, DEPLOYMENT, { ...settled, errors: 500 });
    expect((await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT]?.settled).toEqual(settled);
  });

  it('is not created by settling it', async () => {
    await ledger.releases.open(releaseRecord());
    await ledger.releases.settleDeployment(RELEASE, 'd-OTHER', settled);
    expect((await ledger.releases.get(RELEASE)).deployments).not.toHaveProperty('d-OTHER');
  });
});

describe('the live state', () => {
  const later = goodSnapshot.slice(0, 1);

  it.each(['candidate', 'good'] as const)('is recorded once of a release that is %s', async (verdict) => {
    await ledger.releases.open(releaseRecord({ verdict }));
    await ledger.releases.addSnapshot(RELEASE, goodSnapshot, iso(NOW));
    await ledger.releases.addSnapshot(RELEASE, later, iso(NOW + 1));
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({
      verdict,
      snapshot: goodSnapshot,
      recordedAt: iso(NOW),
    });
  });

  it('is not recorded of a bad release', async () => {
    await ledger.releases.open(releaseRecord());
    await ledger.releases.markBad(RELEASE, 'incident-1');
    await ledger.releases.addSnapshot(RELEASE, goodSnapshot, iso(NOW));
    await expect(ledger.releases.get(RELEASE)).resolves.not.toHaveProperty('snapshot');
  });

  it('creates no release that does not exist', async () => {
    await ledger.releases.addSnapshot(RELEASE, goodSnapshot, iso(NOW));
    expect(ledger.records()).toEqual([]);
  });
});

describe('the verdict', () => {
  it('becomes good with the live state', async () => {
    await ledger.releases.open(releaseRecord());
    await expect(ledger.releases.markGood(RELEASE, goodSnapshot)).resolves.toBe(true);
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({
      verdict: 'good',
      snapshot: goodSnapshot,
    });
  });

  it('is bad for ever', async () => {
    await ledger.releases.open(releaseRecord({ verdict: 'good' }));
    await ledger.releases.markBad(RELEASE, 'incident-1');
    await expect(ledger.releases.markGood(RELEASE, goodSnapshot)).resolves.toBe(false);
    const release = await ledger.releases.get(RELEASE);
    expect(release).toMatchObject({ verdict: 'bad', incidentId: 'incident-1' });
    expect(release).not.toHaveProperty('snapshot');
  });

  it('creates no release that does not exist', async () => {
    await ledger.releases.markBad(RELEASE, 'incident-1');
    await expect(ledger.releases.markGood(RELEASE, goodSnapshot)).resolves.toBe(false);
    expect(ledger.records()).toEqual([]);
  });
});

it('records the kind of a deployment once', async () => {
  const deployment = {
    deploymentId: DEPLOYMENT,
    service: 'orders',
    kind: 'release' as const,
    releaseId: RELEASE,
    seenAt: iso(NOW),
  };
  await expect(ledger.releases.recordDeployment(deployment)).resolves.toBe(true);
  await expect(ledger.releases.recordDeployment({ ...deployment, kind: 'rollback' })).resolves.toBe(false);
  await expect(ledger.releases.deployment(DEPLOYMENT)).resolves.toEqual(deployment);
  await expect(ledger.releases.deployment('d-OTHER')).resolves.toBeUndefined();
});
