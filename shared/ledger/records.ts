import * as z from 'zod';
import { type AlarmsFound, alarmsFound } from '../judge/alarm-conditions.ts';
import { blocked } from '../judge/ended-deployment.ts';
import { evidence, judgementVerdict } from '../judge/judgement.ts';
import { originFact } from '../stack/release-origin.ts';
import { targetSnapshot } from '../targets/shapes.ts';

const instant = z.iso.datetime().describe('ISO 8601, UTC');

/**
 * `candidate`: watching has not finished, or proved nothing; `good`: judged healthy through its bake; `served-well`: proved
 * healthy while it was live, and replaced before its bake ended; `failed`: its deployment failed for a reason that says
 * nothing about its code; `bad`: condemned by an incident, for ever.
 */
export const releaseVerdict = z.enum(['candidate', 'good', 'served-well', 'failed', 'bad']);
export type ReleaseVerdict = z.infer<typeof releaseVerdict>;

/** Whether a release is a restore point, by its verdict. A catalog entry may demand `good`. */
export function isRestorePoint({ verdict }: { readonly verdict: ReleaseVerdict }): boolean {
  return verdict === 'good' || verdict === 'served-well';
}

/** Requests and bad events, with the span in which they were counted. */
export const trafficCount = z.strictObject({
  requests: z.number(),
  errors: z.number(),
  slow: z.number().optional(),
  minutes: z.number(),
});
export type TrafficCount = z.infer<typeof trafficCount>;

const normalCounts = z.strictObject({
  hours: z.number(),
  requests: z.number(),
  bad: z.number(),
  requestsSquared: z.number(),
  badSquaredPerRequest: z.number(),
  clustering: z.number(),
  backtestFactor: z.number(),
  bursts: z.array(z.number()),
  hourFactors: z.array(z.number()).optional(),
});

/** Normal rates from the history of an alias, about thirty numbers for each kind of bad event. */
export const normalRates = z.strictObject({
  errors: normalCounts,
  /** Rate of requests slower than `overMs`, the policy's boundary at that time. */
  slow: z.strictObject({ overMs: z.number(), counts: normalCounts }).optional(),
  /** Rate of requests slower than each boundary of the usual durations; absent if none is known. */
  latency: z
    .array(z.strictObject({ overMs: z.number(), counts: normalCounts }))
    .max(3)
    .optional(),
  /** Rate of throttled requests; absent in releases opened before it was read. */
  throttles: normalCounts.optional(),
});
export type NormalRates = z.infer<typeof normalRates>;

/** The end of a watch of a deployment, or of a release that came without one. */
export const settledAs = z.strictObject({
  verdict: judgementVerdict,
  at: instant,
  requests: z.number(),
  errors: z.number(),
  /** Reason of the last look, in words. */
  reason: z.string().optional(),
  /** Cause of a blocked deployment, which ended without success and without evidence against its code. */
  blocked: blocked.optional(),
  /** Share of the requests to its version at the last look, if nobody rolled it back. */
  share: z.number().optional(),
  /** A newer release replaced it before its bake was over. */
  replaced: z.literal(true).optional(),
});
export type SettledAs = z.infer<typeof settledAs>;

/** Digests of a published version. */
export const versionDigests = z.strictObject({ code: z.string(), configuration: z.string() });
export type VersionDigests = z.infer<typeof versionDigests>;

