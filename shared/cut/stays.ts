import { beginningOf } from './demands.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { PastRelease, ReleaseHistory, ReleaseSpan } from './release-history.ts';
import type { Move, Stay } from './selection.ts';

/** Among several reasons the first of these is given: those that were checked, before those that needed no check. */
const precedence: readonly Stay['why'][] = [
  'unchanged',
  'put-back',
  'never-served',
  'not-released',
  'never',
  'provider',
];

/**
 * The neighbours of moves that stay, sorted, each with one reason: the strongest, and among equals the one with the earliest
 * cut.
 *
 * @param reached the releases of every service that selection reached
 */
export function staysBeside<R extends PastRelease>(
  moves: readonly Move<R>[],
  graph: DependencyGraph,
  reached: ReadonlyMap<string, { readonly history: ReleaseHistory<R> }>,
): Stay[] {
  const moving = new Set(moves.map(({ service }) => service));
  const stays = new Map<string, Stay>();
  const propose = (service: string, why: Stay['why'], { service: of, cut }: Move<R>): void => {
    if (moving.has(service)) return;
    const history = reached.get(service)?.history;
    const first = history?.spans[history.spans[0]?.origin ?? 0]?.release;
    const since = first && beginningOf(first);
    const stay = { service, why, of, cut, ...(since && { since }) };
    const other = stays.get(service);
    if (!other || isStronger(stay, other)) stays.set(service, stay);
  };
  const proposeByTime = (service: string, move: Move<R>): void => {
    if (moving.has(service)) return;
    const live = reached.get(service)?.history.spans[0];
    if (!live) propose(service, 'not-released', move);
    else if (move.cut === null) propose(service, 'never-served', move);
    else propose(service, wasPutBackSince(live, move.cut) ? 'put-back' : 'unchanged', move);
  };
  for (const move of moves) {
    for (const { consumer, coupling } of graph.consumersOf(move.service)) {
      if (coupling === 'never') propose(consumer, 'never', move);
      else proposeByTime(consumer, move);
    }
    for (const peer of graph.lockstepPeersOf(move.service)) proposeByTime(peer, move);
    for (const { provider } of graph.providersOf(move.service)) propose(provider, 'provider', move);
  }
  return [...stays.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

function wasPutBackSince({ startedAt, bornAt, servedFrom }: ReleaseSpan<PastRelease>, cut: string): boolean {
  return bornAt < servedFrom && startedAt >= Date.parse(cut);
}

function isStronger(a: Stay, b: Stay): boolean {
  const byReason = precedence.indexOf(a.why) - precedence.indexOf(b.why);
  if (byReason !== 0) return byReason < 0;
  const [cut, other] = [a.cut, b.cut].map((time) =>
    time === null ? Number.POSITIVE_INFINITY : Date.parse(time),
  );
  return cut === other ? a.of < b.of : Number(cut) < Number(other);
}
