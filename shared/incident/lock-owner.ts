import type { Attempt } from '../ledger/incident-ledger.ts';

/** Owner of the locks of an incident's attempt: a step left over from an earlier attempt holds none. */
export function lockOwner({ incidentId, attempt }: Attempt): string {
  return `${incidentId}#${attempt}`;
}

/** The attempt before; the first attempt has none, so its result owns no lock. */
export function attemptBefore({ incidentId, attempt }: Attempt): Attempt {
  return { incidentId, attempt: attempt - 1 };
}

/** The attempt in an owner's name; undefined if the name has none. */
export function attemptOf(owner: string): Attempt | undefined {
  const [incidentId, attempt] = owner.split('#');
  return incidentId && attempt ? { incidentId, attempt: Number(attempt) } : undefined;
}
