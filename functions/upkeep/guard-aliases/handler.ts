import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { aliases, catalogStore, environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { guardAliases, guardAliasesInput } from './guard-aliases.ts';

export const build = task(guardAliasesInput, (runtime) => {
  const { releases, incidents, locks, holds } = ledgers(runtime);
  return guardAliases({
    aliases: aliases(runtime),
    catalog: catalogStore(runtime),
    releases,
    incidents,
    locks,
    holds,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
  });
});
export const handler = onLambda(build);
