import type { DependencyGraph } from './dependency-graph.ts';
import type { PastRelease, ReleaseHistory } from './release-history.ts';
import { undoneWith } from './released-together.ts';
import type { MoveCause } from './selection.ts';

/** The position of a service: at 0 it stays, at any other its releases before that position are undone. */
export interface Place<R extends PastRelease> {
  readonly history: ReleaseHistory<R>;
  readonly position: number;
}

/** The bad release. */
export interface Incident {
  readonly service: string;
  readonly releaseId: string;
}

/**
 * One demand on the release that a service ends on; {@link isAllowed} evaluates it. The further others go back, the less it
 * allows.
 */
export interface Demand<R extends PastRelease> {
  readonly kind: MoveCause['kind'];
  /** The releases of the demanding service: a neighbour, or for an incident the service itself. */
  readonly history: ReleaseHistory<R>;
  /** Name of the demanding service. */
  readonly service: string;
  /** Among its undone releases, the one that users met first. */
  readonly undone: R;
  /**
   * The time at which they did, ms since the epoch: the service must end on a release born before it. Infinity if none did.
   */
  readonly cut: number;
  /** Releases that come from a position before this one are undone too. */
  readonly from: number;
  /** Whether the service may end on its live release. */
  readonly mayStay: boolean;
}

/**
 * The demands of the incident and of the neighbours that go back on a service, the earliest cut first.
 *
 * @param placeOf the position of a service; undefined if selection has not reached it
 */
export function demandsOn<R extends PastRelease>(
  service: string,
  own: ReleaseHistory<R>,
  graph: DependencyGraph,
  incident: Incident,
  placeOf: (service: string) => Place<R> | undefined,
): Demand<R>[] {
  // A service without recorded releases has none since any cut.
  const live = own.spans[0];
  if (!live) return [];
  const demands: Demand<R>[] = [];
  if (service === incident.service) {
    const from = own.positionOf(incident.releaseId) + 1;
    demands.push({ kind: 'incident', service, history: own, ...cutOf(own, from), from, mayStay: false });
  }
  for (const { provider, coupling } of graph.providersOf(service)) {
    const place = placeOf(provider);
    if (coupling === 'never' || !place || place.position === 0) continue;
    const { history, position } = place;
    const always = coupling === 'always';
    // A consumer restored since has gone back with the provider already. The provider's live release is the yardstick and
    // not its cut: a falling cut must never allow more.
    const isPutBack = live.origin !== 0 && live.startedAt >= history.at(0).startedAt;
    demands.push({
      kind: always ? 'always' : 'on-top',
      service: provider,
      history,
      ...cutOf(history, position),
      from: 0,
      mayStay: !always || isPutBack,
    });
  }
  for (const peer of graph.lockstepPeersOf(service)) {
    const place = placeOf(peer);
    if (!place || place.position === 0) continue;
    const { history, position } = place;
    const from = undoneWith(history, position, own);
    demands.push({
      kind: 'lockstep',
      service: peer,
      history,
      ...cutOf(history, position),
      from,
      mayStay: true,
    });
  }
  // The sort is stable, and the neighbours come sorted by name.
  return demands.sort((a, b) => (a.cut === b.cut ? 0 : a.cut - b.cut));
}

/** Whether a demand allows a service to end on its release at a position. */
export function isAllowed<R extends PastRelease>(
  demand: Demand<R>,
  own: ReleaseHistory<R>,
  position: number,
): boolean {
  const { bornAt, origin } = own.at(position);
  // Its own releases before the bad one are old enough, whatever the clocks say.
  const isOldEnough = demand.kind === 'incident' || bornAt < demand.cut;
  return isOldEnough && origin >= demand.from && (position > 0 || demand.mayStay);
}

/** A demand in the form of a reason. */
export function causeOf<R extends PastRelease>(
  { kind, service, history, undone }: Demand<R>,
  own: ReleaseHistory<R>,
): MoveCause {
  switch (kind) {
    case 'incident':
      return { kind, releaseId: undone.releaseId };
    case 'always':
      return { kind, provider: service, cut: beginningOf(undone) };
    case 'lockstep':
      return { kind, peer: service, cut: beginningOf(undone) };
    case 'on-top': {
      const { release, startedAt: began, servedFrom } = own.at(0);
      const on = history.servingAt(Number.isFinite(servedFrom) ? servedFrom : began).release;
      return {
        kind,
        provider: service,
        cut: beginningOf(undone),
        began: beginningOf(release),
        on: { releaseId: on.releaseId, startedAt: on.startedAt },
      };
    }
  }
}

/** First traffic of a release, ISO 8601; its beginning, if it had none or that is unknown. */
export function beginningOf({ servedFrom, startedAt }: PastRelease): string {
  return servedFrom ?? startedAt;
}

/** The release that users met first among those undone by going back to a position, and the time they did. */
function cutOf<R extends PastRelease>(
  history: ReleaseHistory<R>,
  position: number,
): Pick<Demand<R>, 'undone' | 'cut'> {
  const { release, servedFrom } = history.firstUndone(position);
  return { undone: release, cut: servedFrom };
}
