import { beginningOf, causeOf, type Demand, isAllowed } from './demands.ts';
import type { PastRelease, ReleaseHistory } from './release-history.ts';
import type { Blocked, Move, MoveCause, Objection, RefusedCandidate } from './selection.ts';

/** Candidates that a refusal shows: enough for a person to choose from, few enough for a mail. */
const candidatesShown = 5;

/** The position of one service during a selection. It only ever goes further back. */
export class ServiceTrack<R extends PastRelease> {
  readonly service: string;
  readonly history: ReleaseHistory<R>;
  readonly #demandsGood: boolean;
  /** Position of its current release; 0 if it stays. */
  position = 0;
  /** It had to go back and cannot. */
  blocked = false;
  /** The demands on it. They are renewed whenever a neighbour moves, so they are never out of date. */
  demands: readonly Demand<R>[] = [];
  /** By position; created when first needed, since most services pass nothing over. */
  #missing: Map<number, string> | undefined;
  #present = -1;
  #next = 0;

  constructor(
    service: string,
    history: ReleaseHistory<R>,
    { demandsGood }: { readonly demandsGood: boolean },
  ) {
    this.service = service;
    this.history = history;
    this.#demandsGood = demandsGood;
  }

  /**
   * Goes to the newest release that all {@link demands} allow and that is a target.
   *
   * `unchecked`: it is not known yet whether {@link next} still exists; report it with {@link checked} and call again.
   */
  advance(irreversible: boolean): 'settled' | 'moved' | 'unchecked' {
    if (this.blocked || this.#isAllowed(this.position)) return 'settled';
    if (irreversible) {
      this.blocked = true;
      return 'settled';
    }
    for (let position = this.position + 1; position < this.history.spans.length; position += 1) {
      if (!this.#isAllowed(position) || this.#objectionTo(position)) continue;
      this.#next = position;
      if (this.#present !== position) return 'unchecked';
      this.position = position;
      return 'moved';
    }
    this.blocked = true;
    return 'settled';
  }

  /** The release whose artefacts have to be checked. */
  next(): R {
    return this.history.at(this.#next).release;
  }

  /** Records the missing artefact of {@link next}; undefined if there is none. */
  checked(missing: string | undefined): void {
    if (missing === undefined) this.#present = this.#next;
    else this.#missing = (this.#missing ?? new Map()).set(this.#next, missing);
  }

  /** Its move. */
  move(): Move<R> {
    const releases = this.history.spans.slice(0, this.position).map(({ release }) => release);
    const first = this.history.firstUndone(this.position);
    return {
      service: this.service,
      undone: releases as [R, ...R[]],
      to: this.history.at(this.position).release,
      cut: Number.isFinite(first.servedFrom) ? beginningOf(first.release) : null,
      causes: this.#causes(),
      passedOver: this.#refused(this.position).old,
    };
  }

  /** The reasons why it cannot go back. */
  blockedBy(irreversible: string | undefined): Blocked<R> {
    const causes = this.#causes();
    if (irreversible !== undefined) return { service: this.service, causes, irreversible, candidates: [] };
    const { old, tooNew } = this.#refused(this.history.spans.length);
    const candidates = [...old, ...tooNew.reverse()].slice(0, candidatesShown);
    return { service: this.service, causes, candidates };
  }

  #refused(end: number) {
    const old: RefusedCandidate<R>[] = [];
    const tooNew: RefusedCandidate<R>[] = [];
    for (let position = 1; position < end; position += 1) {
      const { release } = this.history.at(position);
      const tooNewFor = this.demands.find((demand) => !isAllowed(demand, this.history, position));
      const objection = this.#objectionTo(position);
      if (tooNewFor) {
        const because = causeOf(tooNewFor, this.history);
        tooNew.push({ release, objection: { kind: 'too-new', because } });
      } else if (objection) old.push({ release, objection });
    }
    return { old, tooNew };
  }

  #objectionTo(position: number): Objection | undefined {
    const { verdict, origin } = this.history.at(position);
    if (verdict !== 'good' && (verdict !== 'served-well' || this.#demandsGood)) return { kind: verdict };
    if (origin === this.history.at(0).origin) return { kind: 'same-state' };
    const detail = this.#missing?.get(position);
    return detail === undefined ? undefined : { kind: 'missing', detail };
  }

  #isAllowed(position: number): boolean {
    return this.demands.every((demand) => isAllowed(demand, this.history, position));
  }

  /** The demands that force the service back by themselves, the earliest cut first. */
  #causes(): [MoveCause, ...MoveCause[]] {
    const causes = this.demands
      .filter((demand) => !isAllowed(demand, this.history, 0))
      .map((demand) => causeOf(demand, this.history));
    // A service moves only because a demand forbids it to stay, and demands never soften.
    return causes as [MoveCause, ...MoveCause[]];
  }
}
