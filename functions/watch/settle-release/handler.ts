import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import {
  alarmReader,
  catalogStore,
  deployments,
  environment,
  figures,
  ledgers,
  mailer,
  snapshotClients,
  traffic,
} from '../../../shared/wiring.ts';
import { settleRelease, settleReleaseInput } from './settle-release.ts';

export const build = task('SettleRelease', settleReleaseInput, (runtime) => {
  const { releases, checkpoints } = ledgers(runtime);
  return settleRelease({
    ...snapshotClients(runtime),
    catalog: catalogStore(runtime),
    deployments: deployments(runtime),
    alarmReader: alarmReader(runtime),
    releases,
    checkpoints,
    figures: figures(runtime),
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
