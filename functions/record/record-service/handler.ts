import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, ledgers, planStore, snapshotClients } from '../../../shared/wiring.ts';
import { recordService, recordServiceInput } from './record-service.ts';

export const build = task('RecordService', recordServiceInput, (runtime) => {
  const { releases, locks, paces } = ledgers(runtime);
  return recordService({
    ...snapshotClients(runtime),
    catalog: catalogStore(runtime),
    releases,
    locks,
    paces,
    plans: planStore(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
