import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers } from '../../../shared/wiring.ts';
import { beginAgain, beginAgainInput } from './begin-again.ts';

export const build = task('BeginAgain', beginAgainInput, (runtime) =>
  beginAgain({ incidents: ledgers(runtime).incidents }),
);
export const handler = onLambda(build);
