import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { adapters, ledgers, planStore } from '../../../shared/wiring.ts';
import { startTarget, startTargetInput } from './start-target.ts';

export const build = task(startTargetInput, (runtime) => {
  const { locks, paces, checkpoints } = ledgers(runtime);
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
