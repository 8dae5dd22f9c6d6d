import { awsCommand, type Command, type Place } from '../../by-hand/command.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, Restoration, SavedState } from '../target-kind.ts';
import { inWords, meshTarget, verifyMesh } from './adapter.ts';
import { planMesh } from './plan.ts';
import { type MeshPlan, type MeshSnapshot, meshShape } from './shapes.ts';

/** The saved state of a rule of a VPC Lattice listener. */
export const saved: SavedState<EntryOf<'mesh'>, MeshSnapshot> = {
  recording: undefined,
  isOnlyLive: true,
  async read({ meshRules }, target) {
    const weights = await meshRules.weights(target);
    const { service, listener, rule } = target;
    return { kind: 'mesh', target: meshShape.name(target), service, listener, rule, weights };
  },
  async missing({ meshRules }, { weights }) {
    for (const { targetGroup, weight } of weights) {
      if (weight > 0 && !(await meshRules.hasTargetGroup(targetGroup))) {
        return `target group ${targetGroup} is gone`;
      }
    }
    return undefined;
  },
  describe: ({ weights }) => ({ live: inWords(weights) }),
};

/** Planning of a rule of a VPC Lattice listener. */
export const planning: Planning<EntryOf<'mesh'>, MeshSnapshot> = {
  plan: (deps, _target, { goal, undone }) => planMesh(deps, goal, undone),
};

/** Restoration of a rule of a VPC Lattice listener. */
export const restoration: Restoration<MeshPlan> = {
  adapter: ({ meshRules }) => meshTarget(meshRules),
  verify: ({ meshRules }, plan) => verifyMesh(meshRules, plan),
  pace: () => undefined,
  /** The change takes effect at once; half an hour outlasts any throttling. */
  deadlineMs: () => 30 * 60_000,
};

/** Words for that plan. */
export const words: PlanWords<MeshPlan> = {
  inWords: ({ fromWeights, toWeights }) => `back from ${inWords(fromWeights)} to ${inWords(toWeights)}`,
  inShort: ({ fromWeights, toWeights }) => `${inWords(fromWeights)} -> ${inWords(toWeights)}`,
  byHand: (plan, { place }) => [{ say: 'Give the rule its weights back:', run: command(place, plan) }],
};

function command(place: Place, { service, listener, rule, toWeights }: MeshPlan): Command {
  const targetGroups = toWeights.map(({ targetGroup, weight }) => ({
    targetGroupIdentifier: targetGroup,
    weight,
  }));
  return awsCommand(place, 'vpc-lattice update-rule', {
    'service-identifier': service,
    'listener-identifier': listener,
    'rule-identifier': rule,
    action: { json: { forward: { targetGroups } } },
  });
}
