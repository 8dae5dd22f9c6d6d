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
 * nothing about its code; `bad`: named by an incident, for ever.
 */
export const releaseVerdict = z.enum(['candidate', 'good', 'served-well', 'failed', 'bad']);
export type ReleaseVerdict = z.infer<typeof releaseVerdict>;

/** Whether a release may be gone back to, by its verdict. A catalog entry may demand `good`. */
export function isRestorePoint({ verdict }: { readonly verdict: ReleaseVerdict }): boolean {
  return verdict === 'good' || verdict === 'served-well';
}

/** Requests, bad events and the span they were counted over. */
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

/** What the history of an alias says is normal, about thirty numbers for each kind of bad event. */
export const normalRates = z.strictObject({
  errors: normalCounts,
  /** Of requests slower than `overMs`, the boundary that the policy had then. */
  slow: z.strictObject({ overMs: z.number(), counts: normalCounts }).optional(),
  /** Of requests slower than each boundary of the usual durations; absent where none is known. */
  latency: z
    .array(z.strictObject({ overMs: z.number(), counts: normalCounts }))
    .max(3)
    .optional(),
  /** Of throttled requests; absent of what was opened before they were read. */
  throttles: normalCounts.optional(),
});
export type NormalRates = z.infer<typeof normalRates>;

/** How watching a deployment, or a release that came without one, ended. */
export const settledAs = z.strictObject({
  verdict: judgementVerdict,
  at: instant,
  requests: z.number(),
  errors: z.number(),
  /** What was seen at the last look, in words. */
  reason: z.string().optional(),
  /** Who blocked a deployment that ended without success, and without a word about its code. */
  blocked: blocked.optional(),
  /** Part of the requests that met its version at the last look, where nobody took it back. */
  share: z.number().optional(),
  /** A newer release took its place before its bake was over. */
  replaced: z.literal(true).optional(),
});
export type SettledAs = z.infer<typeof settledAs>;

/** What a published version is made of. */
export const versionDigests = z.strictObject({ code: z.string(), configuration: z.string() });
export type VersionDigests = z.infer<typeof versionDigests>;

/** One CodeDeploy deployment of a release, as it was when it was first seen. */
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
  /** When the first traffic came to its version; null where it ended without any; absent while neither is known. */
  servedFrom: instant.nullable().optional(),
  /** State of each alarm, declared or of its group, when the deployment was first seen. */
  alarmsBefore: z.record(z.string(), z.string()),
  /** The alarms that stop deployments of its group; their states before are beside those of the declared ones. */
  groupAlarms: z.array(z.string()).optional(),
  /** What was wrong with these alarms then, and how often they rang; absent of what was opened before this was read. */
  preflight: alarmsFound.optional(),
  /** What both versions are made of; absent where Lambda did not show it. */
  digests: z.strictObject({ from: versionDigests, to: versionDigests }).optional(),
  /** The bad release whose code and configuration this deployment brings in again. */
  knownBad: z.string().optional(),
  /** What the version before this deployment did in the hours before it. */
  baseline: trafficCount,
  /** What is normal for its alias; absent where it has no history, and of what was opened before this was read. */
  normal: normalRates.optional(),
  /** When it was first seen to serve well: healthy in its bake, with the requests that its policy asks for. */
  servesWellSince: instant.optional(),
  /** When that was first doubted again. */
  doubtedSince: instant.optional(),
  /** How watching it ended, once it did. */
  settled: settledAs.optional(),
});
export type WatchedDeployment = z.infer<typeof watchedDeployment>;

/** An alias that a release moved, or made, without a CodeDeploy deployment. */
export const movedAlias = z.strictObject({
  /** Name of the target: of the catalog entry, or as it would be called there. */
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  /** The version before; absent where none was recorded, or there was no such alias. */
  fromVersion: z.string().optional(),
  toVersion: z.string(),
  /** When the stack had moved it, by CloudFormation's clock; when it was recorded, where no stack tells. */
  movedAt: instant,
  /** What both versions are made of; absent where one of them is not recorded. */
  digests: z.strictObject({ from: versionDigests, to: versionDigests }).optional(),
  /** What the version before did in the hours before. */
  baseline: trafficCount,
  /** What is normal for the alias; absent where it has no history, and of what was found before this was read. */
  normal: normalRates.optional(),
  /** How watching it ended, once it did. */
  settled: settledAs.optional(),
});
export type MovedAlias = z.infer<typeof movedAlias>;

