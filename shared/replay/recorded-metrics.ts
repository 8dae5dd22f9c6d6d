import type { MinuteCount } from '../judge/samples.ts';
import { historyStepMs, minuteMs, type Span } from '../judge/sequential/baseline.ts';
import type { Shift } from '../judge/sequential/clock.ts';
import { shiftsBetween } from '../judge/shifts.ts';
import type { NormalRates } from '../ledger/records.ts';
import { historySpan, normalRatesOf } from '../watching/normal-rates.ts';
import type { MetricsRow } from './metrics-file.ts';
import type { RecordedDeployment } from './recorded-deployment.ts';
import type { ReplayInput } from './replay-policy.ts';

/**
 * The deployments of a metrics file, and the normal rates before each, from all older rows of the same function.
 *
 * @param slowOverMs the boundary over which the policy counts requests as slow; undefined if it has none
 */
export function recordedMetrics(
  rows: readonly MetricsRow[],
  slowOverMs: number | undefined,
): Pick<ReplayInput, 'deployments' | 'normalOf'> {
  const byDeployment = groupBy(
    rows.filter(({ deployment }) => deployment !== ''),
    ({ deployment }) => deployment,
  );
  const byFunction = groupBy(rows, (row) => row.function);
  const histories = new Map(
    [...byFunction].map(([name, own]) => [name, stepsOf(own.map((row) => countOf(row, slowOverMs)))]),
  );
  return {
    deployments: [...byDeployment.values()].map((own) => deploymentOf(own, slowOverMs)),
    normalOf(recorded: RecordedDeployment, leftOut: readonly Span[]): NormalRates | undefined {
      const { from, to } = historySpan(recorded.from);
      const all = histories.get(recorded.function) ?? [];
      const steps = all.filter(({ at }) => at >= from && at < to);
      return normalRatesOf({ from, to, steps, leftOut }, { slowOverMs });
    },
  };
}

function deploymentOf(rows: readonly MetricsRow[], slowOverMs: number | undefined): RecordedDeployment {
  const sorted = [...rows].sort((a, b) => a.at - b.at);
  const [first] = sorted as [MetricsRow];
  const last = sorted.at(-1) as MetricsRow;
  const released = sorted.filter(({ version }) => version === 'new');
  const control = sorted.filter(({ version }) => version === 'control');
  const to = last.at + minuteMs;
  const servedFrom = released.find(({ requests, share = 0 }) => requests > 0 || share > 0)?.at;
  const aloneFrom = servedFrom === undefined ? undefined : aloneSince(released, control, servedFrom);
  const label = sorted.find((row) => row.label !== undefined)?.label;
  const onset = sorted.find((row) => row.onset !== undefined)?.onset;
  return {
    id: first.deployment,
    release: first.release,
    function: first.function,
    subject: first.deployment,
    released: released.map((row) => countOf(row, slowOverMs)),
    control: control.map((row) => countOf(row, slowOverMs)),
    from: first.at,
    to,
    shifts: servedFrom === undefined ? [] : shiftsOf(released, control, servedFrom, aloneFrom),
    ...(aloneFrom !== undefined && { aloneFrom }),
    ...(label && { label }),
    ...(onset !== undefined && { onset }),
  };
}

/**
 * The time from which the new version has had all traffic: from a share of 1, or in a file without that column, from after
 * the last minute with a request of its control. Undefined if no minute of the new version follows.
 */
function aloneSince(
  released: readonly MetricsRow[],
  control: readonly MetricsRow[],
  servedFrom: number,
): number | undefined {
  const shares = released.filter(({ share }) => share !== undefined);
  if (shares.length > 0) {
    const split = shares.findLastIndex(({ share = 0 }) => share < 1);
    return shares[split + 1]?.at;
  }
  const lastControl = control.findLast(({ requests }) => requests > 0)?.at;
  const since = lastControl === undefined ? servedFrom : Math.max(servedFrom, lastControl + minuteMs);
  return released.some(({ at }) => at >= since) ? since : undefined;
}

/**
 * Growth of the share: by the column `share`; in a file without it one step, to the new version's part of all requests while
 * traffic was split.
 */
function shiftsOf(
  released: readonly MetricsRow[],
  control: readonly MetricsRow[],
  servedFrom: number,
  aloneFrom: number | undefined,
): Shift[] {
  const told = released.filter(
    ({ at, share }) => share !== undefined && share > 0 && at < (aloneFrom ?? Number.POSITIVE_INFINITY),
  );
  const grown: Shift[] = [];
  for (const { at, share = 0 } of told) {
    if (share > (grown.at(-1)?.share ?? 0)) grown.push({ at: grown.length === 0 ? servedFrom : at, share });
  }
  if (grown.length > 0) return grown;
  const split = (of: readonly MetricsRow[]) =>
    of
      .filter(({ at }) => at >= servedFrom && at < (aloneFrom ?? Number.POSITIVE_INFINITY))
      .reduce((sum, { requests }) => sum + requests, 0);
  const [own, other] = [split(released), split(control)];
  return own > 0 && other > 0
    ? [{ at: servedFrom, share: own / (own + other) }]
    : shiftsBetween(servedFrom, undefined);
}

function countOf({ at, requests, errors, slow }: MetricsRow, slowOverMs: number | undefined): MinuteCount {
  const over = slowOverMs === undefined ? undefined : slow.get(slowOverMs);
  return { at, requests, errors, ...(over !== undefined && { timed: requests, slow: over }) };
}

/** Counts of all versions together, in the steps of CloudWatch's history. */
function stepsOf(minutes: readonly MinuteCount[]): MinuteCount[] {
  const steps = groupBy(minutes, ({ at }) => Math.floor(at / historyStepMs) * historyStepMs);
  return [...steps].map(([at, own]) => {
    const sum = (of: (minute: MinuteCount) => number) => own.reduce((all, minute) => all + of(minute), 0);
    const isTimed = own.some(({ slow }) => slow !== undefined);
    return {
      at,
      requests: sum(({ requests }) => requests),
      errors: sum(({ errors }) => errors),
      ...(isTimed && { timed: sum(({ timed = 0 }) => timed), slow: sum(({ slow = 0 }) => slow) }),
    };
  });
}

function groupBy<T, Key>(all: readonly T[], keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}
