import { LedgerQueries } from '../../../shared/queries/ledger-queries.ts';
import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { catalogStore, ledgers, planStore } from '../../../shared/wiring.ts';
import { queryLedger, queryLedgerInput } from './query-ledger.ts';

export const build = task('QueryLedger', queryLedgerInput, (runtime) => {
  const { releases, incidents, checkpoints, approvals, holds, locks } = ledgers(runtime);
  const queries = new LedgerQueries({
    catalog: catalogStore(runtime),
    releases,
    incidents,
    checkpoints,
    approvals,
    holds,
    locks,
    plans: planStore(runtime),
    now: runtime.now,
  });
  return queryLedger({ queries });
});
export const handler = onLambda(build);
