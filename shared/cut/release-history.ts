import type { ReleaseVerdict } from '../ledger/records.ts';

/** What target selection reads of a release; a ledger record is one. */
export interface PastRelease {
  readonly releaseId: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
  readonly verdict: ReleaseVerdict;
  /** The release whose state this one put back. */
  readonly restores?: string | undefined;
}

/** A release and the span of time it was live for, all times in ms since the epoch. */
export interface ReleaseSpan<R extends PastRelease> {
  readonly release: R;
  readonly startedAt: number;
  /** When its state was first live: for a release that put an older one back, the start of that one. */
  readonly bornAt: number;
  /** Position of the release that its state comes from; its own, unless it put an older one back. */
  readonly origin: number;
  /**
   * The verdict on its state: `bad` where any release with the same state is, else `good` where any is. What is
   * put back is as good, and as bad, as it was under its first name.
   */
  readonly verdict: ReleaseVerdict;
}

/** The releases of one service: position 0 is live, each position after it was live before it. */
export class ReleaseHistory<R extends PastRelease> {
  readonly spans: readonly ReleaseSpan<R>[];

  /** @param releases in any order */
  constructor(releases: readonly R[]) {
    const spans = releases
      .map((release) => {
        const startedAt = Date.parse(release.startedAt);
        return { release, startedAt, bornAt: startedAt, origin: 0, verdict: release.verdict };
      })
      .sort((a, b) => b.startedAt - a.startedAt || (a.release.releaseId < b.release.releaseId ? 1 : -1));
    spans.forEach((span, position) => {
      span.origin = position;
    });
    this.spans = spans;
    if (releases.some(({ restores }) => restores !== undefined)) joinRestored(spans);
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

  /** The earliest release that is undone by going back to a position: its start is the cut. */
  earliestUndone(position: number): ReleaseSpan<R> {
    return this.at(position - 1);
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

/** Gives what was put back the birth and the origin of what it restores, and both one verdict. */
function joinRestored<R extends PastRelease>(spans: Mutable<ReleaseSpan<R>>[]): void {
  const older = new Map<string, Mutable<ReleaseSpan<R>>>();
  for (const span of [...spans].reverse()) {
    const origin = spans[older.get(span.release.restores ?? '')?.origin ?? span.origin] ?? span;
    span.origin = origin.origin;
    span.bornAt = origin.startedAt;
    origin.verdict = verdictOfBoth(origin.verdict, span.verdict);
    older.set(span.release.releaseId, span);
  }
  for (const span of spans) span.verdict = spans[span.origin]?.verdict ?? span.verdict;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function verdictOfBoth(a: ReleaseVerdict, b: ReleaseVerdict): ReleaseVerdict {
  if (a === 'bad' || b === 'bad') return 'bad';
  return a === 'good' || b === 'good' ? 'good' : 'candidate';
}
