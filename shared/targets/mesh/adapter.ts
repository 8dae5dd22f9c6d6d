import type { MeshRules } from '../../aws/mesh-rules.ts';
import { TargetNotRestored } from '../../errors.ts';
import type { ChangeContext, Standing, TargetAdapter } from '../target-adapter.ts';
import type { MeshPlan, RuleWeights } from './shapes.ts';

/**
 * Restores a rule of a VPC Lattice listener to the planned weights. A rule whose weights somebody else changed since the
 * rollback was planned is left alone.
 */
export function meshTarget(meshRules: MeshRules): TargetAdapter<MeshPlan> {
  async function read(plan: MeshPlan): Promise<Standing> {
    const weights = await meshRules.weights(plan);
    return {
      is: sameWeights(weights, plan.toWeights) ? 'restored' : 'stranded',
      detail: describeRule(plan, weights),
    };
  }

  async function start(plan: MeshPlan, { beforeChange }: ChangeContext): Promise<Standing> {
    const weights = await meshRules.weights(plan);
    if (sameWeights(weights, plan.toWeights)) {
      return { is: 'restored', detail: `${describeRule(plan, weights)} already` };
    }
    if (!sameWeights(weights, plan.fromWeights)) {
      throw new TargetNotRestored(
        `${describeRule(plan, weights)}: somebody else changed it since the rollback was planned, and it is left alone.`,
      );
    }
    await beforeChange();
    await meshRules.forward(plan, plan.toWeights);
    return { is: 'moving', detail: `${describeRule(plan, plan.toWeights)} again, was ${inWords(weights)}` };
  }

  return { read, start };
}

/**
 * Reads the rule again and describes its weights.
 *
 * @throws TargetNotRestored when they are not the planned ones
 */
export async function verifyMesh(meshRules: MeshRules, plan: MeshPlan): Promise<string> {
  const weights = await meshRules.weights(plan);
  if (sameWeights(weights, plan.toWeights)) return describeRule(plan, weights);
  throw new TargetNotRestored(`${describeRule(plan, weights)}, expected ${inWords(plan.toWeights)}.`);
}

/** Whether two rules split their requests alike: only the ratio of the weights counts. */
export function sameWeights(one: RuleWeights, other: RuleWeights): boolean {
  const [left, right] = [shares(one), shares(other)];
  return left.size === right.size && [...left].every(([group, share]) => right.get(group) === share);
}

function shares(weights: RuleWeights): ReadonlyMap<string, number> {
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const used = weights.filter(({ weight }) => weight > 0);
  return new Map(used.map(({ targetGroup, weight }) => [targetGroup, weight / sum]));
}

/** Weights in words: `tg-1 90, tg-2 10`. */
export function inWords(weights: RuleWeights): string {
  return weights.map(({ targetGroup, weight }) => `${targetGroup} ${weight}`).join(', ') || 'no target group';
}

function describeRule({ rule }: MeshPlan, weights: RuleWeights): string {
  return `${rule} forwards to ${inWords(weights)}`;
}
