import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { environment, executions, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { reportFailedExecution, reportFailedExecutionInput } from './report-failed-execution.ts';

export const build = task(reportFailedExecutionInput, (runtime) => {
  const { incidents, locks } = ledgers(runtime);
  return reportFailedExecution({
    executions: executions(runtime),
    incidents,
    locks,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    monitorDeploymentArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
    recordReleaseArn: requireEnv(runtime, 'RECORD_RELEASE_ARN'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
