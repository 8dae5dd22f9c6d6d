import { onLambda } from '../../shared/runtime.ts';
import { task } from '../../shared/task.ts';
import { aliases, catalogStore, ledgers, planStore, signals } from '../../shared/wiring.ts';
import { verifyRecovery, verifyRecoveryInput } from './verify-recovery.ts';

export const build = task(verifyRecoveryInput, (runtime) =>
  verifyRecovery({
    ...ledgers(runtime),
    aliases: aliases(runtime),
    signals: signals(runtime),
    catalog: catalogStore(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
