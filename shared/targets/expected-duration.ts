import type { ReleaseRecord } from '../ledger/records.ts';
import type { ServicePlan } from './service-plan.ts';

/** How long a plan is expected to take, by what its services took before. */
export interface ExpectedDuration {
  /** Along the longest path, s; undefined where nothing is known of any service. */
  readonly seconds: number | undefined;
  /** The services of that path, first to last. */
  readonly path: readonly string[];
  /** Services that never went back before: they count as nothing. */
  readonly unknown: readonly string[];
}

/** Of the latest rollbacks so many are looked at: a service changes over the months. */
const rollbacksLookedAt = 5;

/**
 * How long it took to take a service back before, s: the median of the latest rollbacks; undefined without any.
 *
 * @param releases newest first
 */
export function usualSeconds(releases: readonly Pick<ReleaseRecord, 'restoredIn'>[]): number | undefined {
  const took = releases.flatMap(({ restoredIn }) => restoredIn ?? []).slice(0, rollbacksLookedAt);
  return took.sort((a, b) => a - b)[Math.floor((took.length - 1) / 2)];
}

/**
 * Each service begins once the last of those it waits for is done, so that a plan takes as long as its longest path.
 *
 * @param services in the order of the plan: every service after all it waits for
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
