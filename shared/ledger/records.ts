import * as z from 'zod';
import { evidence, judgementVerdict } from '../judge/judgement.ts';
import { targetSnapshot } from '../targets/shapes.ts';

const instant = z.iso.datetime().describe('ISO 8601, UTC');

/** `candidate`: not yet judged; `good`: judged healthy through its bake; `bad`: named by an incident, for ever. */
export const releaseVerdict = z.enum(['candidate', 'good', 'bad']);
export type ReleaseVerdict = z.infer<typeof releaseVerdict>;

/** Requests, bad events and the span they were counted over. */
export const trafficCount = z.strictObject({
  requests: z.number(),
  errors: z.number(),
  slow: z.number().optional(),
  minutes: z.number(),
});
export type TrafficCount = z.infer<typeof trafficCount>;

/** How watching a deployment, or a release that came without one, ended. */
export const settledAs = z.strictObject({
  verdict: judgementVerdict,
  at: instant,
  requests: z.number(),
  errors: z.number(),
  /** What was seen at the last look, in words. */
  reason: z.string().optional(),
});
export type SettledAs = z.infer<typeof settledAs>;

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
  fromVersion: z.string(),
  toVersion: z.string(),
  createdAt: instant,
  /** State of each declared alarm when the deployment was first seen. */
  alarmsBefore: z.record(z.string(), z.string()),
  /** What the version before this deployment did in the hours before it. */
  baseline: trafficCount,
  /** How watching it ended, once it did. */
  settled: settledAs.optional(),
});
export type WatchedDeployment = z.infer<typeof watchedDeployment>;

/** What was live for a service from `startedAt` on. */
export const releaseRecord = z.strictObject({
  releaseId: z.string(),
  service: z.string(),
  startedAt: instant,
  verdict: releaseVerdict,
  deployments: z.record(z.string(), watchedDeployment),
  /** Stack whose update brought it in; absent for a release that came without one. */
  stack: z.string().optional(),
  /** What was live for each target: read when its stack update completed, or else when it was settled. */
  snapshot: z.array(targetSnapshot).optional(),
  /** When what was live was read off the account, for a release that was recorded from there. */
  recordedAt: instant.optional(),
  /** How watching it as a whole ended: of a release that came without a deployment. */
  settled: settledAs.optional(),
  /** The person who said that it is good, and why. */
  statedGood: z.strictObject({ by: z.string(), reason: z.string(), at: instant }).optional(),
  /** The incident that named this release bad. */
  incidentId: z.string().optional(),
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
  /** What caused it: a watched deployment, or a person. */
  deploymentId: z.string().optional(),
  requestedBy: z.string().optional(),
  /** Whom its mails are for, as the catalog had it. */
  owners: z.array(z.string()).optional(),
  executionArn: z.string(),
  detectedAt: instant,
  openedAt: instant,
  closedAt: instant.optional(),
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
export const newcomerRecord = z.strictObject({
  incidentId: z.string(),
  service: z.string(),
  /** Left out where it came in without one: its stack moved an alias by itself. */
  deploymentId: z.string().optional(),
  releaseId: z.string(),
  /** The attempt of the incident that held the service. */
  attempt: z.number().int().positive(),
  /** `stopped`: rolled back by CodeDeploy; `completed`: it was over before it could be stopped, and is live. */
  fate: z.enum(['stopped', 'completed']),
  seenAt: instant,
});
export type NewcomerRecord = z.infer<typeof newcomerRecord>;

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
