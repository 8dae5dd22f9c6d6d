import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { announceIncident, announceIncidentInput } from './announce-incident.ts';

export const build = task(announceIncidentInput, (runtime) => {
  const { incidents } = ledgers(runtime);
  return announceIncident({
    incidents,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
  });
});
export const handler = onLambda(build);
