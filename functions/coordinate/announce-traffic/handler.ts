import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, figures, ledgers, mailer, planStore, traffic } from '../../../shared/wiring.ts';
import { announceTraffic, announceTrafficInput } from './announce-traffic.ts';

export const build = task('AnnounceTraffic', announceTrafficInput, (runtime) => {
  const { incidents, releases } = ledgers(runtime);
  return announceTraffic({
    incidents,
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
