import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, environment, ledgers, mailRoom, snapshotClients } from '../../../shared/wiring.ts';
import { settleRelease, settleReleaseInput } from './settle-release.ts';

export const build = task(settleReleaseInput, (runtime) => {
  const { releases, checkpoints, incidents } = ledgers(runtime);
  return settleRelease({
    ...snapshotClients(runtime),
    catalog: catalogStore(runtime),
    releases,
    checkpoints,
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
