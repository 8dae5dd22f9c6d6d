import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import { deployments, ledgers } from '../../shared/wiring.ts';
import { followDeployment, followDeploymentInput } from './follow-deployment.ts';

export const build = task(followDeploymentInput, (runtime) =>
  followDeployment({
    deployments: deployments(runtime),
    checkpoints: ledgers(runtime).checkpoints,
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
