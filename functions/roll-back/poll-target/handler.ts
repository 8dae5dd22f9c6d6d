import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { adapters, ledgers, planStore } from '../../../shared/wiring.ts';
import { pollTarget, pollTargetInput } from './poll-target.ts';

export const build = task(pollTargetInput, (runtime) =>
  pollTarget({
    adapters: adapters(runtime),
    locks: ledgers(runtime).locks,
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
