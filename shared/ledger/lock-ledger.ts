import * as z from 'zod';
import { LockLost } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

/**
 * Time for which a lock outlives its owner's last renewal. Longer than the longest pause between two renewals (a target is
 * polled at least every minute, a task's retries take up to about two), short enough that a dead owner blocks a service for
 * minutes and not for hours.
 */
export const leaseMs = 10 * 60_000;

const lockRecord = z.strictObject({
  owner: z.string(),
  /** ms since the epoch */
  leaseUntil: z.number(),
});
export type Lock = z.infer<typeof lockRecord>;

/** One lock per service: at most one incident changes a service at a time. */
export class LockLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async find(service: string): Promise<Lock | undefined> {
    return this.#table.get(lockKey(service), lockRecord);
  }

  /** The lock of a service during its lease; undefined if nobody holds it. */
  async lockOf(service: string): Promise<Lock | undefined> {
    const lock = await this.find(service);
    return lock && lock.leaseUntil > this.#now() ? lock : undefined;
  }

  /**
   * Takes the lock for `owner`, or keeps it if `owner` has it already.
   *
   * @param from another owner from which the lock may be taken over: an earlier attempt of the same incident
   * @returns false while another owner's lease lasts
   */
  async acquire(service: string, owner: string, from = owner): Promise<boolean> {
    const now = this.#now();
    const current = await this.find(service);
    if (!current) {
      return this.#table.put(lockKey(service), { owner, leaseUntil: now + leaseMs }, { onlyIfNew: true });
    }
    if (current.owner !== owner && current.owner !== from && current.leaseUntil > now) return false;
    return this.#table.update(
      lockKey(service),
      {
        expression: 'SET #owner = :owner, #lease = :lease',
        names: { '#owner': 'owner', '#lease': 'leaseUntil' },
        values: { ':owner': owner, ':lease': now + leaseMs },
      },
      {
        expression: '#owner = :before AND (#owner = :owner OR #owner = :from OR #lease <= :now)',
        values: { ':before': current.owner, ':from': from, ':now': now },
      },
    );
  }

  /**
   * Extends the lease of a lock that `owner` holds; called before every step that changes something.
   *
   * @param lastingMs length of the new lease, if a step takes longer than the usual one
   * @throws LockLost when somebody else, or nobody, holds the lock by now
   */
  async renew(service: string, owner: string, lastingMs = leaseMs): Promise<void> {
    const renewed = await this.#table.update(
      lockKey(service),
      {
        expression: 'SET #lease = :lease',
        names: { '#lease': 'leaseUntil', '#owner': 'owner' },
        values: { ':lease': this.#now() + lastingMs },
      },
      { expression: '#owner = :owner', values: { ':owner': owner } },
    );
    if (!renewed) throw new LockLost(`The lock on ${service} is no longer held for ${owner}.`);
  }

  /** Frees the lock if `owner` holds it. */
  async unlock(service: string, owner: string): Promise<void> {
    await this.#table.update(
      lockKey(service),
      {
        expression: 'SET #owner = :nobody, #lease = :zero',
        names: { '#owner': 'owner', '#lease': 'leaseUntil' },
        values: { ':nobody': 'nobody', ':zero': 0 },
      },
      { expression: '#owner = :owner', values: { ':owner': owner } },
    );
  }
}

function lockKey(service: string): Key {
  return { pk: `LOCK#${service}`, sk: 'LOCK' };
}
