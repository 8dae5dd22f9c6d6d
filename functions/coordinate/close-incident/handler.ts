import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, figures, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { closeIncident, closeIncidentInput } from './close-incident.ts';

export const build = task('CloseIncident', closeIncidentInput, (runtime) => {
  const { incidents, locks, releases, approvals } = ledgers(runtime);
  return closeIncident({
    incidents,
    approvals,
    locks,
    releases,
    plans: planStore(runtime),
    figures: figures(runtime),
    traffic: traffic(runtime),
    mailer: mailer(runtime),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
