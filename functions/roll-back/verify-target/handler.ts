import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { aliases, kindClients, planStore, stacks } from '../../../shared/wiring.ts';
import { verifyTarget, verifyTargetInput } from './verify-target.ts';

export const build = task('VerifyTarget', verifyTargetInput, (runtime) =>
  verifyTarget({
    aliases: aliases(runtime),
    stacks: stacks(runtime),
    ...kindClients(runtime),
    plans: planStore(runtime),
  }),
);
export const handler = onLambda(build);
