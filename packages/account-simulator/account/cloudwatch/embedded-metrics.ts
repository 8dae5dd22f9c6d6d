/** A metric value read from a log line. */
export interface EmbeddedPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly value: number;
  /** ms since the epoch. */
  readonly at: number;
}

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/** Longest namespace, and most metrics of a directive and dimensions of a set. */
const limits = { namespace: 1024, metrics: 100, dimensions: 30 };
/** The oldest and newest times that CloudWatch accepts, relative to now, ms. */
const oldestMs = 14 * 86_400_000;
const newestMs = 2 * 3_600_000;

/**
 * The metrics that CloudWatch Logs extracts from a line in the embedded metric format; none from any other line. A malformed
 * line is an error here; CloudWatch would count it under `EMFValidationErrors` and extract nothing.
 *
 * Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
 *
 * @param at time at which the line was written, ms since the epoch
 * @throws Error naming the missing part of the format
 */
export function readEmbeddedMetrics(line: string, at: number): EmbeddedPoint[] {
  const root = parseObject(line);
  const metadata = root?._aws as
    | { readonly Timestamp?: unknown; readonly CloudWatchMetrics?: unknown }
    | undefined;
  if (!root || metadata === undefined) return [];
  const { Timestamp: time, CloudWatchMetrics: directives } = metadata;
  if (!Number.isInteger(time)) throw new Error('_aws.Timestamp is not a whole number of milliseconds');
  const stamped = time as number;
  if (stamped < at - oldestMs || stamped > at + newestMs)
    throw new Error('_aws.Timestamp is too far from now');
  if (!Array.isArray(directives)) throw new Error('_aws.CloudWatchMetrics is not a list');
  return (directives as Directive[]).flatMap((directive) => pointsOf(directive, root, stamped));
}

function pointsOf({ Namespace, Dimensions, Metrics }: Directive, root: Members, at: number): EmbeddedPoint[] {
  if (typeof Namespace !== 'string' || Namespace === '' || Namespace.length > limits.namespace) {
    throw new Error('Namespace is not a text of 1 to 1024 characters');
  }
  if (!Array.isArray(Metrics) || Metrics.length > limits.metrics)
    throw new Error('Metrics is not a list of at most 100');
  if (!Array.isArray(Dimensions)) throw new Error('Dimensions is not a list of sets');
  return (Dimensions as unknown[]).flatMap((set) => {
    if (!Array.isArray(set) || set.length > limits.dimensions)
      throw new Error('a set has more than 30 dimensions');
    const dimensions = Object.fromEntries(set.map((name) => [name, dimensionOf(root, name)]));
    return (Metrics as { readonly Name?: unknown; readonly Unit?: unknown }[]).map(
      ({ Name, Unit = 'None' }) => {
        const value = root[String(Name)];
        if (typeof value !== 'number') throw new Error(`the metric ${Name} has no number at the root`);
        return { namespace: Namespace, name: String(Name), dimensions, unit: String(Unit), value, at };
      },
    );
  });
}

function dimensionOf(root: Members, name: unknown): string {
  const value = root[String(name)];
  if (typeof value === 'string' && value !== '' && value.length <= 1024) return value;
  throw new Error(`the dimension ${name} has no text of 1 to 1024 characters at the root`);
}

type Members = Readonly<Record<string, unknown>>;

function parseObject(line: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}
