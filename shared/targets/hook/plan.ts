import type { Hooks } from '../../aws/hooks.ts';
import { NoWayBack } from '../../errors.ts';
import { type TargetEntry, targetName } from '../shapes.ts';
import type { PlannedTarget } from '../target-kind.ts';

/** AWS clients for planning a hook. */
export interface PlanHookDeps {
  readonly hooks: Hooks;
}

/**
 * Plans a hook: it is invoked whenever its service goes back, but not again for a service that is back.
 *
 * @param isBack an earlier attempt of the incident restored the service, and ran the hook
 * @throws NoWayBack when there is no such function: its work cannot be left out
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
