import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, Restoration } from '../target-kind.ts';
import { hookTarget } from './adapter.ts';
import { hookEvent } from './hook-event.ts';
import { planHook } from './plan.ts';
import type { HookPlan } from './shapes.ts';

/** How the way back of a function of the team's own is planned. */
export const planning: Planning<EntryOf<'hook'>, never> = {
  plan: (deps, target, { isBack }) => planHook(deps, target, isBack),
};

/** It is asked, not put back: there is nothing of it to save. */
export const restoration: Restoration<HookPlan> = {
  adapter: () => hookTarget(),
  // Nothing of it can be read: its answer was all there is.
  verify: async (_clients, { function: name }) => `${name} answered`,
  pace: () => undefined,
  /** It is waited for by the machine, and never polled. */
  deadlineMs: () => 0,
};

/** What is said of that. */
export const words: PlanWords<HookPlan> = {
  inWords: ({ phase }) =>
    `asked to do its part, ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  inShort: ({ phase }) => `asked ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  /** Without a task token: there is no state any more that waits for it. */
  commands: (plan, { incidentId, service }) => [
    `aws lambda invoke --function-name ${plan.function} --cli-binary-format raw-in-base64-out ` +
      `--payload '${JSON.stringify(hookEvent(incidentId, service, plan))}' /dev/stdout`,
  ],
};
