import * as z from 'zod';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { serviceName } from '../../../shared/catalog/service-entry.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { everyService, type HoldLedger, type HoldRecord } from '../../../shared/ledger/hold-ledger.ts';
import { sentence, signature } from '../../../shared/plain-text.ts';

/** A person's hold, or its end, as typed into the Lambda console. */
export const holdServiceInput = z
  .strictObject({
    /** A service, or `*` for everything. */
    service: z
      .string()
      .refine(
        (name) => name === everyService || serviceName.safeParse(name).success,
        'must be the name of a service (lower-case letters, digits and hyphens), or "*" for all',
      ),
    /** False ends the hold. */
    hold: z.boolean(),
    by: signature,
    reason: sentence.optional(),
    /** Time of its automatic end; without it, it lasts until somebody lifts it. */
    until: z.iso
      .datetime({ offset: true, error: 'must be ISO 8601, e.g. "2026-01-05T12:00:00Z"' })
      .optional(),
  })
  .refine(({ hold, until }) => hold || until === undefined, {
    path: ['until'],
    message: 'is for a hold: what is lifted has no end',
  });

export interface HoldServiceDeps {
  readonly catalog: CatalogStore;
  readonly holds: HoldLedger;
  readonly now: () => number;
}

/**
 * Puts a service, or everything, on hold: the coordinator goes on watching and reports what it would do, and changes nothing
 * by itself. A rollback that a person starts or approves is still done.
 *
 * @returns all holds in force
 * @throws InvalidInput when the catalog has no such service, or the hold would have ended before it begins
 */
export function holdService({ catalog, holds, now }: HoldServiceDeps) {
  return async (input: z.infer<typeof holdServiceInput>): Promise<{ onHold: readonly HoldRecord[] }> => {
    const { service, hold, by, reason } = input;
    const until = input.until && new Date(input.until).toISOString();
    if (until && Date.parse(until) <= now()) throw new InvalidInput(`until: ${until} is over already`);
    // A hold on a service that has left the catalog can still be ended.
    if (hold && service !== everyService) await catalog.entry(service);
    const at = new Date(now()).toISOString();
    await holds.set({ service, held: hold, by, at, ...(reason && { reason }), ...(until && { until }) });
    return { onHold: await holds.list() };
  };
}
