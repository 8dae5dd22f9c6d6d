import type { DependsOnItem } from '../../../shared/catalog/service-entry.ts';
import type { Incident } from '../../../shared/cut/demands.ts';
import { DependencyGraph, type GraphEntry } from '../../../shared/cut/dependency-graph.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';
import { type CutReader, selectTargets } from '../../../shared/cut/select-targets.ts';
import type { Selection } from '../../../shared/cut/selection.ts';

/** The part of an entry that the graph reads, with only the relevant members set. */
export function graphEntry(
  service: string,
  dependsOn: readonly DependsOnItem[] = [],
  more: { readonly lockstep?: string; readonly irreversible?: string; readonly demandsGood?: true } = {},
): GraphEntry {
  const { lockstep, irreversible, demandsGood } = more;
  return {
    service,
    dependsOn: [...dependsOn],
    ...(lockstep && { lockstep }),
    policy: { ...(irreversible && { irreversible }), ...(demandsGood && { restorePoints: 'good' as const }) },
  };
}

/** A moment on the one day of these tests: `at('10:05')`. */
export const at = (time: string): string => `2026-01-05T${time}:00.000Z`;

/**
 * A release, written as `10:05 good`, `10:05 bad`, `10:05 candidate` or `10:05 good =09:00` for a release that restores.
 * With the time at which users first met it: `10:05 good @10:20`, or `10:05 bad @never`.
 */
export function release(service: string, text: string): PastRelease {
  const [time = '', verdict, ...more] = text.split(' ');
  const restored = more.find((word) => word.startsWith('='));
  const served = more.find((word) => word.startsWith('@'))?.slice(1);
  return {
    releaseId: `${service}@${time}`,
    startedAt: at(time),
    verdict: verdict as PastRelease['verdict'],
    ...(restored && { restores: `${service}@${restored.slice(1)}` }),
    ...(served && { servedFrom: served === 'never' ? null : at(served) }),
  };
}

/** Services with their releases, and a reader that counts its calls. */
export class Shop implements CutReader<PastRelease> {
  readonly #entries: readonly GraphEntry[];
  readonly #releases: Readonly<Record<string, readonly string[]>>;
  readonly #missing: Readonly<Record<string, string>>;
  readonly read: string[] = [];
  readonly checked: string[] = [];

  constructor(
    entries: readonly GraphEntry[],
    releases: Readonly<Record<string, readonly string[]>>,
    missing: Readonly<Record<string, string>> = {},
  ) {
    this.#entries = entries;
    this.#releases = releases;
    this.#missing = missing;
  }

  releasesOf(service: string): Promise<PastRelease[]> {
    this.read.push(service);
    return Promise.resolve((this.#releases[service] ?? []).map((text) => release(service, text)));
  }

  missingOf({ releaseId }: PastRelease): Promise<string | undefined> {
    this.checked.push(releaseId);
    return Promise.resolve(this.#missing[releaseId]);
  }

  /** Selects for the bad release `service@time`. */
  select(releaseId: string): Promise<Selection<PastRelease>> {
    const incident: Incident = { service: releaseId.split('@')[0] ?? '', releaseId };
    return selectTargets({ graph: new DependencyGraph(this.#entries), incident, reader: this });
  }

  /** The moves, as `service: from -> to`, or the outcome where there are none. */
  async moves(releaseId: string): Promise<string[] | string> {
    const selection = await this.select(releaseId);
    if (selection.kind !== 'selected') return selection.kind;
    return selection.moves.map(({ undone: [from], to }) => `${from.releaseId} -> ${to.releaseId}`);
  }
}
