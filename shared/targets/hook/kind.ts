import { awsCommand, fed } from '../../by-hand/command.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, Restoration } from '../target-kind.ts';
import { hookTarget } from './adapter.ts';
import { hookEvent } from './hook-event.ts';
import { planHook } from './plan.ts';
import type { HookPlan } from './shapes.ts';

/** Planning of a hook. */
export const planning: Planning<EntryOf<'hook'>, never> = {
  plan: (deps, target, { isBack }) => planHook(deps, target, isBack),
};

/** A hook is invoked, not restored: there is no state to save. */
export const restoration: Restoration<HookPlan> = {
  adapter: () => hookTarget(),
  // A hook has no state to read: its answer is all there is.
  verify: async (_clients, { function: name }) => `${name} answered`,
  pace: () => undefined,
  /** The machine waits for a hook, and never polls it. */
  deadlineMs: () => 0,
};

/** Lambda ends every function after that. The AWS CLI waits for 60 s by default, and then retries once. */
const longestInvocationSeconds = 900;

/** Words for that plan. */
export const words: PlanWords<HookPlan> = {
  inWords: ({ phase }) =>
    `asked to do its part, ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  inShort: ({ phase }) => `asked ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  /** Without a task token: no state waits for it any more. */
  byHand: (plan, { place, incidentId, service }) => [
    {
      say: 'Ask it:',
      // A file, because versions 1 and 2 of the AWS CLI read a payload on the command line in different ways.
      run: fed(
        JSON.stringify(hookEvent(incidentId, service, plan)),
        awsCommand(
          place,
          'lambda invoke',
          {
            'function-name': plan.function,
            payload: 'fileb:///dev/stdin',
            'cli-read-timeout': String(longestInvocationSeconds),
          },
          '/dev/stdout',
        ),
      ),
    },
  ],
};
