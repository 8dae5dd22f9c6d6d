import * as z from 'zod';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { serviceName } from '../../../shared/catalog/service-entry.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { deploymentId, releaseId } from '../../../shared/ids.ts';
import { judgementAgainst } from '../../../shared/incident/judgement-against.ts';
import { type Evidence, type Judgement, judgement } from '../../../shared/judge/judgement.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import {
  type BroughtVersion,
  type IncidentRecord,
  movedAlone,
  type ReleaseRecord,
  serviceOfRelease,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { sentence, signature } from '../../../shared/plain-text.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { readInput } from '../../../shared/task.ts';
import { type Figures, secondsBetween } from '../../../shared/telemetry/figures.ts';

export const openIncidentInput = z.strictObject({
  executionArn: z.string(),
  /** The execution's own input, from a person or the monitor. */
  input: z.unknown(),
});

/** Input of coordinate-rollback, from a person (`{"service": "orders"}` is enough) or from the monitor. */
export const rollbackRequest = z
  .strictObject({
    service: serviceName,
    /** Release to undo; by default the newest of the service. */
    releaseId: releaseId.optional(),
    /** `plan`: only show the plan. */
    mode: z.enum(['plan', 'roll-back']).default('roll-back'),
    /** Execute exactly the plan of this digest, which mode `plan` made for the same release, or nothing. */
    planDigest: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'must be the 16 digits that mode "plan" has answered')
      .optional(),
    /** Reason in a sentence, for the mail. */
    reason: sentence.optional(),
    /** The person who asks, for the mail. */
    requestedBy: signature.optional(),
    /** Undoes the release although a person declared it good. */
    overrule: z.literal(true, 'must be true, or left out').optional(),
    /** From a watch: its deployment, if it had one, and its judgement. They count only if the ledger holds the same. */
    deploymentId: deploymentId.optional(),
    judgement: judgement.optional(),
    /** Step Functions uses this field to link the execution to the one that started it. */
    AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: z.string().max(1000).optional(),
  })
  .refine(({ mode, planDigest }) => mode !== 'plan' || planDigest === undefined, {
    path: ['planDigest'],
    message:
      'is for a rollback: leave it out with the mode "plan", which answers the digest of what would be done now',
  });

/**
 * The incident of this execution. `plan`: none was opened, only the plan is wanted; `joined`: another execution has it, or
 * it is done; `superseded`: a newer release has replaced the bad one since it was judged, so there is nothing left to undo.
 */
export interface OpenedIncident {
  readonly status: 'opened' | 'plan' | 'joined' | 'superseded';
  readonly incidentId: string;
  readonly service: string;
  readonly attempt: number;
  /** The plan to be executed; null if any may be. */
  readonly planDigest: string | null;
}

export interface OpenIncidentDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly checkpoints: CheckpointLedger;
  readonly plans: PlanStore;
  readonly figures: Pick<Figures, 'count'>;
  readonly now: () => number;
}

/**
 * Opens the one incident of a bad release and marks the release bad.
 *
 * A second start for the same release joins: it has nothing to do. An incident that ended unfinished is reopened for another
 * attempt when a person starts it again.
 */
