import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, planStore } from '../../../shared/wiring.ts';
import { acquireLocks, acquireLocksInput } from './acquire-locks.ts';

export const build = task('AcquireLocks', acquireLocksInput, (runtime) =>
  acquireLocks({ ...ledgers(runtime), plans: planStore(runtime) }),
);
export const handler = onLambda(build);
