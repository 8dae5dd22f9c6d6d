import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, ledgers } from '../../../shared/wiring.ts';
import { holdService, holdServiceInput } from './hold-service.ts';

export const build = task('HoldService', holdServiceInput, (runtime) =>
  holdService({ catalog: catalogStore(runtime), holds: ledgers(runtime).holds, now: runtime.now }),
);
export const handler = onLambda(build);
