import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { adapters, planStore, stepLedgers } from '../../../shared/wiring.ts';
import { startTarget, startTargetInput } from './start-target.ts';

export const build = task('StartTarget', startTargetInput, (runtime) => {
  const { locks, paces, checkpoints } = stepLedgers(runtime);
  return startTarget({
    adapters: adapters(runtime),
    locks,
    paces,
    checkpoints,
    plans: planStore(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
