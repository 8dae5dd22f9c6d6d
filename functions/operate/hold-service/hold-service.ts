import * as z from 'zod';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { serviceName } from '../../../shared/catalog/service-entry.ts';
import { everyService, type HoldLedger, type HoldRecord } from '../../../shared/ledger/hold-ledger.ts';

/** Who puts what on hold, or lets it go, as typed into the Lambda console. */
export const holdServiceInput = z.strictObject({
  /** A service, or `*` for everything. */
  service: z
    .string()
    .refine(
      (name) => name === everyService || serviceName.safeParse(name).success,
      'must be a service, or "*" for all',
    ),
  /** False lets it go again. */
  hold: z.boolean(),
  by: z.string().min(1).max(100),
  reason: z.string().min(1).max(500).optional(),
});

/** What the rule needs. */
export interface HoldServiceDeps {
  readonly catalog: CatalogStore;
  readonly holds: HoldLedger;
  readonly now: () => number;
}

/**
 * Puts a service, or everything, on hold: the coordinator goes on watching and reports what it would do, and changes
 * nothing by itself. What a person starts or approves is done all the same.
 *
 * @returns everything that is on hold now
 * @throws InvalidInput when the catalog has no such service
 */
export function holdService({ catalog, holds, now }: HoldServiceDeps) {
  return async (input: z.infer<typeof holdServiceInput>): Promise<{ onHold: readonly HoldRecord[] }> => {
    const { service, hold, by, reason } = input;
    // A service that has left the catalog can still be let go.
    if (hold && service !== everyService) await catalog.entry(service);
    const at = new Date(now()).toISOString();
    await holds.set({ service, held: hold, by, at, ...(reason && { reason }) });
    return { onHold: await holds.list() };
  };
}
