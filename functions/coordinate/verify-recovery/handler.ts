import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { healthChecks, ledgers, planStore, signals, watchingCatalogStore } from '../../../shared/wiring.ts';
import { verifyRecovery, verifyRecoveryInput } from './verify-recovery.ts';

export const build = task('VerifyRecovery', verifyRecoveryInput, (runtime) =>
  verifyRecovery({
    ...ledgers(runtime),
    signals: signals(runtime),
    healthChecks: healthChecks(runtime),
    catalog: watchingCatalogStore(runtime),
    plans: planStore(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
