import type { Standing, TargetAdapter } from '../target-adapter.ts';
import type { HookPlan } from './shapes.ts';

/**
 * A hook of the team's own. Nothing on the account says whether it has done its part, so it is always asked; its
 * idempotency token tells it when it is asked again. The machine does the asking: a hook may take longer than a
 * function that waits for it, and a task token is the machine's to give.
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
