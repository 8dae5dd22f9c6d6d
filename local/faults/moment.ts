import type { StateProgress } from '../asl/progress.ts';
import type { Moment } from './fault.ts';
import type { FaultSite } from './fault-site.ts';

/** Does `work` when the moment comes; it gets the state's entry where the moment is one. */
export function atMoment(
  when: Moment,
  site: FaultSite,
  work: (entered: StateProgress | undefined) => unknown,
): void {
  if ('at' in when) {
    site.later(Date.parse(site.scenario.start) + when.at, () => work(undefined));
    return;
  }
  const { name } = site.coordinator.machine(when.machine);
  let entries = 0;
  site.coordinator.engine.onStateEntered((progress) => {
    if (progress.state !== when.state || progress.machine !== name) return;
    entries += 1;
    if (entries === when.nth) site.later(site.clock.now() + when.after, () => work(progress));
  });
}
