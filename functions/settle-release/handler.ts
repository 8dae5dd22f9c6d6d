import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import {
  aliases,
  apiStages,
  bucket,
  catalogStore,
  environment,
  ledgers,
  mailRoom,
  meshRules,
  parameterStore,
  stacks,
} from '../../shared/wiring.ts';
import { settleRelease, settleReleaseInput } from './settle-release.ts';

export const build = task(settleReleaseInput, (runtime) => {
  const { releases, checkpoints, incidents } = ledgers(runtime);
  return settleRelease({
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    bucket: bucket(runtime),
    parameterStore: parameterStore(runtime),
    apiStages: apiStages(runtime),
    meshRules: meshRules(runtime),
    catalog: catalogStore(runtime),
    releases,
    checkpoints,
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
