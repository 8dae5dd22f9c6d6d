import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { deployments, environment, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { yieldToIncident, yieldToIncidentInput } from './yield-to-incident.ts';

export const build = task('YieldToIncident', yieldToIncidentInput, (runtime) => {
  const { incidents, locks, releases, stops } = ledgers(runtime);
  return yieldToIncident({
    deployments: deployments(runtime),
    incidents,
    locks,
    releases,
    stops,
    plans: planStore(runtime),
    mailer: mailer(runtime),
    traffic: traffic(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
