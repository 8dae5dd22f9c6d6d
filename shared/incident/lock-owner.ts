import type { Attempt } from '../ledger/incident-ledger.ts';

/** Who holds the locks of an incident's attempt: a step left over from an earlier attempt holds nothing. */
export function lockOwner({ incidentId, attempt }: Attempt): string {
  return `${incidentId}#${attempt}`;
}

/** The attempt before one; of the first there never was a lock. */
export function attemptBefore({ incidentId, attempt }: Attempt): Attempt {
  return { incidentId, attempt: attempt - 1 };
}

/** The attempt that an owner of a lock is; undefined for nobody. */
export function attemptOf(owner: string): Attempt | undefined {
  const [incidentId, attempt] = owner.split('#');
  return incidentId && attempt ? { incidentId, attempt: Number(attempt) } : undefined;
}
