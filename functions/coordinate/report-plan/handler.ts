import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { reportPlan, reportPlanInput } from './report-plan.ts';

export const build = task('ReportPlan', reportPlanInput, (runtime) => {
  const { incidents, releases } = ledgers(runtime);
  return reportPlan({
    plans: planStore(runtime),
    releases,
    mailer: mailer(runtime, incidents),
    traffic: traffic(runtime),
    environment: environment(runtime),
  });
});
export const handler = onLambda(build);
