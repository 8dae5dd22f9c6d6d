import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers } from '../../../shared/wiring.ts';
import { trackRollback, trackRollbackInput } from './track-rollback.ts';

export const build = task('TrackRollback', trackRollbackInput, (runtime) =>
  trackRollback({ releases: ledgers(runtime).releases, now: runtime.now }),
);
export const handler = onLambda(build);
