/** One event of an execution's history (AWS: apireference/API_HistoryEvent). */
export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly id: number;
  /** The event that led to this one on the same chain of states; 0 at the start of a chain. */
  readonly previousEventId: number;
  /** Ms since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  /** Members of the event's details; payloads in them are JSON text. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The events of one execution, in order. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether there is room only for the event that ends the execution. */
  get full(): boolean {
    return this.events.length >= this.#limit - 1;
  }

  /** @returns the id of the new event */
  add(
    timestamp: number,
    type: string,
    previousEventId: number,
    details?: Readonly<Record<string, unknown>>,
  ): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp, type, ...(details && { details }) });
    return id;
  }
}

/** The member of the API's HistoryEvent that carries the details of events of `type`. */
export function historyDetailsMember(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
