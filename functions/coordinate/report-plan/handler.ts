import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { reportPlan, reportPlanInput } from './report-plan.ts';

export const build = task('ReportPlan', reportPlanInput, (runtime) => {
  const { releases } = ledgers(runtime);
  return reportPlan({
    plans: planStore(runtime),
    releases,
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
  });
});
export const handler = onLambda(build);
