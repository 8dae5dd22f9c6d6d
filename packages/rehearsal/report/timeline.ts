/** The kind of a timeline entry. */
export type TimelineKind =
  | 'catalog'
  | 'release'
  | 'stack'
  | 'deployment'
  | 'traffic'
  | 'alarm'
  | 'watch'
  | 'look'
  | 'incident'
  | 'target'
  | 'recovery'
  | 'mail'
  | 'start'
  | 'execution'
  | 'fault';

/** One notable event in a rehearsal. */
export interface TimelineEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly kind: TimelineKind;
  /** The service of the event, if it has one. */
  readonly service?: string;
  /** The state of a machine in which the event happened, if any. */
  readonly state?: string;
  readonly text: string;
}

/** Collects the timeline and calls back for every new entry. */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly #now: () => number;
  readonly #onEntry: ((entry: TimelineEntry) => void) | undefined;

  constructor(now: () => number, onEntry: ((entry: TimelineEntry) => void) | undefined) {
    this.#now = now;
    this.#onEntry = onEntry;
  }

  add(kind: TimelineKind, text: string, about: Pick<TimelineEntry, 'service' | 'state'> = {}): void {
    const entry = { at: this.#now(), kind, ...about, text };
    this.entries.push(entry);
    this.#onEntry?.(entry);
  }
}
