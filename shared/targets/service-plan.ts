import * as z from 'zod';
import { type Phase, phase } from '../catalog/phases.ts';
import {
  parameterTier,
  parameterType,
  rollbackTriggers,
  ruleWeights,
  stackSnapshot,
  targetSnapshot,
} from '../ledger/records.ts';

const aliasPlan = {
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  /** Version being undone. */
  fromVersion: z.string(),
  /** Version to go back to, and the digest of its code (a template rollback publishes it under a new number). */
  toVersion: z.string(),
  toCodeSha256: z.string(),
  /**
   * Version `toVersion` is gone, and a stack builds its code anew: the stack, and the logical id of the version that it
   * publishes. The number of that is known once it is there.
   */
  builtBy: z.strictObject({ stack: z.string(), versionId: z.string() }).optional(),
};

/** A Lambda alias behind a deployment group. */
export const codeDeployPlan = z.strictObject({
  kind: z.literal('codedeploy'),
  phase: z.literal('traffic'),
  ...aliasPlan,
  application: z.string(),
  deploymentGroup: z.string(),
  /** Deployment that brought in the release being undone. */
  deploymentId: z.string(),
});
export type CodeDeployPlan = z.infer<typeof codeDeployPlan>;

/** A Lambda alias that nothing but the coordinator moves. */
export const lambdaAliasPlan = z.strictObject({
  kind: z.literal('lambda-alias'),
  phase: z.literal('traffic'),
  ...aliasPlan,
});
export type LambdaAliasPlan = z.infer<typeof lambdaAliasPlan>;

/** An alias, and the code that it has to stay on. */
const plannedAlias = z.strictObject(aliasPlan);
export type PlannedAlias = z.infer<typeof plannedAlias>;

/** The service role by which CloudFormation changes a stack. */
const plannedRole = z.strictObject({
  arn: z.string(),
  /** The catalog names it, and the stack has none: our update gives it to the stack, which keeps it for good. */
  attach: z.literal(true).optional(),
});
export type PlannedRole = z.infer<typeof plannedRole>;

/** What a stack's pin and its rest both have to know of it. */
const stackFacts = {
  /** Absent where it has no role and the catalog names none: our updates have our rights then. */
  role: plannedRole.optional(),
  /** The rollback triggers that a pin takes out and the rest puts back; absent where it has none. */
  triggers: rollbackTriggers.optional(),
};

/** The stack of the service. */
export const stackPlan = z.strictObject({
  kind: z.literal('cloudformation'),
  phase: z.literal('stack'),
  target: z.string(),
  stack: z.string(),
  /** The aliases of this plan: while the stack is on its way, each is put back where it moves onto undone code. */
  aliases: z.array(plannedAlias),
  /** What the stack is put back to; absent where the ledger holds none. */
  snapshot: targetSnapshot.optional(),
  /** When the first of the releases that are undone began: an earlier update, rolled back, leads to the goal by itself. */
  undoneSince: z.iso.datetime().optional(),
  /** Logical ids of resources that a rollback may leave as they are, where they cannot be put back. */
  skipResources: z.array(z.string()).optional(),
  ...stackFacts,
  /** Targets whose aliases CodeDeploy shifts: a pin takes their UpdatePolicy out, and the rest puts it back. */
  shifted: z.array(z.string()).optional(),
  /**
   * The catalog does not make the stack a target, but the release came through it: it is pinned, and then only waited
   * for. Its rest stays as the release left it.
   */
  waitOnly: z.literal(true).optional(),
  /** The stack goes before the traffic: its aliases are on undone code until later, and are not pointed back meanwhile. */
  beforeTraffic: z.literal(true).optional(),
  /**
   * What cannot serve before the stack is back, in words. The targets that follow in the order of the service wait for the
   * stack, and are left where it is.
   */
  neededFor: z.array(z.string()).min(1).optional(),
});
export type StackPlan = z.infer<typeof stackPlan>;

/**
 * The pin of a stack: its aliases get the versions that users are on as literal numbers, so that a later failure of the
 * stack does not move them.
 */
export const stackPinPlan = z.strictObject({
  kind: z.literal('stack-pin'),
  phase: z.literal('pin'),
  target: z.string(),
  stack: z.string(),
  /** The aliases that this plan restores. */
  aliases: z.array(plannedAlias),
  /** Deployment groups of these aliases: the stack is left alone while one of them deploys. */
  groups: z.array(z.strictObject({ application: z.string(), deploymentGroup: z.string() })),
  /** As in {@link stackPlan}. */
  undoneSince: z.iso.datetime().optional(),
  deployments: z.array(z.string()).optional(),
  skipResources: z.array(z.string()).optional(),
  ...stackFacts,
  /** The catalog does not make the stack a target: it is pinned once it is at rest, and not brought to rest by us. */
  waitOnly: z.literal(true).optional(),
});
export type StackPinPlan = z.infer<typeof stackPinPlan>;

