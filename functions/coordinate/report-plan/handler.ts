import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { reportPlan, reportPlanInput } from './report-plan.ts';

export const build = task(reportPlanInput, (runtime) =>
  reportPlan({
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, ledgers(runtime).incidents),
    environment: environment(runtime),
  }),
);
export const handler = onLambda(build);
