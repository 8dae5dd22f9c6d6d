import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, figures, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { announceIncident, announceIncidentInput } from './announce-incident.ts';

export const build = task('AnnounceIncident', announceIncidentInput, (runtime) => {
  const { incidents, approvals, releases } = ledgers(runtime);
  return announceIncident({
    incidents,
    approvals,
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
