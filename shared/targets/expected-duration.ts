import type { ReleaseRecord } from '../ledger/records.ts';
import type { ServicePlan } from './service-plan.ts';

/** The expected duration of a plan, from earlier rollbacks of its services. */
export interface ExpectedDuration {
  /** Along the longest path, s; undefined if no service has a known duration. */
  readonly seconds: number | undefined;
  /** The services of that path, first to last. */
  readonly path: readonly string[];
  /** Services without an earlier rollback: they count as 0 s. */
  readonly unknown: readonly string[];
}

/** Number of latest rollbacks that count: a service changes over the months. */
const rollbacksLookedAt = 5;

/**
 * Usual duration of a service's rollback, s: the median of the latest rollbacks; undefined without any.
 *
 * @param releases newest first
 */
export function usualSeconds(releases: readonly Pick<ReleaseRecord, 'restoredIn'>[]): number | undefined {
  const took = releases.flatMap(({ restoredIn }) => restoredIn ?? []).slice(0, rollbacksLookedAt);
  return took.sort((a, b) => a - b)[Math.floor((took.length - 1) / 2)];
}

/**
 * Each service begins once the last one that it waits for is done, so a plan takes as long as its longest path.
 *
 * @param services in the order of the plan: every service after all that it waits for
 */
export function expectedDuration(
  services: readonly Pick<ServicePlan, 'service' | 'waitsFor' | 'usualSeconds'>[],
): ExpectedDuration {
  const ends = new Map<string, { readonly seconds: number; readonly path: readonly string[] }>();
  for (const { service, waitsFor, usualSeconds = 0 } of services) {
    const last = latest(waitsFor.flatMap((one) => ends.get(one) ?? []));
    ends.set(service, { seconds: last.seconds + usualSeconds, path: [...last.path, service] });
  }
  const { seconds, path } = latest([...ends.values()]);
  const unknown = services.filter((one) => one.usualSeconds === undefined).map(({ service }) => service);
  return { seconds: unknown.length < services.length ? seconds : undefined, path, unknown };
}

function latest<End extends { readonly seconds: number; readonly path: readonly string[] }>(
  ends: readonly End[],
) {
  return ends.reduce<{ readonly seconds: number; readonly path: readonly string[] }>(
    (last, end) => (end.seconds > last.seconds || last.path.length === 0 ? end : last),
    { seconds: 0, path: [] },
  );
}
