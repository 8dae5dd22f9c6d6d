import { everyService, type HoldRecord } from '../shared/ledger/hold-ledger.ts';
import { instant } from '../shared/mail/mail-text.ts';

/** Holds with their beginning, author and reason; one line each. */
export function renderHolds(onHold: readonly HoldRecord[]): string[] {
  if (onHold.length === 0) return ['Nothing is on hold.'];
  return onHold.map(({ service, by, at, until, reason }) => {
    const name = service === everyService ? 'Everything' : service;
    return `${name} is on hold since ${instant(at)}${until ? ` until ${instant(until)}` : ''}, put there by ${by}${reason ? `: ${reason}` : ''}`;
  });
}
