import type { Attempt } from '../ledger/incident-ledger.ts';
import type { LockLedger } from '../ledger/lock-ledger.ts';
import type { ReleaseRecord } from '../ledger/records.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import { attemptOf } from './lock-owner.ts';

/** Dependencies for finding the holder of a service. */
export interface HolderDeps {
  readonly locks: Pick<LockLedger, 'lockOf'>;
  readonly plans: Pick<PlanStore, 'findService'>;
}

/**
 * The incident that is rolling a service back and does not know of an incoming release; undefined if nobody holds the
 * service, or the holder undoes this very release and stops its deployments in due order.
 */
export async function holderAgainst(
  { locks, plans }: HolderDeps,
  { service, releaseId }: Pick<ReleaseRecord, 'service' | 'releaseId'>,
): Promise<Attempt | undefined> {
  const lock = await locks.lockOf(service);
  const holder = lock && attemptOf(lock.owner);
  if (!holder || holder.incidentId === releaseId) return undefined;
  const plan = await plans.findService(holder.incidentId, holder.attempt, service);
  return plan && !plan.undoes.includes(releaseId) ? holder : undefined;
}