/** One CodeDeploy deployment of a release, as first seen. */
export const watchedDeployment = z.strictObject({
  deploymentId: z.string(),
  /** Name of the target in the catalog entry. */
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  application: z.string(),
  deploymentGroup: z.string(),
  /** Name of its deployment configuration. */
  config: z.string().optional(),
  fromVersion: z.string(),
  toVersion: z.string(),
  createdAt: instant,
  /** First traffic to its version; null if it ended without any; absent while neither is known. */
  servedFrom: instant.nullable().optional(),
  /** State of each alarm, declared or of its group, when the deployment was first seen. */
  alarmsBefore: z.record(z.string(), z.string()),
  /** The alarms that stop deployments of its group; `alarmsBefore` has their states too. */
  groupAlarms: z.array(z.string()).optional(),
  /** Problems of these alarms then, and their rings before; absent in releases opened before this was read. */
  preflight: alarmsFound.optional(),
  /** Digests of both versions; absent if Lambda did not show them. */
  digests: z.strictObject({ from: versionDigests, to: versionDigests }).optional(),
  /** The bad release whose code and configuration this deployment brings in again. */
  knownBad: z.string().optional(),
  /** Requests and errors of the version before, in the hours before the deployment. */
  baseline: trafficCount,
  /** Normal rates of its alias; absent if it has no history, or the release was opened before they were read. */
  normal: normalRates.optional(),
  /** Time at which it was first seen to serve well: healthy in its bake, with the requests that its policy demands. */
  servesWellSince: instant.optional(),
  /** Time at which that was first doubted again. */
  doubtedSince: instant.optional(),
  /** The end of its watch, once it has ended. */
  settled: settledAs.optional(),
});
export type WatchedDeployment = z.infer<typeof watchedDeployment>;

/** An alias that a release moved, or created, without a CodeDeploy deployment. */
export const movedAlias = z.strictObject({
  /** Name of the target: of the catalog entry, or as the catalog would name it. */
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  /** The version before; absent if none was recorded, or the alias is new. */
  fromVersion: z.string().optional(),
  toVersion: z.string(),
  /** Time at which the stack had moved it, by CloudFormation's clock; without a stack the time of recording. */
  movedAt: instant,
  /** Digests of both versions; absent if one of them is not recorded. */
  digests: z.strictObject({ from: versionDigests, to: versionDigests }).optional(),
  /** Requests and errors of the version before, in the hours before the release. */
  baseline: trafficCount,
  /** Normal rates of the alias; absent if it has no history, or was found before they were read. */
  normal: normalRates.optional(),
  /** The end of its watch, once it has ended. */
  settled: settledAs.optional(),
});
export type MovedAlias = z.infer<typeof movedAlias>;

