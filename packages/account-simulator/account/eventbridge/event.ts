/** An event as a service sends it; the bus adds the rest of the envelope. */
export interface EventEntry {
  /** For example `aws.codedeploy`. */
  readonly source: string;
  readonly detailType: string;
  /** ARNs that the event is about. */
  readonly resources?: readonly string[];
  /** A JSON object. */
  readonly detail: object;
}

/** An event as rules match it and targets receive it (EventBridge User Guide, "Events structure"). */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 without fractions of a second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}
