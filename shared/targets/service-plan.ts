import * as z from 'zod';
import { phase, type RollbackPhase } from '../catalog/phases.ts';
import { originFact } from '../stack/release-origin.ts';
import { targetPlan } from './shapes.ts';

/** What the undone release changed of its stack, against the restore point. Names only: values may be secrets. */
export const releaseChange = z.strictObject({
  /** Who deployed what, by the tags and the metadata of the stack; and the same of the restore point. */
  origin: z.array(originFact),
  originBefore: z.array(originFact),
  /** Logical ids; of a changed resource with the names of its properties that differ. */
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.string()),
  /** Names of the parameters of the stack that differ. */
  parameters: z.array(z.string()),
});
export type ReleaseChange = z.infer<typeof releaseChange>;

/** What is to be done to one service, and why. */
export const servicePlan = z.strictObject({
  service: z.string(),
  /** Release being undone. */
  fromRelease: z.string(),
  /** Release to go back to; absent where it is only known as the versions before the deployment. */
  toRelease: z.string().optional(),
  reason: z.string(),
  targets: z.array(targetPlan),
  /** Order of the phases, where the catalog declares another than the usual one. */
  order: z.array(phase).optional(),
  /** Targets that need nothing, and why; `kept`: somebody changed them since the release, and they are left alone. */
  unchanged: z.array(
    z.strictObject({ target: z.string(), reason: z.string(), kept: z.literal(true).optional() }),
  ),
  /** Every release that is undone, newest first. */
  undoes: z.array(z.string()),
  /** Services of the plan that are done before this one begins: its consumers, direct or over services that stay. */
  waitsFor: z.array(z.string()),
  /** Services of the plan that wait for this one. */
  notifies: z.array(z.string()),
  /** The same in the last wave, where stacks export values to each other: whose stacks are done before, and who waits. */
  rest: z.strictObject({ waitsFor: z.array(z.string()), notifies: z.array(z.string()) }).optional(),
  /** `continue`: where it does not come back, those that wait for it begin all the same. */
  onFailure: z.literal('continue').optional(),
  /** What the release changed; of the service whose release is bad alone, and absent where its stack does not tell. */
  change: releaseChange.optional(),
  /** What may keep it from going back, in words. */
  risks: z.array(z.string()),
  /** How long it took to take it back before, s; absent where it never was. */
  usualSeconds: z.number().int().nonnegative().optional(),
  /** When it was planned. */
  plannedAt: z.iso.datetime(),
});
export type ServicePlan = z.infer<typeof servicePlan>;

/** Why a neighbour stays, as target selection says it. */
const stayReason = z.enum(['unchanged', 'put-back', 'never-served', 'not-released', 'never', 'provider']);

/** Everything an incident is going to do. */
export const rollbackPlan = z.strictObject({
  incidentId: z.string(),
  /** 0 for a plan that was only asked for. */
  attempt: z.number().int().nonnegative(),
  plannedAt: z.iso.datetime(),
  /** By this a person names exactly this plan; see planDigest. */
  digest: z.string(),
  /** In the order they go back: every service stands after all it waits for. */
  services: z.array(servicePlan),
  /** Neighbours of these services that stay, and why. */
  stays: z.array(z.strictObject({ service: z.string(), why: stayReason, reason: z.string() })),
});
export type RollbackPlan = z.infer<typeof rollbackPlan>;

/** The phases of a service's rollback in its order. */
export function phasesOf({ order }: Pick<ServicePlan, 'order'>): readonly RollbackPhase[] {
  return order ?? phase.options;
}
