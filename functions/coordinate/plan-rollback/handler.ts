import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  apiStages,
  bucket,
  catalogStore,
  deployments,
  hooks,
  meshRules,
  parameterStore,
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
    parameterStore: parameterStore(runtime),
    apiStages: apiStages(runtime),
    meshRules: meshRules(runtime),
    stacks: stacks(runtime),
    catalog: catalogStore(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
