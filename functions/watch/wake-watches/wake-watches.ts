import * as z from 'zod';
import type { TaskTokens } from '../../../shared/aws/task-tokens.ts';
import type { WatchLedger } from '../../../shared/ledger/watch-ledger.ts';
import { limitConcurrency } from '../../../shared/limit-concurrency.ts';
import { wakeWatch } from '../../../shared/watching/wake-watch.ts';

/** A "CloudWatch Alarm State Change"; further fields are EventBridge's own. */
export const wakeWatchesInput = z.object({
  detail: z.object({ alarmName: z.string().min(1) }),
});

/** Dependencies of the rule. */
export interface WakeWatchesDeps {
  readonly watches: WatchLedger;
  readonly tokens: Pick<TaskTokens, 'succeed'>;
}

/** Watches woken in parallel. */
const atOnce = 10;

/**
 * Lets the watches of an alarm look now. Only the alarm's name is taken from the event: the look reads its state. Most
 * alarms of an account have no watch, which costs one empty read.
 */
export function wakeWatches(deps: WakeWatchesDeps) {
  return async ({ detail }: z.infer<typeof wakeWatchesInput>): Promise<{ woken: string[] }> => {
    const deployments = await deps.watches.deploymentsOf(detail.alarmName);
    const limited = limitConcurrency(atOnce);
    const woken = await Promise.all(
      deployments.map((deploymentId) => limited(() => wakeWatch(deps, deploymentId))),
    );
    return { woken: deployments.filter((_, index) => woken[index]) };
  };
}
