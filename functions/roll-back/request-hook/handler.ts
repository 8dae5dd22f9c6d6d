import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { hooks, ledgers, planStore } from '../../../shared/wiring.ts';
import { requestHook, requestHookInput } from './request-hook.ts';

export const build = task('RequestHook', requestHookInput, (runtime) =>
  requestHook({ hooks: hooks(runtime), locks: ledgers(runtime).locks, plans: planStore(runtime) }),
);
export const handler = onLambda(build);