/** The code of versions that are gone, built anew by their stack: the slow way back, before the aliases go there. */
export const stackRebuildPlan = z.strictObject({
  kind: z.literal('stack-rebuild'),
  phase: z.literal('rebuild'),
  target: z.string(),
  stack: z.string(),
  /** What the functions and versions are taken from. */
  snapshot: stackSnapshot,
  builds: z
    .array(
      z.strictObject({
        /** Physical name of the function, and its logical id in the stack. */
        function: z.string(),
        functionId: z.string(),
        /** The version that is gone, and the digest of its code. */
        version: z.string(),
        codeSha256: z.string(),
        /** Logical id of the version in the saved template. */
        versionId: z.string(),
      }),
    )
    .min(1),
  /** As in {@link stackPlan}. */
  skipResources: z.array(z.string()).optional(),
  ...stackFacts,
});
export type StackRebuildPlan = z.infer<typeof stackRebuildPlan>;

/** Parameters of Parameter Store, by version: no plan holds a value. */
export const parameterPlan = z.strictObject({
  kind: z.literal('parameter'),
  phase: z.literal('parameters'),
  target: z.string(),
  /** Whether versions get the labels `good` and `bad`. */
  labels: z.boolean().optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      /** Version that was live when the rollback was planned. */
      fromVersion: z.number().int().positive(),
      /** Version whose value is written again. */
      toVersion: z.number().int().positive(),
      type: parameterType,
      tier: parameterTier,
      keyId: z.string().optional(),
    }),
  ),
});
export type ParameterPlan = z.infer<typeof parameterPlan>;

/** A stage of an API. */
export const apiStagePlan = z.strictObject({
  kind: z.literal('api-stage'),
  /** `after-stack`: the stage alone waits for the stack, and comes back in the last wave. */
  phase: z.enum(['traffic', 'after-stack']),
  target: z.string(),
  protocol: z.enum(['rest', 'http']),
  api: z.string(),
  stage: z.string(),
  /** Deployment that was live when the rollback was planned, and the one to go back to. */
  fromDeployment: z.string(),
  toDeployment: z.string(),
});
export type ApiStagePlan = z.infer<typeof apiStagePlan>;

/** A rule of a VPC Lattice listener. */
export const meshPlan = z.strictObject({
  kind: z.literal('mesh'),
  phase: z.literal('traffic'),
  target: z.string(),
  service: z.string(),
  listener: z.string(),
  rule: z.string(),
  /** Weights when the rollback was planned, and those to go back to. */
  fromWeights: ruleWeights,
  toWeights: ruleWeights,
});
export type MeshPlan = z.infer<typeof meshPlan>;

/** A function of the team's own that is asked to do its part. */
export const hookPlan = z.strictObject({
  kind: z.literal('hook'),
  phase: z.enum(['hook-before', 'hook-after']),
  target: z.string(),
  function: z.string(),
  form: z.enum(['answer', 'callback']),
  timeoutSeconds: z.number().int().positive(),
  heartbeatSeconds: z.number().int().positive(),
});
export type HookPlan = z.infer<typeof hookPlan>;

/** What is to be done to one target. */
export const targetPlan = z.discriminatedUnion('kind', [
  codeDeployPlan,
  lambdaAliasPlan,
  stackPlan,
  stackPinPlan,
  stackRebuildPlan,
  parameterPlan,
  apiStagePlan,
  meshPlan,
  hookPlan,
]);
export type TargetPlan = z.infer<typeof targetPlan>;

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
  /** Targets that need nothing, and why. */
  unchanged: z.array(z.strictObject({ target: z.string(), reason: z.string() })),
  /** Every release that is undone, newest first. */
  undoes: z.array(z.string()),
  /** Services of the plan that are done before this one begins: its consumers, direct or over services that stay. */
  waitsFor: z.array(z.string()),
  /** Services of the plan that wait for this one. */
  wakes: z.array(z.string()),
  /** The same in the last wave, where stacks export values to each other: whose stacks are done before, and who waits. */
  rest: z.strictObject({ waitsFor: z.array(z.string()), wakes: z.array(z.string()) }).optional(),
  /** `continue`: where it does not come back, those that wait for it begin all the same. */
  onFailure: z.literal('continue').optional(),
  /** What may keep it from going back, in words. */
  risks: z.array(z.string()),
  /** How long it took to take it back before, s; absent where it never was. */
  usualSeconds: z.number().int().nonnegative().optional(),
  /** When it was planned. */
  plannedAt: z.iso.datetime(),
});
export type ServicePlan = z.infer<typeof servicePlan>;

/** Why a neighbour stays, as target selection says it. */
const stayReason = z.enum(['unchanged', 'put-back', 'not-released', 'never', 'provider']);

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
export function phasesOf({ order }: Pick<ServicePlan, 'order'>): readonly Phase[] {
  return order ?? phase.options;
}
