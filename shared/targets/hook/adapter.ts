import type { Standing, TargetAdapter } from '../target-adapter.ts';
import type { HookPlan } from './shapes.ts';

/**
 * A hook of the team's own. Nothing in the account shows whether it has run, so it is always invoked; its idempotency token
 * shows it a repeated request. The machine invokes it: a hook may take longer than a function could wait, and only the
 * machine can issue a task token.
 */
export function hookTarget(): TargetAdapter<HookPlan> {
  const toBeAsked = async ({
    function: name,
    form,
    timeoutSeconds,
    heartbeatSeconds,
  }: HookPlan): Promise<Standing> => ({
    is: 'stranded',
    detail: `${name} asked`,
    hook: { form, timeoutSeconds, heartbeatSeconds },
  });
  return { read: (plan) => toBeAsked(plan), start: (plan) => toBeAsked(plan) };
}
