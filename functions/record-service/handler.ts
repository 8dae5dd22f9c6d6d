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
  stacks,
} from '../../shared/wiring.ts';
import { recordService, recordServiceInput } from './record-service.ts';

export const build = task(recordServiceInput, (runtime) => {
  const { releases, locks } = ledgers(runtime);
  return recordService({
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    bucket: bucket(runtime),
    parameterStore: parameterStore(runtime),
    apiStages: apiStages(runtime),
    meshRules: meshRules(runtime),
    catalog: catalogStore(runtime),
    releases,
    locks,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
