import { isAlias } from '../../shared/catalog/alias-kinds.ts';
import { type ServiceEntry, type TargetEntry, targetName } from '../../shared/catalog/service-entry.ts';
import type { ReleaseRecord, TargetSnapshot } from '../../shared/ledger/records.ts';
import type { PlannedAlias, StackPinPlan, StackPlan, TargetPlan } from '../../shared/targets/service-plan.ts';
import { pinName } from '../../shared/targets/waves.ts';

/** What is to be done to a stack, or why nothing is. */
export type PlannedStack = readonly [StackPinPlan, StackPlan] | { readonly reason: string };

/**
 * Plans the way back of a stack that the bad release came through: the pin of its aliases, and its rest.
 *
 * @param undoneSince when the first of the undone releases began
 * @param goal what it is put back to; its adapter leaves the stack where it has none and does not go back by itself
 * @param targets what is planned for the aliases of the service
 * @param when whether the stack goes before them, and what cannot serve without it
 */
export function planStack(
  entry: ServiceEntry,
  target: Extract<TargetEntry, { kind: 'cloudformation' }>,
  bad: ReleaseRecord,
  undoneSince: string,
  goal: TargetSnapshot | undefined,
  targets: readonly TargetPlan[],
  { isFirst, neededFor }: { readonly isFirst: boolean; readonly neededFor: readonly string[] },
): PlannedStack {
  if (!bad.stack) return { reason: 'the release did not come through the stack' };
  const name = targetName(target);
  const common = {
    stack: target.stack ?? entry.stack ?? '',
    aliases: aliasesOf(targets),
    undoneSince,
    ...(target.skipResources && { skipResources: target.skipResources }),
  };
  return [
    {
      kind: 'stack-pin',
      phase: 'pin',
      target: pinName(name),
      ...common,
      groups: targets.flatMap((one) =>
        one.kind === 'codedeploy'
          ? [{ application: one.application, deploymentGroup: one.deploymentGroup }]
          : [],
      ),
      deployments: Object.keys(bad.deployments).sort(),
    },
    {
      kind: 'cloudformation',
      phase: 'stack',
      target: name,
      ...common,
      ...(isFirst && { beforeTraffic: true }),
      ...(neededFor.length > 0 && { neededFor: [...neededFor] }),
      ...(goal && { snapshot: goal }),
    },
  ];
}

/** A stack that the catalog does not make a target is left as it is, once it is at rest. */
export function waitFor(stack: string, targets: readonly TargetPlan[]): StackPlan {
  return {
    kind: 'cloudformation',
    phase: 'stack',
    target: 'stack',
    stack,
    aliases: aliasesOf(targets),
    waitOnly: true,
  };
}

function aliasesOf(targets: readonly TargetPlan[]): PlannedAlias[] {
  return targets
    .filter(isAlias)
    .map(({ target, function: name, alias, fromVersion, toVersion, toCodeSha256, builtBy }) => ({
      target,
      function: name,
      alias,
      fromVersion,
      toVersion,
      toCodeSha256,
      ...(builtBy && { builtBy }),
    }));
}