/** The live state of a service from `startedAt` on. */
export const releaseRecord = z.strictObject({
  releaseId: z.string(),
  service: z.string(),
  startedAt: instant,
  verdict: releaseVerdict,
  deployments: z.record(z.string(), watchedDeployment),
  /** Aliases that it moved without a deployment, by target; absent if none was found. */
  moved: z.record(z.string(), movedAlias).optional(),
  /** Time at which the aliases moved by the stack were read, after its update completed; absent before. */
  comparedAt: instant.optional(),
  /** Stack whose update brought the release in; absent if none did. */
  stack: z.string().optional(),
  /** Deployer and source, from the tags of that stack when the release opened; absent if the tags do not show them. */
  origin: z.array(originFact).optional(),
  /** The live state of each target: read when its stack update completed, or else when it was settled. */
  snapshot: z.array(targetSnapshot).optional(),
  /** Time at which the live state was read, for a release that was recorded from the account. */
  recordedAt: instant.optional(),
  /** The end of its watch as a whole, for a release that came without a deployment. */
  settled: settledAs.optional(),
  /** The finding of its watch as a whole that it has to go back, for a release that came without a deployment. */
  foundBad: z.strictObject({ at: instant, reason: z.string(), evidence: z.array(evidence) }).optional(),
  /** The person who declared it good, and the reason. */
  statedGood: z.strictObject({ by: z.string(), reason: z.string(), at: instant }).optional(),
  /** Time and reason of its failure, in words; for a release with that verdict, or with `bad` since. */
  failed: z.strictObject({ at: instant, reason: z.string() }).optional(),
  /** The incident that condemned this release. */
  incidentId: z.string().optional(),
  /** The bad part of it: a deployment by its id or a moved alias by its target; absent if a person named the release. */
  badBy: z.string().optional(),
  /** The bad release whose code and configuration were live again, for a release that was recorded from the account. */
  knownBad: z.string().optional(),
  /** The release whose state this one restored. */
  restores: z.string().optional(),
  /** The release before which the restored state was live, if nobody had recorded that state. */
  restoresBefore: z.string().optional(),
  /** The incident that restored it. */
  restoredBy: z.string().optional(),
  /** Duration of the rollback, s, from the service's turn; absent if it only found the service back. */
  restoredIn: z.number().int().nonnegative().optional(),
  /** The incident of another service that undoes this release. */
  undoneBy: z.string().optional(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

/** A version that a release brought in, by a deployment or by its stack alone. */
export type BroughtVersion = WatchedDeployment | MovedAlias;

/** The aliases of a release that none of its deployments moved, so that they are watched by themselves. */
export function movedAlone({
  moved = {},
  deployments,
}: Pick<ReleaseRecord, 'moved' | 'deployments'>): MovedAlias[] {
  const deployed = new Set(Object.values(deployments).map(({ target }) => target));
  return Object.values(moved).filter(({ target }) => !deployed.has(target));
}

/** All versions that a release brought in. */
export function broughtBy(release: Pick<ReleaseRecord, 'moved' | 'deployments'>): BroughtVersion[] {
  return [...Object.values(release.deployments), ...movedAlone(release)];
}

/** Problems of the alarms of a release when its deployments began; undefined if they were not read. */
export function preflightOf({ deployments }: Pick<ReleaseRecord, 'deployments'>): AlarmsFound | undefined {
  const found = Object.values(deployments).flatMap(({ preflight }) => preflight ?? []);
  if (found.length === 0) return undefined;
  const conditions = found.flatMap((one) => one.conditions);
  const rings = Object.assign({}, ...found.map((one) => one.rings));
  const ringsUnknown = found.find((one) => one.ringsUnknown)?.ringsUnknown;
  const mutesUnknown = found.find((one) => one.mutesUnknown)?.mutesUnknown;
  return {
    // Deployments of one release have the same alarms: each problem is reported once.
    conditions: [...new Map(conditions.map((one) => [`${one.kind} ${one.name}`, one])).values()],
    ...(Object.keys(rings).length > 0 && { rings }),
    ...(ringsUnknown !== undefined && { ringsUnknown }),
    ...(mutesUnknown !== undefined && { mutesUnknown }),
  };
}

/** Number of functions of a release: those known to have a new version. */
export function functionsOf(release: Pick<ReleaseRecord, 'moved' | 'deployments'>): number {
  return Math.max(1, broughtBy(release).length);
}

/** The release of a deployment, or the deployment that it rolls back. */
export const deploymentRecord = z.strictObject({
  deploymentId: z.string(),
  service: z.string(),
  kind: z.enum(['release', 'rollback']),
  releaseId: z.string().optional(),
  /** The deployment that a rollback deployment undoes. */
  rollbackOf: z.string().optional(),
  /** The author of a rollback deployment. */
  rollbackBy: z.enum(['codedeploy', 'cloudformation', 'coordinator']).optional(),
  seenAt: instant,
});
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

/** The end of an incident. `traffic-restored`: users are on good code, a stack still differs from its restore point. */
export const outcome = z.enum([
  'rolled-back',
  'traffic-restored',
  'partly-rolled-back',
  'frozen',
  'needs-person',
  'not-needed',
]);
export type Outcome = z.infer<typeof outcome>;

/** One bad release and everything done about it. */
export const incidentRecord = z.strictObject({
  /** Equal to the id of its release: a release has at most one incident. */
  incidentId: z.string(),
  service: z.string(),
  releaseId: z.string(),
  status: z.enum(['open', 'closed']),
  outcome: outcome.optional(),
  /** Counts from 1; a person who starts an unfinished incident again makes the next attempt. */
  attempt: z.number().int().positive(),
  /** Reason in one sentence with numbers. */
  reason: z.string(),
  evidence: z.array(evidence),
  /** The cause: a watched deployment, or a person; neither if the release was watched as a whole. */
  deploymentId: z.string().optional(),
  requestedBy: z.string().optional(),
  /** Recipients of its mails, from the catalog at that time. */
  owners: z.array(z.string()).optional(),
  executionArn: z.string(),
  detectedAt: instant,
  openedAt: instant,
  closedAt: instant.optional(),
  /** Targets left as they are on purpose, in words, beside the outcome. */
  leftOnPurpose: z.array(z.string()).optional(),
});
export type IncidentRecord = z.infer<typeof incidentRecord>;

/** Result of one target of a service in an incident. */
export const targetResult = z.strictObject({
  target: z.string(),
  /**
   * `superseded`: somebody else released over it after the rollback was planned, and it was left alone; `left`: it was left
   * as it is on purpose, because going on would do harm or is not ours to do.
   */
  status: z.enum(['restored', 'failed', 'superseded', 'left']),
  /** The action, in words for the mail. */
  action: z.string(),
  /** Parts that somebody changed since the release, in words: they were left alone. */
  kept: z.array(z.string()).optional(),
});
export type TargetResult = z.infer<typeof targetResult>;

/** Result of one service in an incident. */
export const serviceResult = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  /**
   * `traffic-restored`: users are on good code, and a stack or a hook after it is pending, or was not restored; `skipped`:
   * not touched, because a consumer of it did not come back; `superseded`: it was released over.
   */
  status: z.enum(['rolled-back', 'traffic-restored', 'failed', 'skipped', 'superseded']),
  /** Reason for skipping it. */
  reason: z.string().optional(),
  /** It did not come back, and by its policy its providers begin all the same. */
  providersGoOn: z.literal(true).optional(),
  targets: z.array(targetResult),
  startedAt: instant,
  /** Time at which its traffic was verified back; absent if it was not. */
  trafficBackAt: instant.optional(),
  finishedAt: instant,
});
export type ServiceResult = z.infer<typeof serviceResult>;

/** Whether users of the service are on good code, whatever the state of its stack. */
export function isTrafficBack({ status }: Pick<ServiceResult, 'status'>): boolean {
  return status === 'rolled-back' || status === 'traffic-restored';
}

/** A release that came in on a service while an incident was rolling it back. */
export const concurrentReleaseRecord = z.strictObject({
  incidentId: z.string(),
  service: z.string(),
  /** Absent if it came in without one: its stack moved an alias by itself. */
  deploymentId: z.string().optional(),
  releaseId: z.string(),
  /** The attempt of the incident that held the service. */
  attempt: z.number().int().positive(),
  /** `stopped`: rolled back by CodeDeploy; `completed`: it ended before it could be stopped, and is live. */
  result: z.enum(['stopped', 'completed']),
  seenAt: instant,
});
export type ConcurrentReleaseRecord = z.infer<typeof concurrentReleaseRecord>;

/**
 * Sortable id of a release: the service and the time it began, of characters allowed in any AWS name.
 *
 * The release of a stack update is named by the update's second alone, so that all its deployments find it. Any other
 * release may begin in the same second and has its own cause in the id, after the milliseconds, which keep the ids sorted.
 *
 * @param startedAt ISO time
 * @param cause id of the deployment, or the origin of the release; letters, digits and hyphens
 */
export function releaseIdOf(service: string, startedAt: string, cause?: string): string {
  const [second = '', milliseconds] = new Date(startedAt).toISOString().replace(/[-:Z]/g, '').split('.');
  return `${service}-${second}Z${cause === undefined ? '' : `-${milliseconds}-${cause}`}`;
}

/**
 * Id of the release that a service's rollback restored: a lock lets one rollback of a service begin at a time.
 *
 * @param startedAt ISO time at which the rollback of the service began
 */
export function restoredReleaseId(service: string, startedAt: string): string {
  return releaseIdOf(service, startedAt, 'restored');
}

/** The part of a release's id after the service: its second, then milliseconds and cause if it has one. */
const afterService = /-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(-\d{3}-[A-Za-z0-9-]+)?$/;

/** The service a release id belongs to. */
export function serviceOfRelease(releaseId: string): string {
  return releaseId.replace(afterService, '');
}

/** The beginning of a release, from its id: ISO time, to the second. */
export function secondOfRelease(releaseId: string): string {
  const [, year, month, day, hours, minutes, seconds] = afterService.exec(releaseId) ?? [];
  return `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`;
}
