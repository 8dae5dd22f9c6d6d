import type { StackState } from '../../../shared/aws/stacks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { PlannedAlias } from '../../../shared/targets/alias/shapes.ts';
import type {
  StackPinPlan,
  StackPlan,
  StackSnapshot,
} from '../../../shared/targets/cloudformation/shapes.ts';
import { planRole } from '../../../shared/targets/cloudformation/stack-role.ts';
import { type TargetEntry, type TargetPlan, targetName } from '../../../shared/targets/shapes.ts';
import { pinName } from '../../../shared/targets/waves.ts';

/** The plans for a stack: its pin, and its rest. */
export type PlannedStack = readonly [StackPinPlan, StackPlan];

/** Facts for planning a stack, besides its own entry. */
export interface StackContext {
  /** The stack at the time of planning. */
  readonly live: Pick<StackState, 'roleArn' | 'triggers'>;
  readonly bad: ReleaseRecord;
  /** Beginning of the first undone release. */
  readonly undoneSince: string;
  /** Plans for the aliases of the service. */
  readonly targets: readonly TargetPlan[];
}

/**
 * Plans the rollback of a stack that the bad release came through: the pin of its aliases, and its rest.
 *
 * @param goal saved state to restore; without one the adapter leaves the stack alone, unless it rolls back by itself
 * @param when whether the stack goes before the aliases, and the targets that cannot serve without it
 */
export function planStack(
  target: Extract<TargetEntry, { kind: 'cloudformation' }>,
  stack: string,
  goal: StackSnapshot | undefined,
  context: StackContext,
  { isFirst, neededFor }: { readonly isFirst: boolean; readonly neededFor: readonly string[] },
): PlannedStack {
  const name = targetName(target);
  const { live, bad, undoneSince, targets } = context;
  const role = planRole(live.roleArn, target.roleArn);
  // A stack that an earlier rollback only pinned has lost its triggers, but the saved state still has them.
  const triggers = live.triggers ?? goal?.triggers;
  const common = {
    ...commonOf(stack, targets),
    undoneSince,
    ...(target.skipResources && { skipResources: target.skipResources }),
    ...(role && { role }),
    ...(triggers && { triggers }),
  };
  return [
    {
      kind: 'stack-pin',
      phase: 'pin',
      target: pinName(name),
      ...common,
      groups: groupsOf(targets),
      deployments: Object.keys(bad.deployments).sort(),
    },
    {
      kind: 'cloudformation',
      phase: 'stack',
      target: name,
      ...common,
      ...(isFirst && { beforeTraffic: true }),
      ...(neededFor.length > 0 && { neededFor: [...neededFor] }),
      ...shiftedOf(targets),
      ...(goal && { snapshot: goal }),
    },
  ];
}

/**
 * A stack that is no target in the catalog is pinned, once it is at rest: its state decides where its next failure takes the
 * users. Everything else in it is left as it is. For a stack whose aliases stay, the plan only waits.
 */
export function pinOnly(
  stack: string,
  { live, undoneSince, targets }: Omit<StackContext, 'bad'>,
): PlannedStack | readonly [StackPlan] {
  const role = planRole(live.roleArn, undefined);
  const common = {
    ...commonOf(stack, targets),
    undoneSince,
    ...(role && { role }),
    ...(live.triggers && { triggers: live.triggers }),
    waitOnly: true as const,
  };
  const rest: StackPlan = {
    kind: 'cloudformation',
    phase: 'stack',
    target: 'stack',
    ...common,
    ...shiftedOf(targets),
  };
  if (common.aliases.length === 0 && !common.machineAliases) return [rest];
  return [
    { kind: 'stack-pin', phase: 'pin', target: pinName('stack'), ...common, groups: groupsOf(targets) },
    rest,
  ];
}

function commonOf(stack: string, targets: readonly TargetPlan[]) {
  const machineAliases = targets.filter((one) => one.kind === 'state-machine-alias');
  return { stack, aliases: aliasesOf(targets), ...(machineAliases.length > 0 && { machineAliases }) };
}

function groupsOf(targets: readonly TargetPlan[]): StackPinPlan['groups'] {
  return targets.flatMap((one) =>
    one.kind === 'codedeploy' ? [{ application: one.application, deploymentGroup: one.deploymentGroup }] : [],
  );
}

function shiftedOf(targets: readonly TargetPlan[]): Pick<StackPlan, 'shifted'> {
  const shifted = targets.flatMap(({ kind, target }) => (kind === 'codedeploy' ? [target] : []));
  return shifted.length > 0 ? { shifted } : {};
}

function aliasesOf(targets: readonly TargetPlan[]): PlannedAlias[] {
  return targets
    .filter(isAlias)
    .map(({ target, function: name, alias, fromVersion, toVersion, toCodeSha256, insteadOf, builtBy }) => ({
      target,
      function: name,
      alias,
      fromVersion,
      toVersion,
      toCodeSha256,
      ...(insteadOf !== undefined && { insteadOf }),
      ...(builtBy && { builtBy }),
    }));
}
