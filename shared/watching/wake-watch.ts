import type { TaskTokens } from '../aws/task-tokens.ts';
import type { WatchLedger } from '../ledger/watch-ledger.ts';

/** Dependencies for waking a watch. */
export interface WakeWatchDeps {
  readonly watches: Pick<WatchLedger, 'tokenOf'>;
  readonly tokens: Pick<TaskTokens, 'succeed'>;
}

/**
 * Ends the wait of a deployment's watch, so that it looks now. A watch that does not wait is left alone: it is looking, it
 * will look within the time-out of its next wait, or it has ended. So a wake-up may be lost, late or repeated.
 *
 * @returns whether it waited
 */
export async function wakeWatch({ watches, tokens }: WakeWatchDeps, deploymentId: string): Promise<boolean> {
  const token = await watches.tokenOf(deploymentId);
  return token !== undefined && (await tokens.succeed(token, {}));
}
