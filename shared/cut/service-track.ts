import { type Demand, iso } from './demands.ts';
import type { PastRelease, ReleaseHistory } from './release-history.ts';
import type { Blocked, Move, MoveCause, Objection, RefusedCandidate } from './selection.ts';

/** Candidates that a refusal shows: enough for a person to choose from, few enough for a mail. */
const candidatesShown = 5;

/** How far back one service has gone while targets are selected. It only ever goes further back. */
export class ServiceTrack<R extends PastRelease> {
  readonly service: string;
  readonly history: ReleaseHistory<R>;
  /** Position of the release it stands on; 0 where it stays. */
  position = 0;
  /** It had to go back and could not. */
  blocked = false;
  readonly #missing = new Map<number, string | undefined>();
  #next = 0;

  constructor(service: string, history: ReleaseHistory<R>) {
    this.service = service;
    this.history = history;
  }

  /**
   * Goes to the newest release that all demands allow and that is a target.
   *
   * `unchecked`: nobody has said yet whether {@link next} still exists; say it with {@link checked} and ask again.
   */
  advance(demands: readonly Demand[], irreversible: boolean): 'settled' | 'moved' | 'unchecked' {
    if (this.blocked || allAllow(demands, this.position)) return 'settled';
    if (irreversible) {
      this.blocked = true;
      return 'settled';
    }
    for (let position = this.position + 1; position < this.history.spans.length; position += 1) {
      if (!allAllow(demands, position) || this.#objectionTo(position)) continue;
      this.#next = position;
      if (!this.#missing.has(position)) return 'unchecked';
      this.position = position;
      return 'moved';
    }
    this.blocked = true;
    return 'settled';
  }

  /** The release whose artefacts have to be checked. */
  next(): { readonly position: number; readonly release: R } {
    return { position: this.#next, release: this.history.at(this.#next).release };
  }

  /** Takes down what is missing of a release; undefined where nothing is. */
  checked(position: number, missing: string | undefined): void {
    this.#missing.set(position, missing);
  }

  /** The move it has made, by the demands that hold now. */
  move(demands: readonly Demand[]): Move<R> {
    const releases = this.history.spans.slice(0, this.position).map(({ release }) => release);
    return {
      service: this.service,
      undone: releases as [R, ...R[]],
      to: this.history.at(this.position).release,
      cut: iso(this.history.cutBy(this.position)),
      causes: causesOf(demands),
      passedOver: this.#refused(demands, this.position).old,
    };
  }

  /** Why it cannot go back, by the demands that hold now. */
  blockedBy(demands: readonly Demand[], irreversible: string | undefined): Blocked<R> {
    const causes = causesOf(demands);
    if (irreversible !== undefined) return { service: this.service, causes, irreversible, candidates: [] };
    const { old, tooNew } = this.#refused(demands, this.history.spans.length);
    const candidates = [...old, ...tooNew.reverse()].slice(0, candidatesShown);
    return { service: this.service, causes, candidates };
  }

  #refused(demands: readonly Demand[], end: number) {
    const old: RefusedCandidate<R>[] = [];
    const tooNew: RefusedCandidate<R>[] = [];
    for (let position = 1; position < end; position += 1) {
      const { release } = this.history.at(position);
      const because = demands.find((demand) => !demand.allows(position))?.cause;
      const objection = this.#objectionTo(position);
      if (because) tooNew.push({ release, objection: { kind: 'too-new', because } });
      else if (objection) old.push({ release, objection });
    }
    return { old, tooNew };
  }

  #objectionTo(position: number): Objection | undefined {
    const { verdict, origin } = this.history.at(position);
    if (verdict !== 'good') return { kind: verdict };
    if (origin === this.history.at(0).origin) return { kind: 'same-state' };
    const detail = this.#missing.get(position);
    return detail === undefined ? undefined : { kind: 'missing', detail };
  }
}

function allAllow(demands: readonly Demand[], position: number): boolean {
  return demands.every((demand) => demand.allows(position));
}

/** The demands that alone force the service back, the earliest cut first. */
function causesOf(demands: readonly Demand[]): [MoveCause, ...MoveCause[]] {
  const causes = demands.filter((demand) => !demand.allows(0)).map(({ cause }) => cause);
  // A service moves only because a demand does not allow it to stay, and demands never soften.
  return causes as [MoveCause, ...MoveCause[]];
}
