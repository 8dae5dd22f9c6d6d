import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, planStore, taskTokens } from '../../../shared/wiring.ts';
import { waitForConsumers, waitForConsumersInput } from './wait-for-consumers.ts';

export const build = task('WaitForConsumers', waitForConsumersInput, (runtime) =>
  waitForConsumers({
    ...ledgers(runtime),
    tokens: taskTokens(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
