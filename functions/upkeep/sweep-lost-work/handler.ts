import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import {
  deployments,
  environment,
  escalationMinutes,
  executions,
  figures,
  ledgers,
  mailer,
  planStore,
  traffic,
} from '../../../shared/wiring.ts';
import { sweepLostWork, sweepLostWorkInput } from './sweep-lost-work.ts';

export const build = task('SweepLostWork', sweepLostWorkInput, (runtime) => {
  const { approvals, holds, incidents, lifecycleHooks, locks, mails, releases } = ledgers(runtime);
  return sweepLostWork({
    deployments: deployments(runtime),
    executions: executions(runtime),
    incidents,
    mails,
    lifecycleHooks,
    approvals,
    holds,
    locks,
    releases,
    plans: planStore(runtime),
    figures: figures(runtime),
    traffic: traffic(runtime),
    mailer: mailer(runtime),
    environment: environment(runtime),
    escalationMinutes: escalationMinutes(runtime),
    addresses: requireEnv(runtime, 'ASKED_FIRST').trim().split(' '),
    monitorDeploymentArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
