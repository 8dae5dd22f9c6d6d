import type { PastRelease } from './release-history.ts';

/** A release as a reason shows it. */
export interface ReleaseMoment {
  readonly releaseId: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
}

/** The reason why a service goes back. All times ISO 8601, UTC, as in the ledger. */
export type MoveCause =
  /** Its own release is the bad one. */
  | { readonly kind: 'incident'; readonly releaseId: string }
  /**
   * Users first met its live release (at `began`) at or after the cut of the provider, on top of its undone release `on`.
   */
  | {
      readonly kind: 'on-top';
      readonly provider: string;
      readonly cut: string;
      readonly began: string;
      readonly on: ReleaseMoment;
    }
  /** By the catalog it always goes back with this provider. */
  | { readonly kind: 'always'; readonly provider: string; readonly cut: string }
  /** A service of its lockstep group goes back, and its live release was made with it or after its cut. */
  | { readonly kind: 'lockstep'; readonly peer: string; readonly cut: string };

/** The reason why a release is no target. */
export type Objection =
  | { readonly kind: 'bad' }
  /** Never judged good. */
  | { readonly kind: 'candidate' }
  /** Its deployment failed: it was never live as a whole. */
  | { readonly kind: 'failed' }
  /** It is served-well, and the entry of the service demands good ones. */
  | { readonly kind: 'served-well' }
  /** One of its artefacts no longer exists; `detail` names it. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** Its state is already live. */
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
  /** First traffic of an undone release: releases met before were not made on top of it. Null if none had traffic. */
  readonly cut: string | null;
  /** Each one alone forces the service back; the earliest cut, which decides the distance, stands first. */
  readonly causes: readonly [MoveCause, ...MoveCause[]];
  /** Newer releases that were old enough and could not be the target, newest first. */
  readonly passedOver: readonly RefusedCandidate<R>[];
}

/** A neighbour of a service that goes back, and the reason why it stays. */
export interface Stay {
  readonly service: string;
  readonly why: /** Its live release began before the cut: it has run against the target of `of`. */
    | 'unchanged'
    /** Users never met the undone releases of `of`, so nothing was released on top of them. */
    | 'never-served'
    /** Its live release was restored after the cut, and first live before it. */
    | 'put-back'
    /** The ledger knows no release of it: none since the cut. */
    | 'not-released'
    /** By the catalog it never goes back because of `of`. */
    | 'never'
    /** It is a provider of `of`, and goes on serving its older consumers. */
    | 'provider';
  /** The service that goes back. */
  readonly of: string;
  /** Its cut. */
  readonly cut: string | null;
  /** First time at which its state was live; absent if its releases were not read or do not exist. */
  readonly since?: string;
}

/** A service that had to go back and cannot. */
export interface Blocked<R extends PastRelease> {
  readonly service: string;
  readonly causes: readonly [MoveCause, ...MoveCause[]];
  /** The reason of its entry for being irreversible; absent if none of its releases is a target. */
  readonly irreversible?: string;
  /** The releases nearest to being a target, with the objections: first those that are old enough. */
  readonly candidates: readonly RefusedCandidate<R>[];
}

/** The result of a selection. */
export type Selection<R extends PastRelease> =
  /** A consistent cut. Both lists are sorted by service. */
  | { readonly kind: 'selected'; readonly moves: readonly Move<R>[]; readonly stays: readonly Stay[] }
  /**
   * No consistent cut exists, and nothing may be changed: a service in the way cannot go back (`frozen`), or has no release
   * to go back to (`refused`). With both, `frozen`. Sorted by service.
   */
  | { readonly kind: 'frozen' | 'refused'; readonly blocked: readonly [Blocked<R>, ...Blocked<R>[]] }
  /** A good release has already replaced the bad one. */
  | { readonly kind: 'not-needed'; readonly supersededBy: R };
