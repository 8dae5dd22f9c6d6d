import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { aliases, catalogStore, healthChecks, ledgers, signals, stacks } from '../../../shared/wiring.ts';
import { observeRelease, observeReleaseInput } from './observe-release.ts';

export const build = task('ObserveRelease', observeReleaseInput, (runtime) => {
  const { releases, checkpoints, paces } = ledgers(runtime);
  return observeRelease({
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    signals: signals(runtime),
    healthChecks: healthChecks(runtime),
    catalog: catalogStore(runtime),
    releases,
    checkpoints,
    paces,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
