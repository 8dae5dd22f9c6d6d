import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import {
  environment,
  ledgers,
  mailRoom,
  planStore,
  signals,
  taskTokens,
  watchingCatalogStore,
} from '../../../shared/wiring.ts';
import { awaitPermission, awaitPermissionInput } from './await-permission.ts';

export const build = task(awaitPermissionInput, (runtime) => {
  const { incidents, releases, checkpoints, approvals, budgets, holds } = ledgers(runtime);
  return awaitPermission({
    incidents,
    releases,
    checkpoints,
    approvals,
    budgets,
    holds,
    catalog: watchingCatalogStore(runtime),
    plans: planStore(runtime),
    signals: signals(runtime),
    tokens: taskTokens(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    accountRollbacks: Number(requireEnv(runtime, 'ACCOUNT_ROLLBACKS')),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
