import type { StateProgress } from 'account-simulator/asl/run/progress.ts';
import type { Moment } from './fault.ts';
import type { FaultSite } from './fault-site.ts';

/** Runs `work` at a moment; for the entry into a state, `work` receives the entry. */
export function atMoment(
  when: Moment,
  site: FaultSite,
  work: (entered: StateProgress | undefined) => unknown,
): void {
  if ('at' in when) {
    site.later(Date.parse(site.scenario.start) + when.at, () => work(undefined));
    return;
  }
  onEntry(when, site, (entered) => site.later(site.clock.now() + when.after, () => work(entered)));
}

/** Whether the moment has come; always true without a moment. */
export function hasCome(when: Moment | undefined, site: FaultSite): () => boolean {
  if (when === undefined) return () => true;
  if ('at' in when) {
    const at = Date.parse(site.scenario.start) + when.at;
    return () => site.clock.now() >= at;
  }
  let at = Number.POSITIVE_INFINITY;
  onEntry(when, site, () => {
    at = site.clock.now() + when.after;
  });
  return () => site.clock.now() >= at;
}

/** Calls back at the `nth` entry into a state. */
function onEntry(
  when: Extract<Moment, { state: string }>,
  site: FaultSite,
  tell: (entered: StateProgress) => void,
): void {
  const { name } = site.coordinator.machine(when.machine);
  let entries = 0;
  site.coordinator.engine.onStateEntered((progress) => {
    if (progress.state !== when.state || progress.machine !== name) return;
    entries += 1;
    if (entries === when.nth) tell(progress);
  });
}
