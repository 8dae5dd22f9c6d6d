import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { closeIncident, closeIncidentInput } from './close-incident.ts';

export const build = task(closeIncidentInput, (runtime) => {
  const { incidents, locks, releases } = ledgers(runtime);
  return closeIncident({
    incidents,
    locks,
    releases,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
