import * as z from 'zod';
import { inShort } from '../aws/invoke-function.ts';
import { causeInWords, describeFailure, messageIn, taskFailure } from '../task-failure.ts';
import type { HookPlan } from './hook/shapes.ts';
import type { TargetPlan } from './shapes.ts';

/** The failure that ended the work on a target; `from` marks one that did not come from a function of ours. */
export const targetFailure = taskFailure.extend({ from: z.literal('hook').optional() });
export type TargetFailure = z.infer<typeof targetFailure>;

/** Why a target is not back, in words for the mail. */
export function whyItFailed(plan: TargetPlan, failure: TargetFailure): string {
  if (plan.kind === 'hook' && failure.from === 'hook') return whyHookFailed(plan, failure);
  return messageIn(failure.Cause) ?? describeFailure(failure);
}

/** A hook that answers by its task token may give a reason, give none, or never answer. */
function whyHookFailed(plan: HookPlan, { Error: error, Cause: cause }: TargetFailure): string {
  if (error === 'States.Timeout') {
    return `no answer within ${plan.timeoutSeconds} s, or no heartbeat for ${plan.heartbeatSeconds} s`;
  }
  const words = [error, inShort(causeInWords(cause))].filter(Boolean).join(': ');
  return `${plan.function} failed: ${words === '' ? 'it gave neither an error nor a cause' : words}`.replace(
    /\s+/g,
    ' ',
  );
}
