import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { aliases, deployments, environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { followDeployment, followDeploymentInput } from './follow-deployment.ts';

export const build = task(followDeploymentInput, (runtime) => {
  const { checkpoints, holds, incidents, locks, releases } = ledgers(runtime);
  return followDeployment({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    plans: planStore(runtime),
    checkpoints,
    incidents,
    locks,
    releases,
    holds,
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
