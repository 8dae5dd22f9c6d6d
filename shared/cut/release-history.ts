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
    const sorted = releases
      .map((release) => ({ release, startedAt: Date.parse(release.startedAt) }))
      .sort((a, b) => b.startedAt - a.startedAt || (a.release.releaseId < b.release.releaseId ? 1 : -1));
    const positions = new Map(sorted.map(({ release }, position) => [release.releaseId, position]));
    const origins = sorted.map((_, position) => position);
    const verdicts = sorted.map(({ release }) => release.verdict);
    for (let position = sorted.length - 1; position >= 0; position -= 1) {
      const restored = positions.get(sorted[position]?.release.restores ?? '');
      if (restored === undefined || restored <= position) continue;
      const origin = origins[restored] as number;
      origins[position] = origin;
      verdicts[origin] = verdictOfBoth(
        verdicts[origin] as ReleaseVerdict,
        verdicts[position] as ReleaseVerdict,
      );
    }
    this.spans = sorted.map(({ release, startedAt }, position) => {
      const origin = origins[position] as number;
      const bornAt = sorted[origin]?.startedAt as number;
      return { release, startedAt, bornAt, origin, verdict: verdicts[origin] as ReleaseVerdict };
    });
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

  /** The start of the earliest release that is undone by going back to a position; Infinity for position 0. */
  cutBy(position: number): number {
    return position === 0 ? Number.POSITIVE_INFINITY : this.at(position - 1).startedAt;
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

function verdictOfBoth(a: ReleaseVerdict, b: ReleaseVerdict): ReleaseVerdict {
  if (a === 'bad' || b === 'bad') return 'bad';
  return a === 'good' || b === 'good' ? 'good' : 'candidate';
}
