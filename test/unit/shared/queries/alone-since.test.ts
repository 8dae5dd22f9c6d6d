import { checkpointSubjectOf } from '../../../../shared/ledger/checkpoint-subject.ts';
import { aloneSince } from '../../../../shared/queries/alone-since.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { goodSnapshot, releaseRecord, watchedDeployment } from '../../fixtures/records.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();
const target = 'CreateOrder:live';
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

/** A deployment from version 4 to 5, created at minute 1, with first traffic and all traffic at two other minutes. */
const deployed = (since?: number, until?: number) =>
  ledger.checkpoints.record({
    ...checkpointSubjectOf(releaseRecord(), watchedDeployment({ createdAt: at(1) })),
    phase: 'bake',
    status: 'Succeeded',
    at: at(until ?? 1),
    seenAt: at(until ?? 1),
    ...(since !== undefined && { shiftingSince: at(since) }),
    ...(until !== undefined && { shiftedAt: at(until) }),
    evidence: [],
  });
const since = async (version: string, minute: number) => {
  const found = await aloneSince(ledger, { service: 'orders', target, version }, Date.parse(at(minute)));
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe('the time since which an alias has a version alone', () => {
  it('is known by the deployment that moved it', async () => {
    await deployed(2, 12);
    await expect(since('5', 30)).resolves.toBe(at(12));
    await expect(since('4', 30)).resolves.toBeUndefined();
  });

  it('is unknown for two versions', async () => {
    await deployed(2, 12);
    await expect(since('5', 5)).resolves.toBeUndefined();
    await expect(since('4', 5)).resolves.toBeUndefined();
  });

  it('is known by an observation', async () => {
    await deployed(2, 12);
    const { function: name, alias } = watchedDeployment();
    const observation = { service: 'orders', target, function: name, alias, incidentId: 'i', seenAt: at(20) };
    await ledger.checkpoints.observe({ ...observation, version: '4', pointed: true });
    await expect(since('4', 30)).resolves.toBe(at(20));
    await expect(since('5', 30)).resolves.toBeUndefined();
  });

  it('is known from the recorded live state, from its first record on', async () => {
    const record = (minute: number, version: string, weights?: Record<string, number>) =>
      ledger.releases.open(
        releaseRecord({
          releaseId: `orders-20260105T09${String(minute).padStart(2, '0')}00Z`,
          startedAt: at(minute),
          recordedAt: at(minute),
          deployments: {},
          snapshot: goodSnapshot.map((one) =>
            one.kind === 'codedeploy' ? { ...one, version, ...(weights && { weights }) } : one,
          ),
        }),
      );
    await record(3, '3');
    await record(10, '4');
    await record(20, '4');
    await record(40, '5');
    await record(50, '5', { '6': 0.1 });
    await expect(since('4', 30)).resolves.toBe(at(10));
    await expect(since('3', 30)).resolves.toBeUndefined();
    await expect(since('5', 45)).resolves.toBe(at(40));
    await expect(since('5', 55)).resolves.toBeUndefined();
    // At the moment a release begins, the answer is the state before it.
    await expect(since('4', 40)).resolves.toBe(at(10));
  });

  it('is not known where the ledger holds nothing', async () => {
    await deployed();
    await expect(since('4', 30)).resolves.toBeUndefined();
  });
});