/** What was live for a service from `startedAt` on. */
export const releaseRecord = z.strictObject({
  releaseId: z.string(),
  service: z.string(),
  startedAt: instant,
  verdict: releaseVerdict,
  deployments: z.record(z.string(), watchedDeployment),
  /** Aliases that it moved without a deployment, by target; absent where none was found. */
  moved: z.record(z.string(), movedAlias).optional(),
  /** When it was read which aliases the stack moved, once the update had completed; absent before. */
  comparedAt: instant.optional(),
  /** Stack whose update brought it in; absent for a release that came without one. */
  stack: z.string().optional(),
  /** Who deployed what, by the tags of that stack as the release opened; absent where they do not tell. */
  origin: z.array(originFact).optional(),
  /** What was live for each target: read when its stack update completed, or else when it was settled. */
  snapshot: z.array(targetSnapshot).optional(),
  /** When what was live was read off the account, for a release that was recorded from there. */
  recordedAt: instant.optional(),
  /** How watching it as a whole ended: of a release that came without a deployment. */
  settled: settledAs.optional(),
  /** Why watching it as a whole found that it has to go back: of a release that came without a deployment. */
  foundBad: z.strictObject({ at: instant, reason: z.string(), evidence: z.array(evidence) }).optional(),
  /** The person who said that it is good, and why. */
  statedGood: z.strictObject({ by: z.string(), reason: z.string(), at: instant }).optional(),
  /** When it was found to have failed, and why, in words; of one with that verdict, or with `bad` since. */
  failed: z.strictObject({ at: instant, reason: z.string() }).optional(),
  /** The incident that named this release bad. */
  incidentId: z.string().optional(),
  /** What of it was found bad, a deployment by its id or a moved alias by its target; absent where a person named the release. */
  badBy: z.string().optional(),
  /** The bad release whose code and configuration were live again, for a release that was recorded from the account. */
  knownBad: z.string().optional(),
  /** The release whose state this one put back. */
  restores: z.string().optional(),
  /** The same where nobody had recorded that state: it is what was live before this release. */
  restoresBefore: z.string().optional(),
  /** The incident that put it back. */
  restoredBy: z.string().optional(),
  /** How long that took, s, once it was the service's turn; absent where it only found the service back. */
  restoredIn: z.number().int().nonnegative().optional(),
  /** The incident of another service with which this release is taken back. */
  undoneBy: z.string().optional(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

/** A version that a release brought in, by a deployment or by its stack alone. */
export type BroughtVersion = WatchedDeployment | MovedAlias;

/** The aliases of a release that no deployment of it moved, so that they are watched for themselves. */
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

/** What was wrong with the alarms of a release when its deployments began; undefined where that was not read. */
export function preflightOf({ deployments }: Pick<ReleaseRecord, 'deployments'>): AlarmsFound | undefined {
  const found = Object.values(deployments).flatMap(({ preflight }) => preflight ?? []);
  if (found.length === 0) return undefined;
  const conditions = found.flatMap((one) => one.conditions);
  const rings = Object.assign({}, ...found.map((one) => one.rings));
  const ringsUnknown = found.find((one) => one.ringsUnknown)?.ringsUnknown;
  const mutesUnknown = found.find((one) => one.mutesUnknown)?.mutesUnknown;
  return {
    // Deployments of one release have the same alarms: what is wrong with one of them is told once.
    conditions: [...new Map(conditions.map((one) => [`${one.kind} ${one.name}`, one])).values()],
    ...(Object.keys(rings).length > 0 && { rings }),
    ...(ringsUnknown !== undefined && { ringsUnknown }),
    ...(mutesUnknown !== undefined && { mutesUnknown }),
  };
}

/** Of how many functions a release is: those that it is known to bring versions of. */
export function functionsOf(release: Pick<ReleaseRecord, 'moved' | 'deployments'>): number {
  return Math.max(1, broughtBy(release).length);
}

/** Which release a deployment belongs to, or which deployment it rolls back. */
export const deploymentRecord = z.strictObject({
  deploymentId: z.string(),
  service: z.string(),
  kind: z.enum(['release', 'rollback']),
  releaseId: z.string().optional(),
  /** The deployment that a rollback deployment undoes. */
  rollbackOf: z.string().optional(),
  /** Who made a rollback deployment. */
  rollbackBy: z.enum(['codedeploy', 'cloudformation', 'coordinator']).optional(),
  seenAt: instant,
});
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

/** How an incident ended. `traffic-restored`: users are on good code, a stack still differs from its restore point. */
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
  /** The same as the id of the release it is about: a release has at most one incident. */
  incidentId: z.string(),
  service: z.string(),
  releaseId: z.string(),
  status: z.enum(['open', 'closed']),
  outcome: outcome.optional(),
  /** Counts from 1; a person who starts an unfinished incident again makes the next attempt. */
  attempt: z.number().int().positive(),
  /** Why, in one sentence with numbers. */
  reason: z.string(),
  evidence: z.array(evidence),
  /** What caused it: a watched deployment, or a person; neither where the release was watched as a whole. */
  deploymentId: z.string().optional(),
  requestedBy: z.string().optional(),
  /** Whom its mails are for, as the catalog had it. */
  owners: z.array(z.string()).optional(),
  executionArn: z.string(),
  detectedAt: instant,
  openedAt: instant,
  closedAt: instant.optional(),
  /** What was left as it is on purpose, in words, beside the outcome. */
  leftOnPurpose: z.array(z.string()).optional(),
});
export type IncidentRecord = z.infer<typeof incidentRecord>;

/** What was done to one target of a service in an incident. */
export const targetResult = z.strictObject({
  target: z.string(),
  /**
   * `superseded`: somebody else released over it after the rollback was planned, and it was left alone; `left`: it was
   * left as it is on purpose, because to go on would do harm or is not ours to do.
   */
  status: z.enum(['restored', 'failed', 'superseded', 'left']),
  /** What was done, in words for the mail. */
  action: z.string(),
  /** What of it somebody changed since the release, in words: that was left alone. */
  kept: z.array(z.string()).optional(),
});
export type TargetResult = z.infer<typeof targetResult>;

/** What became of one service in an incident. */
export const serviceResult = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  /**
   * `traffic-restored`: users are on good code, and a stack or a hook after it is still to come, or was not restored;
   * `skipped`: not touched, because a consumer of it did not come back; `superseded`: it was released over.
   */
  status: z.enum(['rolled-back', 'traffic-restored', 'failed', 'skipped', 'superseded']),
  /** Why it was skipped. */
  reason: z.string().optional(),
  /** It did not come back, and its providers begin all the same: its policy says so. */
  providersGoOn: z.literal(true).optional(),
  targets: z.array(targetResult),
  startedAt: instant,
  /** When its traffic was verified back; absent where it was not. */
  trafficBackAt: instant.optional(),
  finishedAt: instant,
});
export type ServiceResult = z.infer<typeof serviceResult>;

