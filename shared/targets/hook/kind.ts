import { awsCommand, fed } from '../../by-hand/command.ts';
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

/** Lambda ends every function after that. The AWS CLI waits for 60 s by default, and then asks once more. */
const longestInvocationSeconds = 900;

/** What is said of that. */
export const words: PlanWords<HookPlan> = {
  inWords: ({ phase }) =>
    `asked to do its part, ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  inShort: ({ phase }) => `asked ${phase === 'hook-before' ? 'before' : 'after'} everything else`,
  /** Without a task token: there is no state any more that waits for it. */
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
