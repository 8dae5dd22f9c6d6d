import type { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { selectTargets } from '../../../shared/cut/select-targets.ts';
import type { Blocked, Move, Selection, Stay } from '../../../shared/cut/selection.ts';
import { Irreversible, NoWayBack } from '../../../shared/errors.ts';
import { codeOfSnapshot, knownBad } from '../../../shared/ledger/known-bad.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { Limited } from '../../../shared/limit-concurrency.ts';
import type { PlanTargetDeps } from '../../../shared/targets/target-kind.ts';
import type { TimedRelease } from './first-traffic.ts';
import { isStateBefore, type PlannedIncident, releaseTimeline, stateBefore } from './release-timeline.ts';
import { causeInWords, objectionInWords } from './rollback-reasons.ts';
import { versionsBefore } from './versions-before.ts';
import type { WaysBack } from './ways-back.ts';

/** Input of selecting moves. */
export interface MoveRequest {
  readonly graph: DependencyGraph;
  readonly incident: PlannedIncident;
  /** The releases of a service in the ledger, newest first, with their first traffic. */
  releasesOf(service: string): Promise<readonly TimedRelease[]>;
  /** The existing ways back. */
  readonly ways: WaysBack;
  /** Limits the parallel calls of AWS. */
  readonly limited: Limited;
}

/** The services that go back and those that stay; or the good release that has already replaced the bad one. */
export type SelectedMoves =
  | { readonly moves: readonly Move<ReleaseRecord>[]; readonly stays: readonly Stay[] }
  | { readonly supersededBy: ReleaseRecord };

/**
 * Selects the services that go back with a bad release, by the consistent cut (see selectTargets), from the ledger and the
 * existing artefacts.
 *
 * If the ledger has no release for the incident's own service to go back to, and its deployments have not completed, it goes
 * to the versions these began from. All other services go to recorded good releases only.
 *
 * @throws NoWayBack if there is no consistent cut; the message names the refused releases with the reasons
 * @throws Irreversible if a service that would have to go back is declared irreversible
 */
export async function selectMoves(deps: PlanTargetDeps, request: MoveRequest): Promise<SelectedMoves> {
  const { incident } = request;
  let selection = await select(request);
  if (isWithoutWayBack(selection, incident)) {
    const releases = await request.releasesOf(incident.service);
    const bad = releases.find(({ releaseId }) => releaseId === incident.releaseId);
    const earlier = bad ? releases.filter(({ startedAt }) => startedAt < bad.startedAt) : [];
    const snapshot = bad && (await versionsBefore(deps, bad, earlier));
    if (bad && snapshot) {
      const before: ReleaseRecord = { ...stateBefore(bad), verdict: 'good', snapshot };
      selection = await select(request, before);
    }
  }
  if (selection.kind === 'not-needed') return { supersededBy: selection.supersededBy };
  if (selection.kind === 'selected') return selection;
  const words = selection.blocked.map((blocked) => inWords(blocked, incident)).join(' ');
  throw selection.kind === 'frozen' ? new Irreversible(words) : new NoWayBack(words);
}

function select(
  { graph, incident, releasesOf, ways, limited }: MoveRequest,
  before?: ReleaseRecord,
): Promise<Selection<ReleaseRecord>> {
  return selectTargets({
    graph,
    incident,
    reader: {
      async releasesOf(service) {
        const timeline = releaseTimeline(await releasesOf(service), incident);
        if (!before || service !== incident.service) return timeline;
        return [...timeline.filter(({ releaseId }) => releaseId !== before.releaseId), before];
      },
      missingOf: async (release) =>
        undoneWithAnother(release, incident) ??
        badCodeOf(release, await releasesOf(release.service), incident) ??
        limited(async () => (await ways.to(release)).missing),
    },
  });
}

/**
 * A release that another incident has undone, together with its base, is no restore point: that would be going forward
 * again.
 */
function undoneWithAnother({ undoneBy }: ReleaseRecord, { releaseId }: PlannedIncident): string | undefined {
  return undoneBy === undefined || undoneBy === releaseId ? undefined : `undone with incident ${undoneBy}`;
}

/** Code that is bad under another name is no restore point. The incident's own release may not be marked yet. */
function badCodeOf(
  { snapshot = [] }: ReleaseRecord,
  releases: readonly ReleaseRecord[],
  { releaseId }: PlannedIncident,
): string | undefined {
  const marked = releases.map((one) =>
    one.releaseId === releaseId ? { ...one, verdict: 'bad' as const } : one,
  );
  const bad = knownBad(codeOfSnapshot(snapshot), marked);
  return bad && `it has the code and the configuration of ${bad.releaseId}, which is bad`;
}

function isWithoutWayBack(selection: Selection<ReleaseRecord>, { service }: PlannedIncident): boolean {
  return (
    (selection.kind === 'refused' || selection.kind === 'frozen') &&
    selection.blocked.some((one) => one.service === service && one.irreversible === undefined)
  );
}

function inWords(
  { service, causes, irreversible, candidates }: Blocked<ReleaseRecord>,
  incident: PlannedIncident,
): string {
  const own = service === incident.service;
  if (irreversible !== undefined) {
    const why = own ? '' : ` It would have to go back: ${causeInWords(causes[0])}.`;
    return `${service} is declared irreversible (${irreversible}).${why}`;
  }
  const from = own
    ? `from before ${incident.releaseId}`
    : `that it could go back to (${causeInWords(causes[0])})`;
  const seen = candidates
    .filter(({ release }) => !isStateBefore(release))
    .map(({ release, objection }) => `${release.releaseId}: ${objectionInWords(release, objection)}`);
  return (
    `The ledger holds no release of ${service} ${from} that was verified good and still exists.` +
    (seen.length > 0 ? ` Refused: ${seen.join('; ')}.` : '')
  );
}
