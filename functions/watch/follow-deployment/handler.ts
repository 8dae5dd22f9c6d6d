import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  deployments,
  environment,
  ledgers,
  mailer,
  planStore,
  traffic,
} from '../../../shared/wiring.ts';
import { followDeployment, followDeploymentInput } from './follow-deployment.ts';

export const build = task('FollowDeployment', followDeploymentInput, (runtime) => {
  const { checkpoints, holds, incidents, lifecycleHooks, locks, releases } = ledgers(runtime);
  return followDeployment({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    plans: planStore(runtime),
    checkpoints,
    incidents,
    lifecycleHooks,
    locks,
    releases,
    holds,
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
