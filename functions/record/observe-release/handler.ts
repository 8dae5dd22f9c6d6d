import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { aliases, catalogStore, healthChecks, ledgers, signals } from '../../../shared/wiring.ts';
import { observeRelease, observeReleaseInput } from './observe-release.ts';

export const build = task(observeReleaseInput, (runtime) => {
  const { releases, paces } = ledgers(runtime);
  return observeRelease({
    aliases: aliases(runtime),
    signals: signals(runtime),
    healthChecks: healthChecks(runtime),
    catalog: catalogStore(runtime),
    releases,
    paces,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
