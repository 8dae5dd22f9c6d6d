import type { ReleaseVerdict } from '../ledger/records.ts';

/** What target selection reads of a release; a ledger record is one. */
export interface PastRelease {
  readonly releaseId: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
  readonly verdict: ReleaseVerdict;
  /** The release whose state this one put back. */
  readonly restores?: string | undefined;
  /** When users first met it, ISO 8601, UTC; null where none has; left out where only `startedAt` is known. */
  readonly servedFrom?: string | null | undefined;
  /** By when users had met it at the latest, ISO 8601, UTC; where it is not known when they first did. */
  readonly metBy?: string | undefined;
}

/** A release and the span of time it was live for, all times in ms since the epoch. */
export interface ReleaseSpan<R extends PastRelease> {
  readonly release: R;
  readonly startedAt: number;
  /** When users first met it; Infinity where none has. */
  readonly servedFrom: number;
  /**
   * When its state was first live: when users first met it, or, before any has, when it began. For a release that put an
   * older one back, that of the older one.
   */
  readonly bornAt: number;
  /** Position of the release that its state comes from; its own, unless it put an older one back. */
  readonly origin: number;
  /**
   * The verdict on its state: the first of {@link precedence} that any release with the same state has. What is put back
   * is as good, and as bad, as it was under its first name.
   */
  readonly verdict: ReleaseVerdict;
}

/** The releases of one service: position 0 is live, each position after it was live before it. */
export class ReleaseHistory<R extends PastRelease> {
  readonly spans: readonly ReleaseSpan<R>[];
  /** By position: of the releases up to it, the one that users met first; of equally early ones the oldest. */
  readonly #firstServed: readonly ReleaseSpan<R>[];

  /** @param releases in any order */
  constructor(releases: readonly R[]) {
    const spans = releases
      .map((release) => {
        const startedAt = Date.parse(release.startedAt);
        const servedFrom = servedFromOf(release, startedAt);
        // The latest time that it may be: a state that may have come with the undone one does not stay.
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

  /** The span at a position. @throws RangeError where there is none */
  at(position: number): ReleaseSpan<R> {
    const span = this.spans[position];
    if (!span) throw new RangeError(`there are ${this.spans.length} releases, none at ${position}`);
    return span;
  }

  /** -1 where no release has this id. */
  positionOf(releaseId: string): number {
    return this.spans.findIndex(({ release }) => release.releaseId === releaseId);
  }

  /** Of the releases that are undone by going back to a position, the one that users met first. */
  firstUndone(position: number): ReleaseSpan<R> {
    const span = this.#firstServed[position - 1];
    if (!span) throw new RangeError(`there are ${this.spans.length} releases, none at ${position - 1}`);
    return span;
  }

  /** The release that users met at a time; the oldest where the time is before them all. */
  servingAt(time: number): ReleaseSpan<R> {
    return this.spans.find(({ servedFrom }) => servedFrom <= time) ?? this.at(this.spans.length - 1);
  }

  /** Position of the release that was live at a time; the oldest where the time is before them all. */
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

/** Gives what was put back the birth and the origin of what it restores, and both one verdict. */
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

/** Which of two verdicts on one state holds: what was found of it, before what is not known. */
const precedence: readonly ReleaseVerdict[] = ['bad', 'good', 'served-well', 'candidate', 'failed'];

function verdictOfBoth(a: ReleaseVerdict, b: ReleaseVerdict): ReleaseVerdict {
  return precedence.indexOf(a) < precedence.indexOf(b) ? a : b;
}
