import { eventState } from 'account-simulator/account/eventbridge/event-state.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { strikeCounter } from './strike-counter.ts';

/** The sweep for lost work finds the work of a lost event, every ten minutes: two sweeps. */
const sweepsMs = 21 * 60_000;

/** Loses, duplicates, delays or reorders events between the bus and the rules' targets. */
export function disturbEvents(fault: FaultOf<'event'>, site: FaultSite): void {
  const strikes = strikeCounter(fault);
  const random = site.random.fork(`faults/${JSON.stringify(fault)}`);
  site.coordinator.account.eventBridge.interceptDelivery((event, rule, deliver) => {
    const state = eventState(event);
    const matches = event.source === fault.source && (fault.state === undefined || fault.state === state);
    if (!matches || !strikes()) return deliver();
    const what = `${event.source} ${state ?? event['detail-type']} on its way to ${rule.name}`;
    site.strikes(fault, what);
    switch (fault.act) {
      case 'lose':
        site.later(site.clock.now() + sweepsMs, () => {});
        return;
      case 'double':
        deliver();
        return deliver(fault.ms);
      case 'delay':
        return deliver(fault.ms);
      case 'reorder':
        return deliver(Math.round(random.uniform() * fault.ms));
    }
  });
}
