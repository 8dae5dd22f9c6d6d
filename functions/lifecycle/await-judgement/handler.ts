import { lifecycleHookInput } from '../../../shared/incident/lifecycle-hooks.ts';
import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, deployments, functionTags, ledgers, stacks } from '../../../shared/wiring.ts';
import { awaitJudgement } from './await-judgement.ts';

export const build = task('AwaitJudgement', lifecycleHookInput, (runtime) => {
  const { lifecycleHooks, releases } = ledgers(runtime);
  return awaitJudgement({
    deployments: deployments(runtime),
    functionTags: functionTags(runtime),
    stacks: stacks(runtime),
    catalog: catalogStore(runtime),
    lifecycleHooks,
    releases,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
