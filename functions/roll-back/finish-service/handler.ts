import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, ledgers, planStore, snapshotClients, taskTokens } from '../../../shared/wiring.ts';
import { finishService, finishServiceInput } from './finish-service.ts';

export const build = task('FinishService', finishServiceInput, (runtime) =>
  finishService({
    ...ledgers(runtime),
    ...snapshotClients(runtime),
    catalog: catalogStore(runtime),
    plans: planStore(runtime),
    tokens: taskTokens(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
