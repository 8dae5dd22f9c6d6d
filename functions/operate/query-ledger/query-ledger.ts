import * as z from 'zod';
import { serviceName } from '../../../shared/catalog/service-entry.ts';
import type { HoldRecord } from '../../../shared/ledger/hold-ledger.ts';
import type { CoordinatorStatus } from '../../../shared/queries/coordinator-status.ts';
import type { IncidentNow } from '../../../shared/queries/incident-now.ts';
import type { LedgerQueries } from '../../../shared/queries/ledger-queries.ts';
import type { ServiceLiveAt } from '../../../shared/queries/live-at.ts';
import type { HistoryEntry } from '../../../shared/queries/service-history.ts';
import type { Why } from '../../../shared/queries/why.ts';

const question = {
  error: 'must be one of "live-at", "history", "why", "status", "incidents", "holds"',
};

/** A question to the ledger, as a person types it into the Lambda console. */
export const queryLedgerInput = z.discriminatedUnion(
  'query',
  [
    z.strictObject({
      query: z.literal('live-at'),
      /** The moment, with its offset from UTC. */
      at: z.iso.datetime({ offset: true, error: 'must be ISO 8601, e.g. "2026-01-05T09:00:00Z"' }),
      /** One service; left out, all of the catalog. */
      service: serviceName.optional(),
    }),
    z.strictObject({
      query: z.literal('history'),
      service: serviceName,
      /** Number of releases to go back. */
      limit: z.number().int().min(1).max(100).default(20),
    }),
    z
      .strictObject({
        query: z.literal('why'),
        incident: z.string().min(1).max(120).optional(),
        /** The service's latest incident. */
        service: serviceName.optional(),
      })
      .refine(({ incident, service }) => (incident === undefined) !== (service === undefined), {
        message: 'give either an incident or a service',
        path: ['incident'],
      }),
    z.strictObject({ query: z.literal('status') }),
    z.strictObject({
      query: z.literal('incidents'),
      /** The service's latest incidents, open or closed; left out, all open ones. */
      service: serviceName.optional(),
    }),
    z.strictObject({ query: z.literal('holds') }),
  ],
  question,
);

/** The answer, under the name of its content. */
export type LedgerAnswer =
  | { readonly services: readonly ServiceLiveAt[] }
  | { readonly history: readonly HistoryEntry[] }
  | { readonly why: Why }
  | { readonly status: CoordinatorStatus }
  | { readonly incidents: readonly IncidentNow[] }
  | { readonly onHold: readonly HoldRecord[] };

/** Answers a query on the ledger; changes nothing. */
export function queryLedger({ queries }: { readonly queries: LedgerQueries }) {
  return async (input: z.infer<typeof queryLedgerInput>): Promise<LedgerAnswer> => {
    switch (input.query) {
      case 'live-at':
        return { services: await queries.liveAt(input.at, input.service) };
      case 'history':
        return { history: await queries.history(input.service, input.limit) };
      case 'why':
        return { why: await queries.why(input.incident ?? input.service ?? '') };
      case 'status':
        return { status: await queries.status() };
      case 'incidents':
        return { incidents: await queries.incidents(input.service) };
      case 'holds':
        return { onHold: await queries.holds() };
    }
  };
}
