import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import { aliases, catalogStore, deployments, ledgers, signals } from '../../shared/wiring.ts';
import { observeDeployment, observeDeploymentInput } from './observe-deployment.ts';

export const build = task(observeDeploymentInput, (runtime) =>
  observeDeployment({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    signals: signals(runtime),
    catalog: catalogStore(runtime),
    releases: ledgers(runtime).releases,
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
