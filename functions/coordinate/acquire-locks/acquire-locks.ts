import * as z from 'zod';
import { attemptBefore, lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { limitConcurrency } from '../../../shared/limit-concurrency.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';

export const acquireLocksInput = z.strictObject({
  ...attemptStep,
  planKey: z.string(),
});

/** Whether the incident may begin; `busy` names the service that another incident holds. */
export type AcquiredLocks = { readonly acquired: true } | { readonly acquired: false; readonly busy: string };

export interface AcquireLocksDeps {
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
}

/** Locks requested in parallel: 1,000 take a second or two. */
const batchSize = 25;

/**
 * Takes the locks of all services of a plan, or none.
 *
 * Locks are taken in sorted order, batch by batch, and all are given back when another incident holds one: overlapping
 * incidents can neither wait for each other nor hold services they do not touch. Two concurrent requests may both give back;
 * the state then waits for a random while before its next try.
 *
 * An attempt takes over the locks of the one before it, so that nobody gets in between when an incident plans again; those
 * that its own plan does not need are freed.
 *
 * @throws LockLost when the incident is closed, or at another attempt
 */
export function acquireLocks({ incidents, locks, plans }: AcquireLocksDeps) {
  return async (input: z.infer<typeof acquireLocksInput>): Promise<AcquiredLocks> => {
    const owner = lockOwner(input);
    const before = lockOwner(attemptBefore(input));
    await incidents.getAt(input);
    const plan = await plans.read(input.planKey);
    const services = plan.services.map(({ service }) => service).sort();
    const limited = limitConcurrency(batchSize);
    for (let start = 0; start < services.length; start += batchSize) {
      const batch = services.slice(start, start + batchSize);
      const acquired = await Promise.all(batch.map((service) => locks.acquire(service, owner, before)));
      const busy = batch.find((_, index) => !acquired[index]);
      if (busy === undefined) continue;
      const taken = batch.filter((_, index) => acquired[index]);
      await Promise.all(
        [...services.slice(0, start), ...taken].map((one) => limited(() => locks.unlock(one, owner))),
      );
      return { acquired: false, busy };
    }
    const left = (await plans.find(input.incidentId, input.attempt - 1))?.services ?? [];
    await Promise.all(
      left
        .filter(({ service }) => !services.includes(service))
        .map(({ service }) => limited(() => locks.unlock(service, before))),
    );
    return { acquired: true };
  };
}
