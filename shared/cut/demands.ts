import type { Dependency, DependencyGraph } from './dependency-graph.ts';
import type { PastRelease, ReleaseHistory } from './release-history.ts';
import { undoneWith } from './released-together.ts';
import type { MoveCause } from './selection.ts';

/** Where a service stands: at position 0 it stays, at any other its releases before that position are undone. */
export interface Place<R extends PastRelease> {
  readonly history: ReleaseHistory<R>;
  readonly position: number;
}

/** The bad release. */
export interface Incident {
  readonly service: string;
  readonly releaseId: string;
}

/** One demand on where a service may stand. The further others go back, the less it allows. */
export interface Demand {
  readonly cause: MoveCause;
  /** ms since the epoch */
  readonly cut: number;
  allows(position: number): boolean;
}

/**
 * What the incident and the neighbours that go back demand of a service, the earliest cut first.
 *
 * @param placeOf where a service stands; undefined for one that nothing has reached
 */
export function demandsOn<R extends PastRelease>(
  service: string,
  own: ReleaseHistory<R>,
  graph: DependencyGraph,
  incident: Incident,
  placeOf: (service: string) => Place<R> | undefined,
): Demand[] {
  const demands: Demand[] = [];
  if (service === incident.service) demands.push(byIncident(own, incident));
  // A service whose releases nobody recorded has none since any cut.
  if (own.spans.length === 0) return demands;
  for (const edge of graph.providersOf(service)) {
    const place = placeOf(edge.provider);
    if (place && place.position > 0 && edge.coupling !== 'never') demands.push(byProvider(own, edge, place));
  }
  for (const mate of graph.matesOf(service)) {
    const place = placeOf(mate);
    if (place && place.position > 0) demands.push(byMate(own, mate, place));
  }
  // The sort is stable, and the neighbours come sorted by name.
  return demands.sort((a, b) => a.cut - b.cut);
}

function byIncident<R extends PastRelease>(own: ReleaseHistory<R>, { releaseId }: Incident): Demand {
  const bad = own.positionOf(releaseId);
  return {
    cause: { kind: 'incident', releaseId },
    cut: own.at(bad).startedAt,
    allows: (position) => position > bad,
  };
}

function byProvider<R extends PastRelease>(
  own: ReleaseHistory<R>,
  { provider, coupling }: Dependency,
  { history, position: target }: Place<R>,
): Demand {
  const cut = history.cutBy(target);
  const live = own.at(0);
  const isBefore = (position: number): boolean => own.at(position).bornAt < cut;
  if (coupling === 'always') {
    // Put back since: it has gone back with the provider already. The provider's live release is the yardstick and
    // not its cut, because a cut that falls must never allow more.
    const mayStay = live.origin > 0 && live.startedAt >= history.at(0).startedAt;
    return {
      cause: { kind: 'always', provider, cut: iso(cut) },
      cut,
      allows: (position) => isBefore(position) && (position > 0 || mayStay),
    };
  }
  const { release, startedAt } = history.at(history.liveAt(live.startedAt));
  return {
    cause: {
      kind: 'on-top',
      provider,
      cut: iso(cut),
      began: iso(live.startedAt),
      on: { releaseId: release.releaseId, startedAt: iso(startedAt) },
    },
    cut,
    allows: isBefore,
  };
}

function byMate<R extends PastRelease>(
  own: ReleaseHistory<R>,
  mate: string,
  { history, position: target }: Place<R>,
): Demand {
  const cut = history.cutBy(target);
  const undone = undoneWith(history, target, own);
  return {
    cause: { kind: 'lockstep', mate, cut: iso(cut) },
    cut,
    allows: (position) => own.at(position).bornAt < cut && own.at(position).origin >= undone,
  };
}

/** ISO 8601, UTC, of ms since the epoch. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
