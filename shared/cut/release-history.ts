import type { ReleaseVerdict } from '../ledger/records.ts';

/** The fields of a release that target selection uses; a ledger record has them. */
export interface PastRelease {
  readonly releaseId: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
  readonly verdict: ReleaseVerdict;
  /** The release whose state this one restored. */
  readonly restores?: string | undefined;
  /** First traffic, ISO 8601, UTC; null if it had none; left out if only `startedAt` is known. */
  readonly servedFrom?: string | null | undefined;
  /** The latest possible time of its first traffic, ISO 8601, UTC, if the time itself is unknown. */
  readonly metBy?: string | undefined;
}

/** A release and the span for which it was live, all times in ms since the epoch. */
export interface ReleaseSpan<R extends PastRelease> {
  readonly release: R;
  readonly startedAt: number;
  /** First traffic; Infinity if it had none. */
  readonly servedFrom: number;
  /**
   * Birth of its state: its first traffic, or its beginning while it has none. A release that restored an older one has the
   * older one's.
   */
  readonly bornAt: number;
  /** Position of the release that its state comes from; its own, unless it restored an older one. */
  readonly origin: number;
  /**
   * The verdict on its state: the first of {@link precedence} among all releases with the same state. A restored state is as
   * good, or as bad, as under its first name.
   */
  readonly verdict: ReleaseVerdict;
}

/** The releases of one service: position 0 is live, each position after it was live before it. */
export class ReleaseHistory<R extends PastRelease> {
  readonly spans: readonly ReleaseSpan<R>[];
  /** By position: among the releases up to it, the one with the earliest traffic; the oldest of equally early ones. */
  readonly #firstServed: readonly ReleaseSpan<R>[];

  /** @param releases in any order */
  constructor(releases: readonly R[]) {
    const spans = releases
      .map((release) => {
        const startedAt = Date.parse(release.startedAt);
        const servedFrom = servedFromOf(release, startedAt);
        // The latest possible time: a state that may have come with the undone one does not stay.
        const bornAt = Math.max(
          Number.isFinite(servedFrom) ? servedFrom : startedAt,
          release.metBy === undefined ? Number.NEGATIVE_INFINITY : Date.parse(release.metBy),
        );
        return { release, startedAt, servedFrom, bornAt, origin: 0, verdict: release.verdict };
      })
      .sort((a, b) => b.startedAt - a.startedAt || (a.release.releaseId < b.release.releaseId ? 1 : -1));
    spans.forEach((span, position) => {
      span.origin = position;
    });
    this.spans = spans;
    if (releases.some(({ restores }) => restores !== undefined)) joinRestored(spans);
    this.#firstServed = firstServed(spans);
  }

  /** The span at a position. @throws RangeError if there is none */
  at(position: number): ReleaseSpan<R> {
    const span = this.spans[position];
    if (!span) throw new RangeError(`there are ${this.spans.length} releases, none at ${position}`);
    return span;
  }

  /** -1 if no release has this id. */
  positionOf(releaseId: string): number {
    return this.spans.findIndex(({ release }) => release.releaseId === releaseId);
  }

  /** Among the releases undone by going back to a position, the one that users met first. */
  firstUndone(position: number): ReleaseSpan<R> {
    const span = this.#firstServed[position - 1];
    if (!span) throw new RangeError(`there are ${this.spans.length} releases, none at ${position - 1}`);
    return span;
  }

  /** The release that users met at a time; the oldest if the time is before them all. */
  servingAt(time: number): ReleaseSpan<R> {
    return this.spans.find(({ servedFrom }) => servedFrom <= time) ?? this.at(this.spans.length - 1);
  }

  /** Position of the release that was live at a time; the oldest if the time is before them all. */
  liveAt(time: number): number {
    let [low, high] = [0, this.spans.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle).startedAt <= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function servedFromOf({ servedFrom }: PastRelease, startedAt: number): number {
  if (servedFrom === undefined) return startedAt;
  return servedFrom === null ? Number.POSITIVE_INFINITY : Date.parse(servedFrom);
}

function firstServed<S extends ReleaseSpan<PastRelease>>(spans: readonly S[]): S[] {
  const first: S[] = [];
  for (const span of spans) {
    const before = first.at(-1);
    first.push(before && before.servedFrom < span.servedFrom ? before : span);
  }
  return first;
}

/** Gives a restored release the birth and the origin of the release that it restores, and both one verdict. */
function joinRestored<R extends PastRelease>(spans: Mutable<ReleaseSpan<R>>[]): void {
  const older = new Map<string, Mutable<ReleaseSpan<R>>>();
  for (const span of [...spans].reverse()) {
    const origin = spans[older.get(span.release.restores ?? '')?.origin ?? span.origin] ?? span;
    span.origin = origin.origin;
    span.bornAt = origin.bornAt;
    origin.verdict = verdictOfBoth(origin.verdict, span.verdict);
    older.set(span.release.releaseId, span);
  }
  for (const span of spans) span.verdict = spans[span.origin]?.verdict ?? span.verdict;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Order in which two verdicts on one state count: findings before unknowns. */
const precedence: readonly ReleaseVerdict[] = ['bad', 'good', 'served-well', 'candidate', 'failed'];

function verdictOfBoth(a: ReleaseVerdict, b: ReleaseVerdict): ReleaseVerdict {
  return precedence.indexOf(a) < precedence.indexOf(b) ? a : b;
}
