import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  alarmReader,
  aliases,
  catalogStore,
  deployments,
  ledgers,
  signals,
  stacks,
} from '../../../shared/wiring.ts';
import { openRelease, openReleaseInput } from './open-release.ts';

export const build = task('OpenRelease', openReleaseInput, (runtime) => {
  const { releases, checkpoints, watches } = ledgers(runtime);
  return openRelease({
    deployments: deployments(runtime),
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    signals: signals(runtime),
    alarmReader: alarmReader(runtime),
    catalog: catalogStore(runtime),
    releases,
    checkpoints,
    watches,
    now: runtime.now,
  });
});
export const handler = onLambda(build);
