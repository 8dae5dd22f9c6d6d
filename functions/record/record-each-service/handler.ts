import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { catalogStore, executions, ledgers, snapshotClients } from '../../../shared/wiring.ts';
import { recordEachService, recordEachServiceInput } from './record-each-service.ts';

export const build = task('RecordEachService', recordEachServiceInput, (runtime) => {
  const { releases, locks, paces } = ledgers(runtime);
  return recordEachService({
    ...snapshotClients(runtime),
    catalog: catalogStore(runtime),
    releases,
    locks,
    paces,
    executions: executions(runtime),
    stateMachineArn: requireEnv(runtime, 'RECORD_RELEASE_ARN'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
