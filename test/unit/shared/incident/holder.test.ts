import { type HolderDeps, holderAgainst } from '../../../../shared/incident/holder.ts';
import { RELEASE, servicePlan } from '../../fixtures/records.ts';

const newer = { service: 'orders', releaseId: 'orders-20260105T090300Z' };
const held = (owner: string) => ({ owner, leaseUntil: 1 });
/** Locks by service, and plans by incident, attempt and service. */
const depsOf = (locks: Record<string, string>, plans: Record<string, string[]>): HolderDeps => ({
  locks: {
    lockOf: async (service) => (locks[service] === undefined ? undefined : held(locks[service])),
  },
  plans: {
    findService: async (incidentId, attempt, service) => {
      const undoes = plans[`${incidentId} ${attempt} ${service}`];
      return undoes && servicePlan({ service, undoes });
    },
  },
});
const locks = { orders: `${RELEASE}#2` };
const plans = { [`${RELEASE} 2 orders`]: [RELEASE, 'orders-20260105T090100Z'] };

it('is the attempt that rolls the service back and knows nothing of the release', async () => {
  await expect(holderAgainst(depsOf(locks, plans), newer)).resolves.toEqual({
    incidentId: RELEASE,
    attempt: 2,
  });
});

it.each<[string, Record<string, string>, Record<string, string[]>, string]>([
  ['nobody has a lock on the service', { cart: `${RELEASE}#2` }, plans, newer.releaseId],
  ['the lock was freed', { orders: 'nobody' }, plans, newer.releaseId],
  ['the release is the one its incident is about', locks, { [`${RELEASE} 2 orders`]: [] }, RELEASE],
  ['its plan undoes the release', locks, plans, 'orders-20260105T090100Z'],
  ['its attempt has no plan for the service', locks, { [`${RELEASE} 1 orders`]: [] }, newer.releaseId],
])('is absent where %s', async (_, someLocks, somePlans, releaseId) => {
  await expect(holderAgainst(depsOf(someLocks, somePlans), { ...newer, releaseId })).resolves.toBeUndefined();
});
