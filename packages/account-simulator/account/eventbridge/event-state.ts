import type { BusEvent } from './event.ts';

/** What an event says of the state of the thing it is about; each service has another place for it. */
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
