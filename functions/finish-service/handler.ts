import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import {
  aliases,
  apiStages,
  bucket,
  catalogStore,
  ledgers,
  meshRules,
  parameterStore,
  planStore,
  stacks,
  taskTokens,
} from '../../shared/wiring.ts';
import { finishService, finishServiceInput } from './finish-service.ts';

export const build = task(finishServiceInput, (runtime) =>
  finishService({
    ...ledgers(runtime),
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    bucket: bucket(runtime),
    parameterStore: parameterStore(runtime),
    apiStages: apiStages(runtime),
    meshRules: meshRules(runtime),
    catalog: catalogStore(runtime),
    plans: planStore(runtime),
    tokens: taskTokens(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
