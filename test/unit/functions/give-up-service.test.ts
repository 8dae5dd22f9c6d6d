import { build } from '../../../functions/coordinate/give-up-service/handler.ts';
import { InvalidInput, LedgerCorrupt } from '../../../shared/errors.ts';
import type { TargetResult } from '../../../shared/ledger/records.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { PLAN_KEY, planObject, RELEASE, serviceResult } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW } from '../fixtures/times.ts';

const attempt = { incidentId: RELEASE, attempt: 1 };
const input = { ...attempt, service: 'orders', planKey: PLAN_KEY, startedAt: iso(NOW), error: 'LockLost' };
const lost = 'its execution ended with LockLost, so that it is not known what was done last';
const pinned: TargetResult = { target: 'stack pin', status: 'restored', action: 'pinned' };
let ledger: LedgerDouble;

beforeEach(() => {
  ledger = new LedgerDouble();
  mockBucket(planObject());
});

const giveUp = (wave: string, changes = {}) => build(runtimeOf(ledger))({ ...input, wave, ...changes });
const result = () => ledger.incidents.serviceResult(attempt, 'orders');
const cameTo = (...later: TargetResult[]) =>
  ledger.incidents.putServiceResult(
    serviceResult({ status: 'traffic-restored', targets: [...serviceResult().targets, ...later] }),
  );

it('fails a service that recorded no result of its traffic', async () => {
  await expect(giveUp('traffic')).resolves.toEqual({ status: 'failed' });
  await expect(result()).resolves.toMatchObject({ status: 'failed', reason: lost, targets: [] });
});

it.each(['rolled-back', 'traffic-restored', 'failed', 'skipped', 'superseded'] as const)(
  'leaves a result of its traffic as it is: %s',
  async (status) => {
    const before = serviceResult({ status });
    await ledger.incidents.putServiceResult(before);
    await expect(giveUp('traffic')).resolves.toEqual({ status });
    await expect(result()).resolves.toEqual(before);
  },
);

it.each<[string, TargetResult[], string]>([
  ['pins', [], 'stack pin'],
  ['rest', [pinned], 'stack'],
])(
  'fails the targets of the wave %s without a recorded result, and moves no user',
  async (wave, later, target) => {
    await cameTo(...later);
    const before = await result();
    await expect(giveUp(wave)).resolves.toEqual({ status: 'traffic-restored' });
    await expect(result()).resolves.toEqual({
      ...before,
      targets: [...(before?.targets ?? []), { target, status: 'failed', action: lost }],
    });
  },
);

it('leaves the record of a later wave, also when it runs twice', async () => {
  await cameTo(pinned);
  const before = await result();
  await giveUp('pins');
  await giveUp('pins');
  await expect(result()).resolves.toEqual(before);
});

it.each(['failed', 'skipped', 'superseded'] as const)(
  'adds nothing to a service that is %s: a later wave had nothing to do',
  async (status) => {
    const before = serviceResult({ status });
    await ledger.incidents.putServiceResult(before);
    await giveUp('rest');
    await expect(result()).resolves.toEqual(before);
  },
);

it('refuses another wave, naming the field', async () => {
  const refused = giveUp('tidal');
  await expect(refused).rejects.toBeInstanceOf(InvalidInput);
  await expect(refused).rejects.toThrow('wave: ');
});

it('throws LedgerCorrupt for a service the plan does not hold', async () => {
  await expect(giveUp('traffic', { service: 'billing' })).rejects.toBeInstanceOf(LedgerCorrupt);
});
