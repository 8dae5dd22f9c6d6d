/** A Lambda metric that an alarm reads, by its dimensions. */
export interface WatchedMetric {
  /** Dimension `FunctionName`; without it the metric covers all functions. */
  readonly function?: string | undefined;
  /** Dimension `Resource`: `FUNCTION`, `FUNCTION:ALIAS` or `FUNCTION:VERSION`. */
  readonly resource?: string | undefined;
  /** Dimension `ExecutedVersion`: the version to which an alias sent the request. */
  readonly version?: string | undefined;
}

/** A version that a release brings to users. */
export interface ReleasedVersion {
  /** Physical name of the function. */
  readonly function: string;
  readonly alias: string;
  readonly toVersion: string;
}

/**
 * The reason why an alarm cannot see a version behind its alias: in words, to follow the alarm's name. Undefined if it can,
 * or if its metrics do not show it, because they are not Lambda's.
 *
 * Lambda counts a request through an alias under the function, under the function with the alias, and under both with the
 * version (Lambda developer guide, "Types of metrics").
 */
export function cannotSee(
  metrics: readonly WatchedMetric[] | undefined,
  released: ReleasedVersion,
): string | undefined {
  if (metrics === undefined) return undefined;
  const reasons = metrics.map((metric) => missedBy(metric, released));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** Whether the dimensions of an alarm name the function of a version. */
export function namesFunction(
  metrics: readonly WatchedMetric[] | undefined,
  released: ReleasedVersion,
): boolean {
  return metrics?.some((metric) => metric.function === released.function) ?? false;
}

function missedBy(
  { function: name, resource, version }: WatchedMetric,
  released: ReleasedVersion,
): string | undefined {
  const alias = `${released.function}:${released.alias}`;
  if (name !== undefined && name !== released.function) return `counts ${name}`;
  if (resource !== undefined && resource !== alias) return `counts requests to ${resource}, not to ${alias}`;
  if (version !== undefined && version !== released.toVersion) {
    return `counts version ${version} of ${released.function}, not version ${released.toVersion}`;
  }
  return undefined;
}
