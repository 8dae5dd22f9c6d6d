import { InvalidInput, LedgerCorrupt } from '../errors.ts';
import { isRestorePoint } from '../ledger/records.ts';
import { demandsOn, type Incident } from './demands.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { LevelQueue } from './level-queue.ts';
import { type PastRelease, ReleaseHistory } from './release-history.ts';
import type { Selection } from './selection.ts';
import { ServiceTrack } from './service-track.ts';
import { staysBeside } from './stays.ts';

/** The reads of a selection, only for services that it reaches. Each is asked once, many at a time. */
export interface CutReader<R extends PastRelease> {
  /** The releases of a service, in any order; as far back as it may go. */
  releasesOf(service: string): Promise<readonly R[]> | readonly R[];
  /** The missing artefact of a restore point, in words; undefined if all exist. */
  missingOf(release: R): Promise<string | undefined> | string | undefined;
}

/** Input of a selection. */
export interface TargetRequest<R extends PastRelease> {
  readonly graph: DependencyGraph;
  readonly incident: Incident;
  readonly reader: CutReader<R>;
}

/**
 * Selects the release that each service goes back to: the consistent cut.
 *
 * The service of the incident goes to its newest restore point from before the bad one. The releases after the target are
 * undone, and the moment at which users first met one of them is the service's *cut*. A consumer whose live release was born
 * (users first met it) at or after the cut of a provider goes to its newest restore point born before it; that is its own
 * cut; and so on, until nothing moves. If users never met an undone release there is no cut, and nothing was released on top
 * of it. A service that has moved may have to move again, further back, never forward: cuts only fall, so the selection
 * ends. (A release that restores an older one has the birth of the older one.)
 *
 * Properties of the moves and stays of a selection, for any graph and histories:
 * 1. **On nothing undone.** For every edge whose provider moves, unless its coupling is `never`: the consumer
 *    ends on a release born before the provider's cut. So a consumer that stays, and was not restored since, was live
 *    together with the provider's target, in the moment before the cut. So was a consumer that moves because of
 *    cuts alone, with the provider of the earliest one, if no release had to be passed over.
 *    `always`: the consumer does not stay, unless it was restored since the provider's live release began.
 *    Lockstep: releases made together are undone together; once one member moves, all end on releases that
 *    were live at one moment (as long as none of those restored an older one).
 * 2. **Safe.** No target is bad, a candidate or missing, or has the state of a bad release; nor is it only served-well
 *    if the entry of its service demands good ones.
 * 3. **Least.** Of all choices for which 1 and 2 hold, each service ends on its newest possible release. So no move
 *    can be left out, and each lists the neighbours that force it by themselves.
 * 4. **Complete.** It refuses only if no choice fulfils 1 and 2, and then nothing may be changed.
 * 5. **Repeatable.** After it was carried out nothing is left to do; when it is half done, consumers first and without
 *    cycles and lockstep groups, a new selection is exactly the rest.
 * 6. **Independent** of the order of entries, edges and releases.
 * 7. **Monotone.** For an older bad release of the same service no service ends on a newer release.
 *
 * Providers stay: the rule assumes that they go on serving older consumers. `docs/decisions/0004-consistent-cut.md` has an
 * example with times, and the reasons against other rules.
 *
 * It is a pure function of its arguments: no clock, no randomness, no AWS.
 *
 * @throws InvalidInput when the catalog does not have the service
 * @throws LedgerCorrupt when the service has no such release
 */
export async function selectTargets<R extends PastRelease>(request: TargetRequest<R>): Promise<Selection<R>> {
  const { graph, incident, reader } = request;
  if (!graph.has(incident.service)) {
    throw new InvalidInput(`service: "${incident.service}" is not in the catalog`);
  }
  const tracks = new Map<string, ServiceTrack<R>>();
  const bad = await readBad(request);
  const supersededBy = supersedingOf(bad, incident);
  if (supersededBy) return { kind: 'not-needed', supersededBy };
  const trackOf = (service: string, history: ReleaseHistory<R>) =>
    new ServiceTrack(service, history, { demandsGood: graph.demandsGood(service) });
  tracks.set(incident.service, trackOf(incident.service, bad));

  const queue = new LevelQueue((service) => graph.levelOf(service));
  queue.add(incident.service);
  for (let wave = queue.take(); wave.length > 0; wave = queue.take()) {
    const unread = wave.filter((service) => !tracks.has(service));
    const answers = await Promise.all(unread.map((service) => reader.releasesOf(service)));
    for (const [index, service] of unread.entries()) {
      tracks.set(service, trackOf(service, new ReleaseHistory(answers[index] ?? [])));
    }
    const reached = wave.map((service) => tracks.get(service) as ServiceTrack<R>);
    for (const track of reached) {
      track.demands = demandsOn(track.service, track.history, graph, incident, (name) => tracks.get(name));
    }
    for (const { service } of await moveBack(reached, request)) {
      for (const { consumer, coupling } of graph.consumersOf(service)) {
        if (coupling !== 'never') queue.add(consumer);
      }
      for (const peer of graph.lockstepPeersOf(service)) queue.add(peer);
    }
  }
  return conclude(graph, tracks);
}

/** Moves each service as far back as its demands require; returns those that moved. */
async function moveBack<R extends PastRelease>(
  reached: readonly ServiceTrack<R>[],
  { graph, reader }: TargetRequest<R>,
): Promise<ServiceTrack<R>[]> {
  const moved: ServiceTrack<R>[] = [];
  let open = reached;
  while (open.length > 0) {
    const unchecked: ServiceTrack<R>[] = [];
    for (const track of open) {
      const step = track.advance(graph.irreversible(track.service) !== undefined);
      if (step === 'moved') moved.push(track);
      if (step === 'unchecked') unchecked.push(track);
    }
    const answers = await Promise.all(unchecked.map((track) => reader.missingOf(track.next())));
    for (const [index, track] of unchecked.entries()) track.checked(answers[index]);
    open = unchecked;
  }
  return moved;
}

function conclude<R extends PastRelease>(
  graph: DependencyGraph,
  tracks: ReadonlyMap<string, ServiceTrack<R>>,
): Selection<R> {
  const sorted = [...tracks.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  const blocked = sorted
    .filter((track) => track.blocked)
    .map((track) => track.blockedBy(graph.irreversible(track.service)));
  const [first, ...others] = blocked;
  if (first) {
    const kind = blocked.some(({ irreversible }) => irreversible !== undefined) ? 'frozen' : 'refused';
    return { kind, blocked: [first, ...others] };
  }
  const moves = sorted.filter(({ position }) => position > 0).map((track) => track.move());
  return { kind: 'selected', moves, stays: staysBeside(moves, graph, tracks) };
}

async function readBad<R extends PastRelease>({
  incident,
  reader,
}: TargetRequest<R>): Promise<ReleaseHistory<R>> {
  const releases = await reader.releasesOf(incident.service);
  if (!releases.some(({ releaseId }) => releaseId === incident.releaseId)) {
    throw new LedgerCorrupt(`Release ${incident.releaseId} is not in the ledger.`);
  }
  // The incident condemns it, whatever verdict is recorded by now.
  return new ReleaseHistory(
    releases.map((release) =>
      release.releaseId === incident.releaseId ? { ...release, verdict: 'bad' as const } : release,
    ),
  );
}

function supersedingOf<R extends PastRelease>(
  history: ReleaseHistory<R>,
  { releaseId }: Incident,
): R | undefined {
  return history.spans.slice(0, history.positionOf(releaseId)).find(isRestorePoint)?.release;
}
