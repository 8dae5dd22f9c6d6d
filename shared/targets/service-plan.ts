import * as z from 'zod';
import { phase, type RollbackPhase } from '../catalog/phases.ts';
import { originFact } from '../stack/release-origin.ts';
import { targetPlan } from './shapes.ts';

/** Changes of the undone release to its stack, against the restore point. Names only: values may be secrets. */
export const releaseChange = z.strictObject({
  /** Deployer and source of the release, from the tags and the metadata of the stack; and those of the restore point. */
  origin: z.array(originFact),
  originBefore: z.array(originFact),
  /** Logical ids; a changed resource with the names of its differing properties. */
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.string()),
  /** Names of the parameters of the stack that differ. */
  parameters: z.array(z.string()),
});
export type ReleaseChange = z.infer<typeof releaseChange>;

/** The plan for one service, with its reason. */
export const servicePlan = z.strictObject({
  service: z.string(),
  /** Release being undone. */
  fromRelease: z.string(),
  /** Release to go back to; absent if it is known only as the versions before the deployment. */
  toRelease: z.string().optional(),
  reason: z.string(),
  targets: z.array(targetPlan),
  /** Order of the phases, if the catalog declares an unusual one. */
  order: z.array(phase).optional(),
  /**
   * Targets that need no change, with the reason; `kept`: somebody changed them since the release, and they are left alone.
   */
  unchanged: z.array(
    z.strictObject({ target: z.string(), reason: z.string(), kept: z.literal(true).optional() }),
  ),
  /** Every release that is undone, newest first. */
  undoes: z.array(z.string()),
  /**
   * Services of the plan that have to be done before this one begins: its consumers, direct or through services that stay.
   */
  waitsFor: z.array(z.string()),
  /** Services of the plan that wait for this one. */
  notifies: z.array(z.string()),
  /**
   * Waiting in the last wave, where stacks export values to each other: the services whose stacks go before, and those that
   * wait.
   */
  rest: z.strictObject({ waitsFor: z.array(z.string()), notifies: z.array(z.string()) }).optional(),
  /** `continue`: if the service does not come back, those that wait for it begin all the same. */
  onFailure: z.literal('continue').optional(),
  /** Changes of the release; only for the service whose release is bad, and absent if its stack does not show them. */
  change: releaseChange.optional(),
  /** Risks of going back, in words. */
  risks: z.array(z.string()),
  /** Usual duration of its rollback, s; absent if it never went back. */
  usualSeconds: z.number().int().nonnegative().optional(),
  /** Time of planning. */
  plannedAt: z.iso.datetime(),
});
export type ServicePlan = z.infer<typeof servicePlan>;

/** Reason why a neighbour stays, from target selection. */
const stayReason = z.enum(['unchanged', 'put-back', 'never-served', 'not-released', 'never', 'provider']);

/** The whole plan of an incident. */
export const rollbackPlan = z.strictObject({
  incidentId: z.string(),
  /** 0 for a plan that was only asked for. */
  attempt: z.number().int().nonnegative(),
  plannedAt: z.iso.datetime(),
  /** Names exactly this plan, for a person; see planDigest. */
  digest: z.string(),
  /** In the order of going back: every service stands after all that it waits for. */
  services: z.array(servicePlan),
  /** Neighbours of these services that stay, and why. */
  stays: z.array(z.strictObject({ service: z.string(), why: stayReason, reason: z.string() })),
});
export type RollbackPlan = z.infer<typeof rollbackPlan>;

/** The phases of a service's rollback in its order. */
export function phasesOf({ order }: Pick<ServicePlan, 'order'>): readonly RollbackPhase[] {
  return order ?? phase.options;
}
