import * as z from 'zod';
import { evidence, judgementVerdict } from '../judge/judgement.ts';

const instant = z.iso.datetime().describe('ISO 8601, UTC');

/**
 * The phases of a deployment, in order: created, traffic shifting, judged, fully shifted, ended. A failed deployment skips
 * some.
 */
export const checkpointPhase = z.enum([
  'provisioning',
  'traffic-shifting',
  'health-validation',
  'bake',
  'ended',
]);
export type CheckpointPhase = z.infer<typeof checkpointPhase>;

/** The deployment a checkpoint is about. */
export const checkpointSubject = z.strictObject({
  deploymentId: z.string(),
  service: z.string(),
  /** Its meaning for the coordinator: a release to watch, or a rollback to leave alone. */
  kind: z.enum(['release', 'rollback']),
  /** The release that it brings in; absent for a rollback. */
  releaseId: z.string().optional(),
  /** Name of the target in the catalog entry. */
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
  /** Time of creation by CodeDeploy. */
  createdAt: instant,
});
export type CheckpointSubject = z.infer<typeof checkpointSubject>;

/** A deployment when it reached a phase. */
export const checkpointRecord = z.strictObject({
  ...checkpointSubject.shape,
  phase: checkpointPhase,
  /** CodeDeploy's status of the deployment; in `ended` its result, e.g. `good`, `Stopped`. */
  status: z.string(),
  /** Time at which it reached the phase: by CodeDeploy's clock if that is known, else the time of the look. */
  at: instant,
  /** Time of the coordinator's look. */
  seenAt: instant,
  /** First traffic to the new version, by CodeDeploy's lifecycle; absent if there was none so far. */
  shiftingSince: instant.optional(),
  /** Time at which all traffic was on the new version, likewise. */
  shiftedAt: instant.optional(),
  /** The new version's share of traffic at the look, 0 to 1. */
  share: z.number().optional(),
  /** The judge's verdict at the look. */
  verdict: judgementVerdict.optional(),
  /** Reason in one sentence; for `health-validation`. */
  reason: z.string().optional(),
  evidence: z.array(evidence),
});
export type CheckpointRecord = z.infer<typeof checkpointRecord>;

/** The only version of an alias at a time, if no deployment records it. */
export const aliasObservation = z.strictObject({
  service: z.string(),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  version: z.string(),
  seenAt: instant,
  /** The coordinator had just pointed it there; otherwise it may have been there for longer. */
  pointed: z.literal(true).optional(),
  /** The incident that read it. */
  incidentId: z.string(),
});
export type AliasObservation = z.infer<typeof aliasObservation>;
