import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  bucket,
  catalogStore,
  deployments,
  hooks,
  kindClients,
  planLedgers,
  planStore,
  stacks,
} from '../../../shared/wiring.ts';
import { planRollback, planRollbackInput } from './plan-rollback.ts';

export const build = task('PlanRollback', planRollbackInput, (runtime) =>
  planRollback({
    ...planLedgers(runtime),
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    hooks: hooks(runtime),
    bucket: bucket(runtime),
    ...kindClients(runtime),
    stacks: stacks(runtime),
    catalog: catalogStore(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