export function openIncident(deps: OpenIncidentDeps) {
  const { releases, incidents } = deps;

  return async ({ executionArn, input }: z.infer<typeof openIncidentInput>): Promise<OpenedIncident> => {
    const request = readInput(rollbackRequest, input);
    const { owners } = await deps.catalog.entry(request.service);
    const byWatch = request.deploymentId !== undefined || request.judgement !== undefined;
    const { release, superseded } = await findRelease(request, byWatch);
    if (!request.overrule && !byWatch && request.mode === 'roll-back') refuseStatedGood(release);
    const judged = await judgementOf(request, release);
    const planDigest = request.planDigest ?? null;
    if (superseded || request.mode === 'plan') {
      const { releaseId: incidentId, service } = release;
      return { status: superseded ? 'superseded' : 'plan', incidentId, service, attempt: 0, planDigest };
    }
    if (planDigest) await checkIsPlanned(release, planDigest);

    const now = new Date(deps.now()).toISOString();
    const incident: IncidentRecord = {
      incidentId: release.releaseId,
      service: request.service,
      releaseId: release.releaseId,
      status: 'open',
      attempt: 1,
      reason: request.reason ?? judged?.reason ?? 'a person asked for it, and gave no reason',
      evidence: (judged ?? (await seenAgainst(release)))?.evidence ?? [],
      ...(request.deploymentId && { deploymentId: request.deploymentId }),
      ...(!byWatch && { requestedBy: request.requestedBy ?? 'a person in the Step Functions console' }),
      ...(owners && { owners }),
      executionArn,
      detectedAt: now,
      openedAt: now,
    };
    const { status, attempt } = await openOrJoin(incident);
    if (status === 'opened') {
      await incidents.pointExecution(executionArn, incident.incidentId);
      await releases.markBad(
        release.releaseId,
        incident.incidentId,
        judged && badBy(release, judged, request.deploymentId),
      );
      await countBad(release, executionArn, judged && { by: badBy(release, judged, request.deploymentId) });
    }
    return { status, incidentId: incident.incidentId, service: incident.service, attempt, planDigest };
  };

  /**
   * Counts a release as one without success, unless its verdict was counted before, and the time to detect it: a person's
   * request shows no such time.
   *
   * @param found the part that a watch found bad: a deployment, by its id, a moved alias, by its target, or the whole
   * release; undefined if a person asks
   */
  async function countBad(
    release: ReleaseRecord,
    owner: string,
    found: { readonly by: string | undefined } | undefined,
  ): Promise<void> {
    const { releaseId, startedAt, deployments, moved = {} } = release;
    await deps.figures.count(releaseId, 'verdict', owner, { Releases: 1, Successes: 0 });
    if (!found) return;
    const { servedFrom, createdAt } = deployments[found.by ?? ''] ?? {};
    const since = servedFrom ?? createdAt ?? moved[found.by ?? '']?.movedAt ?? startedAt;
    const TimeToDetect = secondsBetween(Date.parse(since), deps.now());
    await deps.figures.count(releaseId, 'detected', owner, { TimeToDetect });
  }

  /**
   * A watch's judgement, from the ledger: the starter of the machine may write any judgement into its input.
   *
   * @throws InvalidInput if the ledger holds no judgement against that deployment of that release, or against it as a whole
   */
  async function judgementOf(
    request: Pick<z.infer<typeof rollbackRequest>, 'deploymentId' | 'judgement'>,
    release: ReleaseRecord,
  ): Promise<Judgement | undefined> {
    const { deploymentId } = request;
    if (deploymentId === undefined && request.judgement === undefined) return undefined;
    const isAgainst = !request.judgement || request.judgement.verdict === 'unhealthy';
    const found = isAgainst ? await judgementAgainst(deps.checkpoints, release, deploymentId) : undefined;
    if (found) return found;
    throw new InvalidInput(
      `judgement: the ledger holds none against ${deploymentId === undefined ? '' : `deployment "${deploymentId}" of `}release ` +
        `${release.releaseId}; without judgement and deploymentId it is a rollback that a person asks for`,
    );
  }

  /**
   * The judgement of a watch on a release that a person asks to undo: the person may follow the recommendation of a mail.
   */
  async function seenAgainst(release: ReleaseRecord): Promise<Judgement | undefined> {
    for (const deploymentId of [undefined, ...Object.keys(release.deployments)]) {
      const found = await judgementAgainst(deps.checkpoints, release, deploymentId);
      if (found) return found;
    }
    return undefined;
  }

  /** Before anything is marked bad: a plan of another release says nothing about this one. */
  async function checkIsPlanned({ releaseId }: ReleaseRecord, planDigest: string): Promise<void> {
    // Attempt 0 is a plan that somebody asked to see. A later attempt's plan was recommended, or needed an approval.
    const attempts = [0, (await incidents.find(releaseId))?.attempt ?? 0];
    for (const attempt of new Set(attempts)) {
      if ((await deps.plans.find(releaseId, attempt))?.digest === planDigest) return;
    }
    throw new InvalidInput(
      `planDigest: "${planDigest}" is not the latest plan for release ${releaseId}; ` +
        'start with {"mode": "plan"} to see what would be done now',
    );
  }

  async function findRelease(
    { service, releaseId, deploymentId }: z.infer<typeof rollbackRequest>,
    byWatch: boolean,
  ): Promise<{ release: ReleaseRecord; superseded: boolean }> {
    const [newest] = await releases.list(service, { limit: 1 });
    if (!newest) {
      throw new InvalidInput(
        `service: no release of "${service}" has been recorded, so there is nothing to undo`,
      );
    }
    const unfinished = byWatch ? undefined : await unfinishedBehind(newest);
    if (releaseId === undefined || releaseId === newest.releaseId) {
      if (byWatch) return { release: newest, superseded: isUndone(newest) };
      return { release: unfinished ?? newest, superseded: false };
    }
    if (releaseId === unfinished?.releaseId) return { release: unfinished, superseded: false };
    const older = await releases.find(releaseId);
    if (older?.service === service && byWatch) {
      // A release recorded later replaced it, unless that one failed, or was restored before this deployment began.
      const began = deploymentId === undefined ? undefined : older.deployments[deploymentId]?.createdAt;
      const inForce = await releases.newestInForce(service);
      const isReplaced =
        inForce?.releaseId !== releaseId && (began === undefined || began <= (inForce?.startedAt ?? ''));
      return { release: older, superseded: isReplaced || isUndone(older) };
    }
    throw new InvalidInput(
      `releaseId: "${releaseId}" is not the newest release of "${service}", which is "${newest.releaseId}"`,
    );
  }

  /**
   * The bad release of an incident that has restored this release and left other services of its plan undone: a person who
   * starts a rollback of the service again means the rest of that incident.
   */
  async function unfinishedBehind({
    service,
    restoredBy,
  }: ReleaseRecord): Promise<ReleaseRecord | undefined> {
    if (restoredBy === undefined || serviceOfRelease(restoredBy) !== service) return undefined;
    const incident = await incidents.find(restoredBy);
    const isUnfinished =
      incident?.outcome === 'partly-rolled-back' || incident?.outcome === 'traffic-restored';
    return isUnfinished ? releases.find(restoredBy) : undefined;
  }

  async function openOrJoin(
    incident: IncidentRecord,
  ): Promise<{ status: 'opened' | 'joined'; attempt: number }> {
    if (await incidents.open(incident)) return { status: 'opened', attempt: incident.attempt };
    const existing = await incidents.get(incident.incidentId);
    // The answer to our own first try may have been lost. If the incident is closed since, the execution was ended and
    // redriven.
    if (existing.status === 'open' && existing.executionArn === incident.executionArn)
      return { status: 'opened', attempt: existing.attempt };
    const unfinished = existing.status === 'closed' && existing.outcome !== 'rolled-back';
    if (unfinished && incident.requestedBy) {
      await incidents.reopen({ ...incident, attempt: existing.attempt });
      // Read again: a retried write may report a failed condition although its first try succeeded.
      const { executionArn, attempt } = await incidents.get(incident.incidentId);
      if (executionArn === incident.executionArn) return { status: 'opened', attempt };
    }
    return { status: 'joined', attempt: existing.attempt };
  }
}

