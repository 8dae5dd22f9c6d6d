import * as z from 'zod';
import { evidence, judgementVerdict } from '../judge/judgement.ts';

const instant = z.iso.datetime().describe('ISO 8601, UTC');

/**
 * The phases of a deployment, in their order: made, moving traffic, judged, all traffic moved, over. A deployment
 * that fails leaves some out.
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
  /** What it is to the coordinator: a release it watches, or a rollback it leaves alone. */
  kind: z.enum(['release', 'rollback']),
  /** The release it brings in; absent for a rollback. */
  releaseId: z.string().optional(),
  /** Name of the target in the catalog entry. */
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
  /** When CodeDeploy made it. */
  createdAt: instant,
});
export type CheckpointSubject = z.infer<typeof checkpointSubject>;

/** A deployment at the moment it came to a phase. */
export const checkpointRecord = z.strictObject({
  ...checkpointSubject.shape,
  phase: checkpointPhase,
  /** CodeDeploy's status of the deployment; in `ended` what became of it, e.g. `good`, `Stopped`. */
  status: z.string(),
  /** When it came to the phase: by CodeDeploy's clock where CodeDeploy says so, else when it was seen. */
  at: instant,
  /** When the coordinator saw it. */
  seenAt: instant,
  /** First traffic to the new version, by CodeDeploy's lifecycle; absent while, or if, there was none. */
  shiftingSince: instant.optional(),
  /** All traffic on the new version, likewise. */
  shiftedAt: instant.optional(),
  /** Share of traffic of the new version when it was seen, 0 to 1. */
  share: z.number().optional(),
  /** What the judge said of it then. */
  verdict: judgementVerdict.optional(),
  /** Why, in one sentence; of `health-validation`. */
  reason: z.string().optional(),
  evidence: z.array(evidence),
});
export type CheckpointRecord = z.infer<typeof checkpointRecord>;

/** An alias seen on one version alone, where no deployment says so. */
export const aliasObservation = z.strictObject({
  service: z.string(),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  version: z.string(),
  seenAt: instant,
  /** The coordinator had pointed it there just then; otherwise it may have been there for longer. */
  pointed: z.literal(true).optional(),
  /** The incident in which it was seen. */
  incidentId: z.string(),
});
export type AliasObservation = z.infer<typeof aliasObservation>;
