import type { Aliases, AliasState } from '../../aws/aliases.ts';
import { TargetNotRestored, TargetSuperseded } from '../../errors.ts';
import type { LambdaAliasPlan } from '../lambda-alias/shapes.ts';

type AliasGoal = Pick<LambdaAliasPlan, 'function' | 'alias' | 'fromVersion' | 'toVersion' | 'toCodeSha256'>;

/**
 * Whether an alias serves the planned code alone: the planned version, or a version newer than the bad one with the same
 * code (CloudFormation publishes the old code under a new number when a stack goes back to an older template). Only newer
 * versions count: a bad release may differ from the good one in its configuration and not in its code.
 */
export async function servesGoal(
  aliases: Pick<Aliases, 'codeOf'>,
  goal: AliasGoal,
  state: AliasState,
): Promise<boolean> {
  if (Object.keys(state.weights).length > 0) return false;
  if (state.version === goal.toVersion) return true;
  if (Number(state.version) <= Number(goal.fromVersion)) return false;
  return (await aliases.codeOf(goal.function, state.version)) === goal.toCodeSha256;
}

/**
 * Whether somebody else released over an alias after its rollback was planned. Version numbers only rise: a version newer
 * than those of the plan came in later.
 */
export function isReleasedOver(goal: AliasGoal, state: AliasState): boolean {
  return Number(state.version) > Math.max(Number(goal.fromVersion), Number(goal.toVersion));
}

/** The versions that an alias routes to, in words. */
export function describeAlias(goal: AliasGoal, state: AliasState): string {
  const weights = Object.entries(state.weights).map(([version, weight]) => `${weight * 100} % to ${version}`);
  return `${goal.function}:${goal.alias} on version ${[state.version, ...weights].join(', ')}`;
}

/**
 * Reads the alias again and describes it.
 *
 * @throws TargetSuperseded when somebody else released over it
 * @throws TargetNotRestored when it does not serve the planned code alone for any other reason
 */
export async function verifyAlias(aliases: Aliases, goal: AliasGoal): Promise<string> {
  const state = await aliases.get(goal.function, goal.alias);
  if (await servesGoal(aliases, goal, state)) return describeAlias(goal, state);
  if (isReleasedOver(goal, state)) {
    throw new TargetSuperseded(`${describeAlias(goal, state)}, which somebody else released meanwhile`);
  }
  throw new TargetNotRestored(`${describeAlias(goal, state)}, expected version ${goal.toVersion} alone.`);
}
