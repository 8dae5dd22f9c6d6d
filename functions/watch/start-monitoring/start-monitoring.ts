import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import { deploymentId } from '../../../shared/ids.ts';
import { type WakeWatchDeps, wakeWatch } from '../../../shared/watching/wake-watch.ts';

/** A "CodeDeploy Deployment State-change Notification"; further fields are EventBridge's own. */
export const startMonitoringInput = z.object({
  detail: z.object({
    deploymentId,
    state: z.string(),
  }),
});

export interface StartMonitoringDeps extends WakeWatchDeps {
  readonly executions: Executions;
  readonly stateMachineArn: string;
}

/**
 * Starts the one execution that watches a deployment, named after it.
 *
 * Every state change of a deployment, and every repeated delivery of one, comes through here. The input is only the id, so a
 * second start of a running execution is the same request (a no-op), and a start after its end is refused by name; both mean
 * that the deployment is taken care of. A waiting watch then looks at once.
 */
export function startMonitoring({ executions, stateMachineArn, ...deps }: StartMonitoringDeps) {
  return async ({ detail }: z.infer<typeof startMonitoringInput>): Promise<{ deploymentId: string }> => {
    const { deploymentId } = detail;
    await executions.start(stateMachineArn, deploymentId, { deploymentId });
    await wakeWatch(deps, deploymentId);
    return { deploymentId };
  };
}