/** A person's declaration stands: a reader of an older mail with instructions for going back may not know of it. */
function refuseStatedGood({ releaseId, service, statedGood }: ReleaseRecord): void {
  if (!statedGood) return;
  throw new InvalidInput(
    `service: release ${releaseId} of "${service}" was declared good by ${statedGood.by} on ${statedGood.at} ` +
      `(${statedGood.reason}); to undo it all the same, add "overrule": true`,
  );
}

/** Another service's incident undoes it: its stopped deployments were stopped by us. */
function isUndone({ undoneBy }: ReleaseRecord): boolean {
  return undoneBy !== undefined;
}

/**
 * The part of a release that the evidence is against: the watched deployment, or an alias that the stack moved beside it, by
 * its target.
 */
function badBy(
  release: ReleaseRecord,
  { evidence }: Judgement,
  deploymentId: string | undefined,
): string | undefined {
  const isAbout = ({ metric }: Evidence, { function: name, toVersion }: BroughtVersion) =>
    metric.includes(`${name}:${toVersion}`);
  const breaches = evidence.filter(({ finding }) => finding === 'breach');
  const moved = movedAlone(release);
  const isOwn = breaches.some((breach) => !moved.some((one) => isAbout(breach, one)));
  if (isOwn) return deploymentId;
  return moved.find((one) => breaches.some((breach) => isAbout(breach, one)))?.target ?? deploymentId;
}
