/** A place that no run can reach. */
export interface UnreachablePlace {
  readonly machine: string;
  readonly state: string;
  /** `catch/0` is the first catcher; without a route, the state itself. */
  readonly route?: string;
  readonly reason: string;
}

/** Places to which no known path leads, with the reason why they exist. The proof fails on a stale entry. */
export const unreachablePlaces: readonly UnreachablePlace[] = [
  {
    machine: 'RollBackService',
    state: 'RollBackPhase',
    route: 'catch/0',
    reason:
      'Every Task inside catches States.ALL and goes on to TargetFailed, which takes every error and cause. The catcher is there for a state that is added without one, and for a quota.',
  },
  {
    machine: 'RecordRelease',
    state: 'StartRollback',
    route: 'catch/0',
    reason:
      'One execution watches a release without a deployment. The catcher is there for a start whose answer is lost, and the engine starts executions past the wire, where none is.',
  },
];
