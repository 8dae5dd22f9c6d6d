import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, ledgers, mailRoom, planStore } from '../../../shared/wiring.ts';
import { announceTraffic, announceTrafficInput } from './announce-traffic.ts';

export const build = task(announceTrafficInput, (runtime) => {
  const { incidents } = ledgers(runtime);
  return announceTraffic({
    incidents,
    plans: planStore(runtime),
    mailRoom: mailRoom(runtime, incidents),
    environment: environment(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
