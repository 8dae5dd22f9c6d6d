import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import { catalogStore, deployments, ledgers, signals, stacks } from '../../shared/wiring.ts';
import { openRelease, openReleaseInput } from './open-release.ts';

export const build = task(openReleaseInput, (runtime) =>
  openRelease({
    deployments: deployments(runtime),
    stacks: stacks(runtime),
    signals: signals(runtime),
    catalog: catalogStore(runtime),
    releases: ledgers(runtime).releases,
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
