import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { deployments, ledgers } from '../../../shared/wiring.ts';
import { freezeService, freezeServiceInput } from './freeze-service.ts';

export const build = task('FreezeService', freezeServiceInput, (runtime) =>
  freezeService({ ...ledgers(runtime), deployments: deployments(runtime) }),
);
export const handler = onLambda(build);
