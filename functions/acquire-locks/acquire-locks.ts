import * as z from 'zod';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';

export const acquireLocksInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  planKey: z.string(),
});

/** Whether the incident may begin; `busy` names the service another incident holds. */
export type AcquiredLocks = { readonly acquired: true } | { readonly acquired: false; readonly busy: string };

/** What the rule needs. */
export interface AcquireLocksDeps {
  readonly locks: LockLedger;
  readonly plans: PlanStore;
}

/**
 * Takes the locks of all services of a plan, or none.
 *
 * In sorted order, and all given back when one is another incident's: two incidents that overlap can neither
 * wait for each other nor hold services they do not touch.
 */
export function acquireLocks({ locks, plans }: AcquireLocksDeps) {
  return async (input: z.infer<typeof acquireLocksInput>): Promise<AcquiredLocks> => {
    const owner = lockOwner(input);
    const plan = await plans.read(input.planKey);
    const services = plan.services.map(({ service }) => service).sort();
    for (const [index, service] of services.entries()) {
      if ((await locks.acquire(service, owner)) !== undefined) continue;
      for (const taken of services.slice(0, index)) await locks.release(taken, owner);
      return { acquired: false, busy: service };
    }
    return { acquired: true };
  };
}
