import type { Aliases } from '../../aws/aliases.ts';
import { TargetSuperseded } from '../../errors.ts';
import { describeAlias, isReleasedOver, servesGoal } from '../alias/alias-check.ts';
import type { TargetAdapter } from '../target-adapter.ts';
import type { LambdaAliasPlan } from './shapes.ts';

/** Restores a Lambda alias by pointing it at the planned version, with its weights cleared. */
export function lambdaAliasTarget(aliases: Aliases): TargetAdapter<LambdaAliasPlan> {
  return {
    async read(plan) {
      const state = await aliases.get(plan.function, plan.alias);
      const restored = await servesGoal(aliases, plan, state);
      return { is: restored ? 'restored' : 'stranded', detail: describeAlias(plan, state) };
    },

    async start(plan, { beforeChange }) {
      const state = await aliases.get(plan.function, plan.alias);
      if (await servesGoal(aliases, plan, state)) {
        return { is: 'restored', detail: `${describeAlias(plan, state)} already` };
      }
      if (isReleasedOver(plan, state)) {
        throw new TargetSuperseded(
          `${describeAlias(plan, state)}, which somebody else released after the rollback was planned`,
        );
      }
      await beforeChange();
      const pointed = await aliases.point(plan.function, plan.alias, plan.toVersion, state.revisionId);
      return pointed
        ? {
            is: 'moving',
            detail: `alias pointed back from version ${state.version} to ${plan.toVersion}`,
            pointed: plan,
          }
        : { is: 'stranded', detail: `${plan.function}:${plan.alias} was changed by somebody else just now` };
    },
  };
}
