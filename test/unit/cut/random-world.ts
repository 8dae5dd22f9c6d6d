import fc from 'fast-check';
import { DependencyGraph, type GraphEntry } from '../../../shared/cut/dependency-graph.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';
import { selectTargets } from '../../../shared/cut/select-targets.ts';
import type { Move, Selection } from '../../../shared/cut/selection.ts';
import { graphEntry } from './shop.ts';

/** A catalog, its releases, the missing ones, and the bad release. */
export interface World {
  readonly entries: readonly GraphEntry[];
  /** Newest first. */
  readonly releases: ReadonlyMap<string, readonly PastRelease[]>;
  readonly missing: ReadonlySet<string>;
  readonly bad: PastRelease;
  readonly service: string;
}

/** Features that a world may contain. */
export interface WorldShape {
  readonly cycles?: boolean;
  readonly lockstep?: boolean;
  readonly restores?: boolean;
  /** Whether users meet releases later than these begin, or never. */
  readonly traffic?: boolean;
  readonly couplings?: readonly ('by-cut' | 'always' | 'never')[];
}

const minute = 60_000;
const midnight = Date.parse('2026-01-05T00:00:00.000Z');
/** ISO 8601 of a minute of the day. */
export const clock = (minutes: number): string => new Date(midnight + minutes * minute).toISOString();

const names = ['a', 'b', 'c', 'd'] as const;

/**
 * Small worlds: four services of up to five releases within half an hour, so that times often tie.
 *
 * Without `cycles` only a later service depends on an earlier one. The bad release is one of the newest of `a`.
 */
export function worlds(shape: WorldShape): fc.Arbitrary<World> {
  const couplings = shape.couplings ?? (['by-cut', 'by-cut', 'by-cut', 'always', 'never'] as const);
  const four = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one, one);
  // Without bias: small and extreme values, which fast-check prefers, make histories in which nothing moves.
  const drawn = fc.record({
    histories: four(fc.noBias(histories(shape))),
    couplings: fc.noBias(four(four(fc.option(fc.constantFrom(...couplings), { freq: 2, nil: undefined })))),
    lockstep: fc.noBias(four(fc.boolean())),
    irreversible: fc.noBias(fc.nat(40)),
    demandsGood: fc.noBias(fc.nat(20)),
    bad: fc.noBias(fc.nat(9)),
  });
  return drawn
    .filter(({ histories: [first] }) => first.length > 0)
    .map((world) => {
      const releases = new Map(
        names.map((service, index) => [service, releasesOf(service, world.histories[index])]),
      );
      const missing = names.flatMap((service, index) =>
        (world.histories[index] ?? [])
          .filter(({ gone }) => gone)
          .map(({ minutes }) => `${service}@${minutes}`),
      );
      const entries = names.map((name, from) => {
        const dependsOn = names.flatMap((service, to) => {
          const coupling = world.couplings[from]?.[to];
          return coupling && (shape.cycles ? from !== to : to < from) ? [{ service, coupling }] : [];
        });
        return graphEntry(name, dependsOn, {
          ...(shape.lockstep && world.lockstep[from] && { lockstep: 'group' }),
          ...(world.irreversible === from && { irreversible: 'cannot' }),
          ...(world.demandsGood === from && { demandsGood: true as const }),
        });
      });
      const history = releases.get('a') ?? [];
      const bad = history[Math.max(0, world.bad - 7) % history.length] as PastRelease;
      return { entries, releases, missing: new Set(missing), service: 'a', bad };
    });
}

interface DrawnRelease {
  readonly minutes: number;
  readonly verdict: PastRelease['verdict'];
  readonly restores: number;
  /** Minutes until users meet it; `never` is drawn as 5, `unknown` as 6. */
  readonly served: number;
  readonly gone: boolean;
}

function histories({ restores, traffic }: WorldShape): fc.Arbitrary<DrawnRelease[]> {
  const verdicts = ['good', 'good', 'good', 'good', 'served-well', 'candidate', 'bad'] as const;
  return fc
    .uniqueArray(
      fc.record({
        minutes: fc.nat(30),
        verdict: fc.constantFrom(...verdicts),
        restores: restores ? fc.nat(6) : fc.constant(0),
        served: traffic ? fc.nat(6) : fc.constant(6),
        gone: fc.nat(19).map((n) => n === 0),
      }),
      { maxLength: 5, size: 'max', selector: ({ minutes }) => minutes },
    )
    .map((spans) => spans.sort((a, b) => b.minutes - a.minutes));
}

function releasesOf(service: string, drawn: readonly DrawnRelease[] = []): PastRelease[] {
  return drawn.map(({ minutes, verdict, restores, served }, position) => {
    const older = restores > 0 ? drawn[position + restores] : undefined;
    return {
      releaseId: `${service}@${minutes}`,
      startedAt: clock(minutes),
      verdict,
      ...(older && { restores: `${service}@${older.minutes}` }),
      ...(!older && served < 6 && { servedFrom: served === 5 ? null : clock(minutes + served) }),
    };
  });
}

/** Selects targets in a world. */
export function selectIn({
  entries,
  releases,
  missing,
  service,
  bad,
}: World): Promise<Selection<PastRelease>> {
  return selectTargets({
    graph: new DependencyGraph(entries),
    incident: { service, releaseId: bad.releaseId },
    reader: {
      releasesOf: (name) => releases.get(name) ?? [],
      missingOf: ({ releaseId }) => (missing.has(releaseId) ? 'it is gone' : undefined),
    },
  });
}

/** The moves of a selection; none for any other outcome. */
export function movesOf(selection: Selection<PastRelease>): readonly Move<PastRelease>[] {
  return selection.kind === 'selected' ? selection.moves : [];
}
