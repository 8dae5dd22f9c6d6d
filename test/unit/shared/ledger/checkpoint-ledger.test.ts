import type { CheckpointRecord } from '../../../../shared/ledger/checkpoint-records.ts';
import { checkpointSubjectOf } from '../../../../shared/ledger/checkpoint-subject.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { releaseRecord, watchedDeployment } from '../../fixtures/records.ts';

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();

function checkpoint(minute: number, changes: Partial<CheckpointRecord> = {}): CheckpointRecord {
  return {
    ...checkpointSubjectOf(releaseRecord(), watchedDeployment({ createdAt: at(minute) })),
    phase: 'provisioning',
    status: 'InProgress',
    at: at(minute),
    seenAt: at(minute),
    evidence: [],
    ...changes,
  };
}

it('keeps the first record of a phase, whoever retries', async () => {
  await expect(ledger.checkpoints.record(checkpoint(0))).resolves.toBe(true);
  await expect(ledger.checkpoints.record(checkpoint(0, { seenAt: at(5) }))).resolves.toBe(false);
  await expect(ledger.checkpoints.list('orders')).resolves.toEqual([checkpoint(0)]);
});

it('keeps one record of each verdict of the health validation, and one of every other phase', async () => {
  const judged = (verdict: 'healthy' | 'unhealthy') =>
    ledger.checkpoints.record(checkpoint(0, { phase: 'health-validation', verdict }));
  expect([await judged('healthy'), await judged('unhealthy'), await judged('healthy')]).toEqual([
    true,
    true,
    false,
  ]);
  const baking = (verdict: 'healthy' | 'unhealthy') =>
    ledger.checkpoints.record(checkpoint(0, { phase: 'bake', verdict }));
  expect([await baking('healthy'), await baking('unhealthy')]).toEqual([true, false]);
});

describe('a span', () => {
  beforeEach(async () => {
    for (const minute of [0, 10, 20]) await ledger.checkpoints.record(checkpoint(minute));
    await ledger.checkpoints.record(checkpoint(10, { service: 'payment' }));
  });
  const minutes = async (span: object) =>
    (await ledger.checkpoints.list('orders', span)).map(({ createdAt }) => Number(createdAt.slice(14, 16)));

  it.each([
    [{}, [20, 10, 0]],
    [{ ascending: true }, [0, 10, 20]],
    [{ until: at(10) }, [10, 0]],
    [{ from: at(10), ascending: true }, [10, 20]],
    [{ from: at(11), until: at(19) }, []],
    [{ limit: 2 }, [20, 10]],
  ])('of %j is of the deployments made in it', async (span, expected) => {
    await expect(minutes(span)).resolves.toEqual(expected);
  });

  it('holds the phases of one deployment in their order', async () => {
    await ledger.checkpoints.record(checkpoint(0, { phase: 'ended' }));
    await ledger.checkpoints.record(checkpoint(0, { phase: 'traffic-shifting' }));
    const found = await ledger.checkpoints.list('orders', { until: at(0), ascending: true });
    expect(found.map(({ phase }) => phase)).toEqual(['provisioning', 'traffic-shifting', 'ended']);
  });
});

it('keeps observations beside them, by their time', async () => {
  const observation = {
    service: 'orders',
    target: 'CreateOrder:live',
    function: 'f',
    alias: 'live',
    version: '4',
    seenAt: at(3),
    incidentId: 'orders-20260105T090000Z',
  };
  await ledger.checkpoints.observe(observation);
  await expect(ledger.checkpoints.observations('orders', { until: at(3) })).resolves.toEqual([observation]);
  await expect(ledger.checkpoints.observations('orders', { until: at(2) })).resolves.toEqual([]);
  await expect(ledger.checkpoints.list('orders')).resolves.toEqual([]);
});
