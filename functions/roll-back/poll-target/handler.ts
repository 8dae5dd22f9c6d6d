import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { adapters, planStore, stepLedgers } from '../../../shared/wiring.ts';
import { pollTarget, pollTargetInput } from './poll-target.ts';

export const build = task('PollTarget', pollTargetInput, (runtime) =>
  pollTarget({
    adapters: adapters(runtime),
    locks: stepLedgers(runtime).locks,
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
