import type { PastRelease } from './release-history.ts';

/** A release as a reason shows it. */
export interface ReleaseMoment {
  readonly releaseId: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
}

/** Why a service goes back. All times ISO 8601, UTC, as the ledger has them. */
export type MoveCause =
  /** Its own release is the bad one. */
  | { readonly kind: 'incident'; readonly releaseId: string }
  /** Users first met what is live (`began`) at or after the cut of the provider, on top of its undone release `on`. */
  | {
      readonly kind: 'on-top';
      readonly provider: string;
      readonly cut: string;
      readonly began: string;
      readonly on: ReleaseMoment;
    }
  /** The catalog says that it always goes back with this provider. */
  | { readonly kind: 'always'; readonly provider: string; readonly cut: string }
  /** A service of its lockstep group goes back, and what is live was released with it or after its cut. */
  | { readonly kind: 'lockstep'; readonly peer: string; readonly cut: string };

/** Why a release is no target. */
export type Objection =
  | { readonly kind: 'bad' }
  /** Never judged good. */
  | { readonly kind: 'candidate' }
  /** Its deployment failed: it was never live as a whole. */
  | { readonly kind: 'failed' }
  /** It served well, and the entry of the service demands good ones. */
  | { readonly kind: 'served-well' }
  /** An artefact of it no longer exists; `detail` says which. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** Its state is the one that is live. */
  | { readonly kind: 'same-state' }
  /** It would have to go back itself. */
  | { readonly kind: 'too-new'; readonly because: MoveCause };

export interface RefusedCandidate<R extends PastRelease> {
  readonly release: R;
  readonly objection: Objection;
}

/** A service that goes back. */
export interface Move<R extends PastRelease> {
  readonly service: string;
  /** Every release that is undone, newest first; the first is live. */
  readonly undone: readonly [R, ...R[]];
  readonly to: R;
  /**
   * When users first met what is undone: what they met before that was not released on top of it. Null where none has met
   * any of it.
   */
  readonly cut: string | null;
  /** Each one alone forces the service back; the earliest cut, which decides how far, stands first. */
  readonly causes: readonly [MoveCause, ...MoveCause[]];
  /** Newer releases that were old enough and could not be the target, newest first. */
  readonly passedOver: readonly RefusedCandidate<R>[];
}

/** A neighbour of a service that goes back, and why it does not. */
export interface Stay {
  readonly service: string;
  readonly why: /** What is live began before the cut: it has run against what `of` goes back to. */
    | 'unchanged'
    /** Users never met what is undone of `of`, so that nothing was released on top of it. */
    | 'never-served'
    /** What is live was put back after the cut, and was first live before it. */
    | 'put-back'
    /** The ledger knows no release of it: none since the cut. */
    | 'not-released'
    /** The catalog says that it never goes back because of `of`. */
    | 'never'
    /** It is a provider of `of`, and goes on serving its older consumers. */
    | 'provider';
  /** The service that goes back. */
  readonly of: string;
  /** Its cut. */
  readonly cut: string | null;
  /** When what is live was first live; absent for one whose releases were not read or do not exist. */
  readonly since?: string;
}

/** A service that had to go back and cannot. */
export interface Blocked<R extends PastRelease> {
  readonly service: string;
  readonly causes: readonly [MoveCause, ...MoveCause[]];
  /** Why it is declared irreversible; absent where no release of it is a target. */
  readonly irreversible?: string;
  /** The releases nearest to being a target, and why each is refused: first those that are old enough. */
  readonly candidates: readonly RefusedCandidate<R>[];
}

/** What to go back to. */
export type Selection<R extends PastRelease> =
  /** A consistent cut. Both lists are sorted by service. */
  | { readonly kind: 'selected'; readonly moves: readonly Move<R>[]; readonly stays: readonly Stay[] }
  /** There is none, and nothing may be changed: a service in the way cannot go back (`frozen`), or has nothing to
   *  go back to (`refused`). With both, `frozen`. Sorted by service. */
  | { readonly kind: 'frozen' | 'refused'; readonly blocked: readonly [Blocked<R>, ...Blocked<R>[]] }
  /** The bad release was replaced by a good one already. */
  | { readonly kind: 'not-needed'; readonly supersededBy: R };
