import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  aliases,
  catalogStore,
  environment,
  ledgers,
  mailer,
  planStore,
  stateMachineAliases,
  traffic,
} from '../../../shared/wiring.ts';
import { guardAliases, guardAliasesInput } from './guard-aliases.ts';

export const build = task('GuardAliases', guardAliasesInput, (runtime) => {
  const { releases, incidents, checkpoints, locks, holds } = ledgers(runtime);
  return guardAliases({
    aliases: aliases(runtime),
    stateMachineAliases: stateMachineAliases(runtime),
    catalog: catalogStore(runtime),
    releases,
    incidents,
    checkpoints,
    locks,
    holds,
    plans: planStore(runtime),
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
