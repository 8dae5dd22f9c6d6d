import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import {
  deployments,
  environment,
  executions,
  ledgers,
  mailRoom,
  planStore,
} from '../../../shared/wiring.ts';
import { sweepLostWork, sweepLostWorkInput } from './sweep-lost-work.ts';

export const build = task(sweepLostWorkInput, (runtime) => {
  const { incidents, locks } = ledgers(runtime);
  return sweepLostWork({
    deployments: deployments(runtime),
    executions: executions(runtime),
    incidents,
    locks,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    monitorDeploymentArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
