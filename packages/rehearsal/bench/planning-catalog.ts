import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';

/** A catalog as the bucket holds it, and the ledger's answers. */
export interface PlanningCase {
  readonly load: PlanningLoad;
  /** The compiled catalog, as JSON. */
  readonly catalog: string;
  /** Newest first. */
  readonly releases: ReadonlyMap<string, readonly PastRelease[]>;
  /** Ids of releases whose artefacts have been deleted. */
  readonly missing: ReadonlySet<string>;
  readonly incident: { readonly service: string; readonly releaseId: string };
}

/** `whole`: everything was released on top of the bad release. `usual`: teams released when they liked. */
export type PlanningLoad = 'whole' | 'usual';

const hour = 3_600_000;
const start = Date.parse('2026-01-05T00:00:00.000Z');
/** Ten releases of each service in about three months. */
const releasesPerService = 10;
const span = 90 * 24 * hour;

/**
 * Draws a catalog and ten releases of each of its services.
 *
 * A service depends on one to four others; of a hundred services one pair is a cycle and one moves in lockstep; a few edges
 * are `always` or `never`. 5 % of the releases were never judged, 3 % are bad, and of 1 % an artefact has been deleted. All
 * services were launched healthy at one time, so that a selection exists: the benchmark measures selections, not refusals.
 */
export function planningCase(size: number, load: PlanningLoad, random: SeededRandom): PlanningCase {
  const names = Array.from({ length: size }, (_, index) => `service-${String(index).padStart(5, '0')}`);
  const edges = random.fork('edges');
  const entries = names.map((service, index) => entryOf(service, index, names, edges));
  const history = random.fork('releases');
  const missing = new Set<string>();
  const releases = new Map(
    names.map((service, index) => [service, releasesOf(service, index, load, history, missing)]),
  );
  const service = names[load === 'whole' ? 0 : Math.floor(size / 100)] as string;
  const [{ releaseId }] = releases.get(service) as [PastRelease, ...PastRelease[]];
  const catalog = JSON.stringify({
    compiledAt: new Date(start).toISOString(),
    services: Object.fromEntries(entries.map((entry) => [entry.service, entry])),
  });
  return { load, catalog, releases, missing, incident: { service, releaseId } };
}

function entryOf(service: string, index: number, names: readonly string[], random: SeededRandom) {
  const providers = new Map<string, string>();
  if (index > 0) {
    for (let count = random.integer(1, 4); count > 0; count -= 1) {
      // The smaller of two draws: the first services have many consumers, as platforms do.
      const provider = Math.min(random.integer(0, index - 1), random.integer(0, index - 1));
      const coupling = random.chance(0.01) ? 'always' : random.chance(0.03) ? 'never' : 'by-cut';
      providers.set(names[provider] as string, providers.size === 0 ? 'by-cut' : coupling);
    }
    const partner = names[index % 100 === 50 ? index + 1 : index % 100 === 51 ? index - 1 : -1];
    if (partner) providers.set(partner, 'by-cut');
  }
  return {
    version: 1,
    service,
    stack: `shop-${service}`,
    dependsOn: [...providers].map(([provider, coupling]) =>
      coupling === 'by-cut' ? provider : { service: provider, coupling },
    ),
    ...(index % 100 < 2 && index > 1 && { lockstep: `pair-${Math.floor(index / 100)}` }),
    targets: [{ kind: 'codedeploy', function: 'Handle' }, { kind: 'cloudformation' }],
    policy: { alarms: [`${service}-errors`] },
  };
}

function releasesOf(
  service: string,
  index: number,
  load: PlanningLoad,
  random: SeededRandom,
  missing: Set<string>,
): PastRelease[] {
  const times = Array.from({ length: releasesPerService }, () => random.uniform() * span).sort(
    (a, b) => b - a,
  );
  // In `whole`, every service was last released after the bad release, which is the first service's latest.
  if (load === 'whole') times[0] = span + hour + index * 1000;
  times[times.length - 1] = 0;
  return times.map((time, position) => {
    const startedAt = new Date(start + Math.floor(time)).toISOString();
    const releaseId = `${service}-${startedAt}`;
    const isLaunch = position === releasesPerService - 1;
    const luck = random.uniform();
    const isGone = random.chance(0.01);
    if (isGone && !isLaunch) missing.add(releaseId);
    const verdict = isLaunch || luck >= 0.08 ? 'good' : luck < 0.03 ? 'bad' : 'candidate';
    return { releaseId, startedAt, verdict };
  });
}
