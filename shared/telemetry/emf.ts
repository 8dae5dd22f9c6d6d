/** Unit of a metric, by CloudWatch's names. */
export type MetricUnit = 'Count' | 'Seconds';

/** One line in CloudWatch's embedded metric format. */
export interface MetricLine {
  readonly namespace: string;
  /** ms since the epoch; CloudWatch takes two weeks back and two hours ahead. */
  readonly at: number;
  /** Values of the dimensions, by name. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Names of the dimensions of each metric that is made from a value. */
  readonly sets: readonly (readonly string[])[];
  readonly values: Readonly<Record<string, number>>;
  readonly units: Readonly<Record<string, MetricUnit>>;
  /** Other fields of the line, to search for; they cost no metric. */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * JSON line from which CloudWatch makes a metric for each value and each set of dimensions.
 *
 * Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
 */
export function embeddedMetrics({
  namespace,
  at,
  dimensions,
  sets,
  values,
  units,
  properties,
}: MetricLine): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: units[Name] ?? 'None' }));
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: sets, Metrics }],
    },
    ...properties,
    ...dimensions,
    ...values,
  });
}
