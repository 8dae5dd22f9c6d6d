/** A place no run can come by. */
export interface UnreachablePlace {
  readonly machine: string;
  readonly state: string;
  /** `catch/0` is the first catcher; left out: the state itself. */
  readonly route?: string;
  readonly reason: string;
}

/** Places that are there although nothing known leads to them, each with why. The proof fails on a stale one. */
export const unreachablePlaces: readonly UnreachablePlace[] = [
  {
    machine: 'RollBackService',
    state: 'RollBackPhase',
    route: 'catch/0',
    reason:
      'Every Task inside catches States.ALL and goes on to TargetFailed, which can fail only on a Cause that names an errorMessage and is no JSON: one that Step Functions cut off, which the rehearsal does not play. It is also there for a state that is added without a catcher.',
  },
];
