/**
 * Every error the coordinator's own code throws, by the name the state machines match on.
 *
 * Names are literals: a bundler may rename classes, and Step Functions compares these strings. Three families:
 * - **transient**: the machine's Retry block tries again ({@link TransientFailure});
 * - **handled**: every state whose function throws it has a decided route for it: a catcher of its own where that differs
 *   from the one of `States.ALL`, which takes it otherwise ({@link InvalidInput}, {@link NoWayBack}, {@link Irreversible},
 *   {@link PlanOutdated}, {@link LockLost}, {@link TargetNotRestored}, {@link TargetTimedOut},
 *   {@link TargetSuperseded}, {@link TargetLeft});
 * - **defect**: ends the run and calls a person ({@link CatalogUnreadable}, {@link LedgerCorrupt}).
 */
abstract class CoordinatorError extends Error {
  abstract override readonly name: string;
}

/** A call failed, but a retry may succeed: throttled, 5xx, connection lost. */
export class TransientFailure extends CoordinatorError {
  override readonly name = 'TransientFailure';
}

/** Step Functions cuts causes off at 32,768 characters; Lambda's JSON has the message twice, and has to arrive whole. */
const longestRefusal = 4000;

/** An input from a person, an event or another state does not have the documented form; the message names the field. */
export class InvalidInput extends CoordinatorError {
  override readonly name = 'InvalidInput';

  constructor(message: string, options?: ErrorOptions) {
    super(message.length > longestRefusal ? `${message.slice(0, longestRefusal)} ...` : message, options);
  }
}

/**
 * There is no release that is safe to go back to; the message lists the releases considered and the reasons against them.
 */
export class NoWayBack extends CoordinatorError {
  override readonly name = 'NoWayBack';
}

/** A service that would have to go back is declared irreversible: nothing may be changed, a person decides. */
export class Irreversible extends CoordinatorError {
  override readonly name = 'Irreversible';
}

/** The plan to be executed differs from a fresh plan; the message names the difference. */
export class PlanOutdated extends CoordinatorError {
  override readonly name = 'PlanOutdated';
}

/** This incident no longer holds the lock on a service: somebody else may be changing it, so we do not. */
export class LockLost extends CoordinatorError {
  override readonly name = 'LockLost';
}

/** After its rollback a target is not in the state that the plan names. */
export class TargetNotRestored extends CoordinatorError {
  override readonly name = 'TargetNotRestored';
}

/** Somebody released over the target after the rollback was planned: it has to be planned again. */
export class TargetSuperseded extends CoordinatorError {
  override readonly name = 'TargetSuperseded';
}

/** A target is left as it is on purpose: going on would do harm, or is not ours to do. The message says why. */
export class TargetLeft extends CoordinatorError {
  override readonly name = 'TargetLeft';
}

/** A target did not come to rest before its deadline. */
export class TargetTimedOut extends CoordinatorError {
  override readonly name = 'TargetTimedOut';
}

/** The compiled catalog is missing or does not match its schema. */
export class CatalogUnreadable extends CoordinatorError {
  override readonly name = 'CatalogUnreadable';
}

/** A required record of the ledger is missing or does not match its schema. */
export class LedgerCorrupt extends CoordinatorError {
  override readonly name = 'LedgerCorrupt';
}

/** All names above. The definition tests check the machines' Retry and Catch against this list, and contain the routes. */
export const errorNames = {
  transient: ['TransientFailure'],
  handled: [
    'InvalidInput',
    'NoWayBack',
    'Irreversible',
    'PlanOutdated',
    'LockLost',
    'TargetNotRestored',
    'TargetTimedOut',
    'TargetSuperseded',
    'TargetLeft',
  ],
  defect: ['CatalogUnreadable', 'LedgerCorrupt'],
} as const;
