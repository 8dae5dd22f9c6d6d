import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { executions, ledgers, taskTokens } from '../../../shared/wiring.ts';
import { startMonitoring, startMonitoringInput } from './start-monitoring.ts';

export const build = task('StartMonitoring', startMonitoringInput, (runtime) => {
  const { watches } = ledgers(runtime);
  return startMonitoring({
    executions: executions(runtime),
    watches,
    tokens: taskTokens(runtime),
    stateMachineArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
  });
});
export const handler = onLambda(build);
