import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, taskTokens } from '../../../shared/wiring.ts';
import { wakeWatches, wakeWatchesInput } from './wake-watches.ts';

export const build = task('WakeWatches', wakeWatchesInput, (runtime) => {
  const { watches } = ledgers(runtime);
  return wakeWatches({ watches, tokens: taskTokens(runtime) });
});
export const handler = onLambda(build);
