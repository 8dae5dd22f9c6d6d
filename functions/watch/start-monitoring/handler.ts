import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { executions } from '../../../shared/wiring.ts';
import { startMonitoring, startMonitoringInput } from './start-monitoring.ts';

export const build = task('StartMonitoring', startMonitoringInput, (runtime) =>
  startMonitoring({
    executions: executions(runtime),
    stateMachineArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
  }),
);
export const handler = onLambda(build);
