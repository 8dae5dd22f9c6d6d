import type { PlannedAlias } from './alias/shapes.ts';
import type { HookPlan } from './hook/shapes.ts';

/** Who asks, and when. */
export interface TargetContext {
  readonly incidentId: string;
  readonly attempt: number;
  /** ms since the epoch */
  readonly now: number;
  /** When the rollback was planned, ms since the epoch: what somebody released before is in the plan. */
  readonly plannedAt: number;
  /** Somebody who may deploy asks, with their own rights: a stack without a service role is theirs to change. */
  readonly byDeployer?: true;
}

/** A step that is taken with a stack. */
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

/** The same for a step that may change something. */
export interface ChangeContext extends TargetContext {
  /**
   * Asked right before every call that changes the account: reads take time, and the lock may be lost meanwhile.
   *
   * @param step what is about to be done, where it is done with a stack
   * @throws LockLost when the service is no longer this incident's
   */
  beforeChange(step?: StackChangeStep): Promise<void>;
}

/**
 * Where a target stands on its way back:
 * `restored` – it is what the plan says; `moving` – something is taking it there, wait;
 * `blocked` – nothing may be done yet, wait; `stranded` – nothing is taking it there, act.
 */
export interface Standing {
  readonly is: 'restored' | 'moving' | 'blocked' | 'stranded';
  /** The same in words, for progress, evidence and mail. */
  readonly detail: string;
  /** The alias that this very step pointed at a version: no deployment shows that. */
  readonly pointed?: PointedAlias;
  /** Set where not the adapter acts but the machine: it asks a hook, and its answer is the end of the target. */
  readonly hook?: HookCall;
}

/** An alias that we pointed at a version. */
export type PointedAlias = Pick<PlannedAlias, 'target' | 'function' | 'alias' | 'toVersion'>;

/** How a hook is asked, and how long it is waited for. */
export type HookCall = Pick<HookPlan, 'form' | 'timeoutSeconds' | 'heartbeatSeconds'>;

/**
 * How one kind of target is put back. Every step reads before it acts, so that any of them can be repeated:
 * run twice, it changes no more than once.
 */
export interface TargetAdapter<Plan> {
  /** Reads where the target stands; changes nothing. */
  read(plan: Plan, context: TargetContext): Promise<Standing>;
  /**
   * Acts where the target needs it, and says where it stands then and what was done.
   *
   * @throws TargetSuperseded where somebody else released over it since the plan
   */
  start(plan: Plan, context: ChangeContext): Promise<Standing>;
}