/** Whether users of the service are on good code, whatever is with its stack. */
export function isTrafficBack({ status }: Pick<ServiceResult, 'status'>): boolean {
  return status === 'rolled-back' || status === 'traffic-restored';
}

/** A release of somebody's that came in on a service while an incident was rolling it back. */
export const concurrentReleaseRecord = z.strictObject({
  incidentId: z.string(),
  service: z.string(),
  /** Left out where it came in without one: its stack moved an alias by itself. */
  deploymentId: z.string().optional(),
  releaseId: z.string(),
  /** The attempt of the incident that held the service. */
  attempt: z.number().int().positive(),
  /** `stopped`: rolled back by CodeDeploy; `completed`: it was over before it could be stopped, and is live. */
  result: z.enum(['stopped', 'completed']),
  seenAt: instant,
});
export type ConcurrentReleaseRecord = z.infer<typeof concurrentReleaseRecord>;

/**
 * Sortable id of a release: the service and when it began, made of characters any AWS name allows.
 *
 * What a stack update brings in is named by its second alone, so that all its deployments find it. Whatever else may
 * begin in the same second has its own cause in the id, behind the milliseconds, which keep the ids sorted.
 *
 * @param startedAt ISO time
 * @param cause id of the deployment, or how the release came to be; letters, digits and hyphens
 */
export function releaseIdOf(service: string, startedAt: string, cause?: string): string {
  const [second = '', milliseconds] = new Date(startedAt).toISOString().replace(/[-:Z]/g, '').split('.');
  return `${service}-${second}Z${cause === undefined ? '' : `-${milliseconds}-${cause}`}`;
}

/**
 * Id of what the rollback of a service restored: a lock lets one rollback of a service begin at a time.
 *
 * @param startedAt ISO time at which the rollback of the service began
 */
export function restoredReleaseId(service: string, startedAt: string): string {
  return releaseIdOf(service, startedAt, 'restored');
}

/** What follows the service in the id of a release: its second, then milliseconds and cause where it has one. */
const afterService = /-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(-\d{3}-[A-Za-z0-9-]+)?$/;

/** The service a release id belongs to. */
export function serviceOfRelease(releaseId: string): string {
  return releaseId.replace(afterService, '');
}

/** When the release began that an id is of: ISO time, to the second. */
export function secondOfRelease(releaseId: string): string {
  const [, year, month, day, hours, minutes, seconds] = afterService.exec(releaseId) ?? [];
  return `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`;
}
