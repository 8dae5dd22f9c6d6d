import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import {
  deployments,
  environment,
  ledgers,
  mailer,
  planStore,
  runningDeployments,
  signals,
  taskTokens,
  traffic,
  watchingCatalogStore,
} from '../../../shared/wiring.ts';
import { awaitPermission, awaitPermissionInput } from './await-permission.ts';

export const build = task('AwaitPermission', awaitPermissionInput, (runtime) => {
  const { incidents, releases, checkpoints, approvals, budgets, holds, locks, stops } = ledgers(runtime);
  return awaitPermission({
    incidents,
    releases,
    checkpoints,
    approvals,
    budgets,
    holds,
    locks,
    stops,
    deployments: deployments(runtime),
    runningDeployments: runningDeployments(runtime),
    catalog: watchingCatalogStore(runtime),
    plans: planStore(runtime),
    signals: signals(runtime),
    tokens: taskTokens(runtime),
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
    accountRollbacks: Number(requireEnv(runtime, 'ACCOUNT_ROLLBACKS')),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
