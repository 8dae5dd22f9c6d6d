import { aliasPace } from '../alias/restoring.ts';
import { goneInWords } from '../built-versions.ts';
import type { PlanWords, Restoration } from '../target-kind.ts';
import { stackTarget } from './adapter.ts';
import { pinByHand, rebuildByHand, restByHand } from './by-hand.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { stackPinTarget } from './stack-pin.ts';
import { stackRebuildTarget } from './stack-rebuild.ts';
import { roleInWords } from './stack-role.ts';
import { verifyStack } from './verify-stack.ts';

export { savedStack as saved } from './saved.ts';

/** A rollback of a stack update waits for its slowest resource; three hours cover a database's. */
const updateMs = 3 * 60 * 60_000;

/** A stack moves its aliases through Lambda's control plane, as we do, and each look at the stack reads them. */
const stackPace = ({ aliases }: StackPlan | StackPinPlan) =>
  aliases.length > 0 ? aliasPace(aliases.length) : undefined;

/** Restoration of the rest of a stack. */
export const rest: Restoration<StackPlan> = {
  adapter: (clients) => stackTarget(clients),
  verify: ({ stacks }, plan) => verifyStack(stacks, plan),
  pace: stackPace,
  /** CloudFormation watches the rollback triggers of an update for up to three hours before it ends the update. */
  deadlineMs: ({ triggers }) => updateMs + (triggers?.minutes ?? 0) * 60_000,
};

/** Words for that plan. */
export const restWords: PlanWords<StackPlan> = {
  inWords({ stack, waitOnly, beforeTraffic, role }) {
    if (waitOnly) return `stack ${stack} waited for`;
    return (
      `stack ${stack} brought to rest in the state of that release` +
      (beforeTraffic ? ', before the traffic' : '') +
      (role ? `, ${roleInWords(role)}` : '')
    );
  },
  inShort: ({ stack, waitOnly }) => (waitOnly ? `stack ${stack} waited for` : `stack ${stack} put back`),
  byHand: restByHand,
};

/** Restoration by a pin of a stack. */
export const pin: Restoration<StackPinPlan> = {
  adapter: (clients) => stackPinTarget(clients),
  verify: ({ stacks }, plan) => verifyStack(stacks, plan),
  pace: stackPace,
  deadlineMs: () => updateMs,
};

/** Words for that plan. */
export const pinWords: PlanWords<StackPinPlan> = {
  inWords: ({ stack, role }) =>
    `stack ${stack} pinned to the versions that users are on, ${roleInWords(role)}`,
  inShort: ({ stack }) => `aliases of stack ${stack} pinned`,
  byHand: pinByHand,
};

/** Restoration by a stack that rebuilds code whose version is gone. */
export const rebuild: Restoration<StackRebuildPlan> = {
  adapter: (clients) => stackRebuildTarget(clients),
  verify: ({ stacks }, plan) => verifyStack(stacks, plan),
  pace: ({ builds }) => aliasPace(builds.length),
  deadlineMs: () => updateMs,
};

/** Words for that plan. */
export const rebuildWords: PlanWords<StackRebuildPlan> = {
  inWords: (plan) =>
    `the slow way: stack ${plan.stack} builds the code anew from the saved template, because ` +
    `${goneInWords(plan)}`,
  inShort: ({ stack }) => `code built anew by stack ${stack}`,
  byHand: rebuildByHand,
};
