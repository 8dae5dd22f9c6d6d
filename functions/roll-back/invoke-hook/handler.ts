import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { hooks, ledgers, planStore } from '../../../shared/wiring.ts';
import { invokeHook, invokeHookInput } from './invoke-hook.ts';

export const build = task('InvokeHook', invokeHookInput, (runtime) =>
  invokeHook({ hooks: hooks(runtime), locks: ledgers(runtime).locks, plans: planStore(runtime) }),
);
export const handler = onLambda(build);
