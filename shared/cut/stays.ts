import type { DependencyGraph } from './dependency-graph.ts';
import type { PastRelease, ReleaseHistory } from './release-history.ts';
import type { Move, Stay } from './selection.ts';

/** Of several reasons the first of these is given: what was looked at, before what did not have to be. */
const precedence: readonly Stay['why'][] = ['unchanged', 'put-back', 'not-released', 'never', 'provider'];

/**
 * The neighbours of what moves that stay, sorted, each with one reason: the strongest, and of equally strong ones
 * the one with the earliest cut.
 *
 * @param reached the releases of every service that was looked at
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
    const since = history?.spans[history.spans[0]?.origin ?? 0]?.release.startedAt;
    const stay = { service, why, of, cut, ...(since && { since }) };
    const other = stays.get(service);
    if (!other || isStronger(stay, other)) stays.set(service, stay);
  };
  const proposeByTime = (service: string, move: Move<R>): void => {
    if (moving.has(service)) return;
    const live = reached.get(service)?.history.spans[0];
    if (!live) propose(service, 'not-released', move);
    else propose(service, live.startedAt < Date.parse(move.cut) ? 'unchanged' : 'put-back', move);
  };
  for (const move of moves) {
    for (const { consumer, coupling } of graph.consumersOf(move.service)) {
      if (coupling === 'never') propose(consumer, 'never', move);
      else proposeByTime(consumer, move);
    }
    for (const mate of graph.matesOf(move.service)) proposeByTime(mate, move);
    for (const { provider } of graph.providersOf(move.service)) propose(provider, 'provider', move);
  }
  return [...stays.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

function isStronger(a: Stay, b: Stay): boolean {
  const byReason = precedence.indexOf(a.why) - precedence.indexOf(b.why);
  if (byReason !== 0) return byReason < 0;
  const byCut = Date.parse(a.cut) - Date.parse(b.cut);
  return byCut < 0 || (byCut === 0 && a.of < b.of);
}
