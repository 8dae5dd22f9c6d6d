import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, planStore } from '../../../shared/wiring.ts';
import { prepareService, prepareServiceInput } from './prepare-service.ts';

export const build = task('PrepareService', prepareServiceInput, (runtime) =>
  prepareService({ ...ledgers(runtime), plans: planStore(runtime), now: runtime.now }),
);
export const handler = onLambda(build);
