import type { Hooks } from '../../aws/hooks.ts';
import { NoWayBack } from '../../errors.ts';
import { type TargetEntry, targetName } from '../shapes.ts';
import type { PlannedTarget } from '../target-kind.ts';

/** What planning a hook reads of AWS. */
export interface PlanHookDeps {
  readonly hooks: Hooks;
}

/**
 * Plans a hook: it is asked whenever its service goes back, but not once more for a service that is back.
 *
 * @param isBack an earlier attempt of the incident put the service back, with everything the hook had to do
 * @throws NoWayBack when there is no such function: what it would have to do cannot be left out
 */
export async function planHook(
  { hooks }: PlanHookDeps,
  target: Extract<TargetEntry, { kind: 'hook' }>,
  isBack: boolean,
): Promise<PlannedTarget> {
  if (isBack) return { reason: 'it did its part when this incident put the service back' };
  const { function: name, when, form, timeoutSeconds, heartbeatSeconds } = target;
  if (!(await hooks.exists(name))) {
    throw new NoWayBack(
      `The hook ${name} does not exist, and without it nothing is put back. Deploy it, or take it out of the catalog.`,
    );
  }
  return {
    kind: 'hook',
    phase: `hook-${when}`,
    target: targetName(target),
    function: name,
    form,
    timeoutSeconds,
    heartbeatSeconds,
  };
}
