import { lifecycleHookInput } from '../../../shared/incident/lifecycle-hooks.ts';
import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  catalogStore,
  deployments,
  functionTags,
  healthChecks,
  ledgers,
  stacks,
} from '../../../shared/wiring.ts';
import { checkBeforeTraffic } from './check-before-traffic.ts';

export const build = task('CheckBeforeTraffic', lifecycleHookInput, (runtime) => {
  const { lifecycleHooks, locks, holds, releases, incidents } = ledgers(runtime);
  return checkBeforeTraffic({
    deployments: deployments(runtime),
    functionTags: functionTags(runtime),
    stacks: stacks(runtime),
    catalog: catalogStore(runtime),
    aliases: aliases(runtime),
    healthChecks: healthChecks(runtime),
    lifecycleHooks,
    locks,
    holds,
    releases,
    incidents,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
