import { SFNClient } from '@aws-sdk/client-sfn';
import { onLambda } from '../../shared/runtime.ts';
import { requireEnv, task } from '../../shared/task.ts';
import { startMonitoring, startMonitoringInput } from './start-monitoring.ts';

export const build = task(startMonitoringInput, (runtime) =>
  startMonitoring({
    stepFunctions: new SFNClient(runtime.clientConfig),
    stateMachineArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
  }),
);
export const handler = onLambda(build);
