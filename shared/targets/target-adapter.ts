import type { PlannedAlias } from './alias/shapes.ts';
import type { HookPlan } from './hook/shapes.ts';

/** The caller of a step, and the time. */
export interface TargetContext {
  readonly incidentId: string;
  readonly attempt: number;
  /** ms since the epoch */
  readonly now: number;
  /** Time of planning, ms since the epoch: the plan covers releases from before. */
  readonly plannedAt: number;
  /** A person who may deploy runs the step, with their own rights: they may change a stack without a service role. */
  readonly byDeployer?: true;
}

/** A step in changing a stack. */
export type StackChangeStep =
  | 'make'
  | 'drop'
  | 'execute'
  | 'update'
  | 'cancel'
  | 'point'
  | 'route'
  | 'rollback'
  | 'continue'
  | 'skip';

/** Context of a step that may change something. */
export interface ChangeContext extends TargetContext {
  /**
   * Called right before every call that changes the account: reads take time, and the lock may be lost meanwhile.
   *
   * @param step the step that follows, if it changes a stack
   * @throws LockLost when this incident no longer holds the service
   */
  beforeChange(step?: StackChangeStep): Promise<void>;
}

/**
 * The standing of a target in its rollback: `restored` – it matches the plan; `moving` – something is moving it there, wait;
 * `blocked` – nothing may be done yet, wait; `stranded` – nothing is moving it there, act.
 */
export interface Standing {
  readonly is: 'restored' | 'moving' | 'blocked' | 'stranded';
  /** The standing in words, for progress, evidence and mail. */
  readonly detail: string;
  /** The alias that this very step pointed at a version: no deployment shows that move. */
  readonly pointed?: PointedAlias;
  /** Set if the machine acts instead of the adapter: it invokes a hook, whose answer ends the target. */
  readonly hook?: HookCall;
}

/** An alias that we pointed at a version. */
export type PointedAlias = Pick<PlannedAlias, 'target' | 'function' | 'alias' | 'toVersion'>;

/** Form and time limits of a hook's invocation. */
export type HookCall = Pick<HookPlan, 'form' | 'timeoutSeconds' | 'heartbeatSeconds'>;

/**
 * Restores one kind of target. Every step reads before it acts, so that it can be repeated: run twice, it changes no more
 * than once.
 */
export interface TargetAdapter<Plan> {
  /** Reads the standing of the target; changes nothing. */
  read(plan: Plan, context: TargetContext): Promise<Standing>;
  /**
   * Acts if the target needs it, and returns its standing and the action.
   *
   * @throws TargetSuperseded if somebody else released over it since the plan
   */
  start(plan: Plan, context: ChangeContext): Promise<Standing>;
}
