import * as z from 'zod';
import { arnPrefix } from '../../ids.ts';
import { plannedAlias } from '../alias/shapes.ts';
import { stateMachineAliasPlan } from '../state-machine-alias/shapes.ts';

const stackRole = z
  .string()
  .regex(
    new RegExp(`^${arnPrefix}:iam::\\d{12}:role/RollbackStack_[A-Za-z0-9_+=,.@-]{1,50}$`),
    'must be the ARN of a role whose name begins with RollbackStack_: the coordinator may pass no others',
  );

const entry = z
  .strictObject({
    kind: z.literal('cloudformation'),
    /** Stack name; by default the service's own `stack`. */
    stack: z.string().min(1).optional(),
    /**
     * Resources that may stay as they are if the rollback of the stack cannot restore them: by logical id, within a nested
     * stack `NestedStack.LogicalId`. They are inconsistent with the template from then on.
     */
    skipResources: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$/,
            'must be the logical id of a resource: letters and digits',
          ),
      )
      .min(1)
      .optional(),
    /**
     * Service role for a stack that has none. Our updates pass it, and CloudFormation uses it for all later operations on
     * the stack by any caller; it cannot be removed (user guide, "CloudFormation service role"). A stack that has a role
     * keeps its own.
     */
    roleArn: stackRole.optional(),
    /** Confirms that the team knows that the stack keeps the role. */
    attachRoleForGood: z.literal(true, 'must be true: a stack keeps a role that was passed once').optional(),
  })
  .refine(({ roleArn, attachRoleForGood }) => roleArn === undefined || attachRoleForGood, {
    error:
      'is needed beside roleArn, and must be true: the stack keeps the role for good, whoever updates it',
    path: ['attachRoleForGood'],
  })
  .refine(({ roleArn, attachRoleForGood }) => roleArn !== undefined || !attachRoleForGood, {
    error: 'is needed beside attachRoleForGood',
    path: ['roleArn'],
  });
export type StackEntry = z.infer<typeof entry>;

/** Alarms that make CloudFormation roll an update of a stack back, and the minutes for which they are watched after it. */
export const rollbackTriggers = z.strictObject({
  alarms: z.array(z.strictObject({ arn: z.string(), type: z.string() })),
  minutes: z.number().int().min(0),
});
export type RollbackTriggers = z.infer<typeof rollbackTriggers>;

export const stackSnapshot = z.strictObject({
  kind: z.literal('cloudformation'),
  target: z.string(),
  stack: z.string(),
  /** Key of the original template in the coordinator's bucket, for a person to apply. */
  templateKey: z.string(),
  /** Key of the template after its transforms: the one that the coordinator itself restores. */
  processedKey: z.string().optional(),
  /** NoEcho values are masked when read, so they are kept as "use the previous value". */
  parameters: z.array(z.strictObject({ key: z.string(), value: z.string().optional() })),
  capabilities: z.array(z.string()),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  roleArn: z.string().optional(),
  notificationArns: z.array(z.string()).optional(),
  /** Absent if the stack has none. */
  triggers: rollbackTriggers.optional(),
});
export type StackSnapshot = z.infer<typeof stackSnapshot>;

/** The service role with which CloudFormation changes a stack. */
const plannedRole = z.strictObject({
  arn: z.string(),
  /** The catalog names the role, and the stack has none: our update attaches it, and the stack keeps it for good. */
  attach: z.literal(true).optional(),
});
export type PlannedRole = z.infer<typeof plannedRole>;

/** Facts about a stack for both its pin and its rest. */
const stackFacts = {
  /** Absent if the stack has no role and the catalog names none: our updates then run with our rights. */
  role: plannedRole.optional(),
  /** The rollback triggers that a pin removes and the rest restores; absent if the stack has none. */
  triggers: rollbackTriggers.optional(),
};

/** The aliases of state machines of this plan; absent if there are none. */
const machineAliases = { machineAliases: z.array(stateMachineAliasPlan).min(1).optional() };

/** The stack of the service. */
export const stackPlan = z.strictObject({
  kind: z.literal('cloudformation'),
  phase: z.literal('stack'),
  target: z.string(),
  stack: z.string(),
  /** The aliases of this plan: while the stack is moving, each is restored when it moves onto undone code. */
  aliases: z.array(plannedAlias),
  ...machineAliases,
  /** The state to restore; absent if the ledger holds none. */
  snapshot: stackSnapshot.optional(),
  /** Beginning of the first undone release: an update from before then, rolled back, leads to the goal by itself. */
  undoneSince: z.iso.datetime().optional(),
  /** Logical ids of resources that a rollback may leave as they are if they cannot be restored. */
  skipResources: z.array(z.string()).optional(),
  ...stackFacts,
  /** Targets whose aliases CodeDeploy shifts: a pin removes their UpdatePolicy, and the rest restores it. */
  shifted: z.array(z.string()).optional(),
  /**
   * The stack is no target in the catalog, but the release came through it: it is pinned, and then only waited for. Its rest
   * stays as the release left it.
   */
  waitOnly: z.literal(true).optional(),
  /** The stack goes before the traffic: its aliases stay on undone code until then, and are not pointed back meanwhile. */
  beforeTraffic: z.literal(true).optional(),
  /**
   * Targets that cannot serve before the stack is back, in words. The targets after it in the service's order wait for the
   * stack, and are left alone if it is.
   */
  neededFor: z.array(z.string()).min(1).optional(),
});
export type StackPlan = z.infer<typeof stackPlan>;

/**
 * The pin of a stack: its aliases get the current versions of the users as literal numbers, so that a later failure of the
 * stack does not move them.
 */
export const stackPinPlan = z.strictObject({
  kind: z.literal('stack-pin'),
  phase: z.literal('pin'),
  target: z.string(),
  stack: z.string(),
  /** The aliases that this plan restores. */
  aliases: z.array(plannedAlias),
  ...machineAliases,
  /** Deployment groups of these aliases: the stack is left alone while one of them deploys. */
  groups: z.array(z.strictObject({ application: z.string(), deploymentGroup: z.string() })),
  /** As in {@link stackPlan}. */
  undoneSince: z.iso.datetime().optional(),
  deployments: z.array(z.string()).optional(),
  skipResources: z.array(z.string()).optional(),
  ...stackFacts,
  /** The stack is no target in the catalog: it is pinned once it is at rest, and we do not bring it to rest. */
  waitOnly: z.literal(true).optional(),
});
export type StackPinPlan = z.infer<typeof stackPinPlan>;

/** Code whose versions are gone, rebuilt by their stack: the slow way, before the aliases are moved. */
export const stackRebuildPlan = z.strictObject({
  kind: z.literal('stack-rebuild'),
  phase: z.literal('rebuild'),
  target: z.string(),
  stack: z.string(),
  /** The source of the functions and versions. */
  snapshot: stackSnapshot,
  builds: z
    .array(
      z.strictObject({
        /** Physical name of the function, and its logical id in the stack. */
        function: z.string(),
        functionId: z.string(),
        /** The missing version, and the digest of its code. */
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

/** Schemas of a stack. It has three kinds of plan: its rest, its pin and its rebuild. */
export const cloudFormationShape = {
  entry,
  name: () => 'stack',
  snapshot: stackSnapshot,
  plans: [stackPlan, stackPinPlan, stackRebuildPlan],
} as const;
