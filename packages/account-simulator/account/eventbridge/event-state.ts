import type { BusEvent } from './event.ts';

/** The state of an event's subject; each service has another field for it. */
export function eventState({ detail }: Pick<BusEvent, 'detail'>): string | undefined {
  const {
    state,
    status,
    'status-details': details,
  } = detail as {
    state?: string | { value?: string };
    status?: string;
    'status-details'?: { status?: string };
  };
  const ofAlarm = typeof state === 'object' ? state.value : state;
  return ofAlarm ?? status ?? details?.status;
}
