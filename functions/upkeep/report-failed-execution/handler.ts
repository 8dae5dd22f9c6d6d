import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import {
  environment,
  executions,
  figures,
  ledgers,
  mailer,
  planStore,
  traffic,
} from '../../../shared/wiring.ts';
import { reportFailedExecution, reportFailedExecutionInput } from './report-failed-execution.ts';

export const build = task('ReportFailedExecution', reportFailedExecutionInput, (runtime) => {
  const { incidents, locks, releases, checkpoints, approvals } = ledgers(runtime);
  return reportFailedExecution({
    executions: executions(runtime),
    incidents,
    approvals,
    locks,
    releases,
    checkpoints,
    plans: planStore(runtime),
    figures: figures(runtime),
    traffic: traffic(runtime),
    mailer: mailer(runtime),
    environment: environment(runtime),
    monitorDeploymentArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
    recordReleaseArn: requireEnv(runtime, 'RECORD_RELEASE_ARN'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
