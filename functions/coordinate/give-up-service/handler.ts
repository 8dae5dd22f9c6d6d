import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, planStore, taskTokens } from '../../../shared/wiring.ts';
import { giveUpService, giveUpServiceInput } from './give-up-service.ts';

export const build = task('GiveUpService', giveUpServiceInput, (runtime) =>
  giveUpService({
    ...ledgers(runtime),
    tokens: taskTokens(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
