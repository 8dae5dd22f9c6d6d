import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  deployments,
  environment,
  healthChecks,
  ledgers,
  mailer,
  planStore,
  signals,
  stacks,
  watchingCatalogStore,
} from '../../../shared/wiring.ts';
import { observeDeployment, observeDeploymentInput } from './observe-deployment.ts';

export const build = task('ObserveDeployment', observeDeploymentInput, (runtime) => {
  const { releases, checkpoints, locks, lifecycleHooks } = ledgers(runtime);
  return observeDeployment({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    signals: signals(runtime),
    stacks: stacks(runtime),
    healthChecks: healthChecks(runtime),
    catalog: watchingCatalogStore(runtime),
    releases,
    checkpoints,
    locks,
    lifecycleHooks,
    plans: planStore(runtime),
    mailer: mailer(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
