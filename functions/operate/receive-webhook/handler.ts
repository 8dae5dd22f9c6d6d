import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { catalogStore, executions, ledgers, parameterStore } from '../../../shared/wiring.ts';
import { httpRequest, receiveWebhook } from './receive-webhook.ts';

export const build = task('ReceiveWebhook', httpRequest, (runtime) =>
  receiveWebhook({
    parameterStore: parameterStore(runtime),
    secretName: requireEnv(runtime, 'WEBHOOK_SECRET'),
    catalog: catalogStore(runtime),
    webhooks: ledgers(runtime).webhooks,
    executions: executions(runtime),
    monitorDeploymentArn: requireEnv(runtime, 'MONITOR_DEPLOYMENT_ARN'),
    coordinateRollbackArn: requireEnv(runtime, 'COORDINATE_ROLLBACK_ARN'),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
