import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import { aliases, deployments, ledgers, planStore } from '../../shared/wiring.ts';
import { followDeployment, followDeploymentInput } from './follow-deployment.ts';

export const build = task(followDeploymentInput, (runtime) => {
  const { checkpoints, incidents, locks } = ledgers(runtime);
  return followDeployment({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    plans: planStore(runtime),
    checkpoints,
    incidents,
    locks,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
