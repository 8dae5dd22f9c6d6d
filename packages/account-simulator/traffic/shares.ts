/** The parts of an alias's requests that each version receives from `at` (ms since the epoch) on. */
export interface ShareChange {
  readonly at: number;
  /** By version; the parts add up to 1. */
  readonly shares: Readonly<Record<string, number>>;
}

const NO_TRAFFIC: Readonly<Record<string, number>> = {};

/**
 * Each version's part of an alias's requests between two times, weighted by duration.
 *
 * @param history in order of time; the alias does not exist before the first change
 */
export function sharesBetween(
  history: readonly ShareChange[],
  from: number,
  to: number,
): Readonly<Record<string, number>> {
  let index = indexAt(history, from);
  const first = index < 0 ? NO_TRAFFIC : (history[index] as ShareChange).shares;
  const next = history[index + 1];
  if (next === undefined || next.at >= to) return first;

  const weighted: Record<string, number> = {};
  let start = from;
  while (start < to) {
    const end = Math.min(to, history[index + 1]?.at ?? to);
    const shares = index < 0 ? NO_TRAFFIC : (history[index] as ShareChange).shares;
    for (const [version, share] of Object.entries(shares)) {
      weighted[version] = (weighted[version] ?? 0) + (share * (end - start)) / (to - from);
    }
    start = end;
    index += 1;
  }
  return weighted;
}

/** The part of the requests a version has at a time. */
export function shareAt(history: readonly ShareChange[], version: string, at: number): number {
  return history[indexAt(history, at)]?.shares[version] ?? 0;
}

/** The time at which a version first received requests; undefined if it never did. */
export function firstShareAt(history: readonly ShareChange[], version: string): number | undefined {
  return history.find((change) => (change.shares[version] ?? 0) > 0)?.at;
}

/** Whether an alias shared its requests between two versions at some time in `[from, to)`. */
export function isSplitBetween(history: readonly ShareChange[], from: number, to: number): boolean {
  for (let index = Math.max(0, indexAt(history, from)); index < history.length; index += 1) {
    const { at, shares } = history[index] as ShareChange;
    if (at >= to) return false;
    if (Object.keys(shares).length > 1) return true;
  }
  return false;
}

/** Index of the last change at or before `at`, -1 if there is none. */
function indexAt(history: readonly ShareChange[], at: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((history[middle] as ShareChange).at <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
