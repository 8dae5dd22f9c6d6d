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

/** A call failed in a way that the same call may survive later: throttled, 5xx, connection lost. */
export class TransientFailure extends CoordinatorError {
  override readonly name = 'TransientFailure';
}

/** Step Functions cuts causes off at 32,768 characters; Lambda's JSON has the message twice, and has to arrive whole. */
const longestRefusal = 4000;

/** What a person, an event or another state handed in is not of the documented form; says which field. */
export class InvalidInput extends CoordinatorError {
  override readonly name = 'InvalidInput';

  constructor(message: string, options?: ErrorOptions) {
    super(message.length > longestRefusal ? `${message.slice(0, longestRefusal)} ...` : message, options);
  }
}

/** There is no release that is safe to go back to; the message says what was looked at and refused. */
export class NoWayBack extends CoordinatorError {
  override readonly name = 'NoWayBack';
}

/** A service that would have to go back is declared irreversible: nothing may be changed, a person decides. */
export class Irreversible extends CoordinatorError {
  override readonly name = 'Irreversible';
}

/** What is to be executed is not what planning afresh gives; the message says what moved. */
export class PlanOutdated extends CoordinatorError {
  override readonly name = 'PlanOutdated';
}

/** The lock on a service is no longer this incident's: somebody else may be changing it, so we do not. */
export class LockLost extends CoordinatorError {
  override readonly name = 'LockLost';
}

/** A target was read after its rollback and is not what the plan says. */
export class TargetNotRestored extends CoordinatorError {
  override readonly name = 'TargetNotRestored';
}

/** Somebody else released over the target after the rollback was planned: what to do about it has to be planned again. */
export class TargetSuperseded extends CoordinatorError {
  override readonly name = 'TargetSuperseded';
}

/** A target is left as it is on purpose: to go on would do harm, or is not ours to do. The message says why. */
export class TargetLeft extends CoordinatorError {
  override readonly name = 'TargetLeft';
}

/** A target did not come to rest before its deadline. */
export class TargetTimedOut extends CoordinatorError {
  override readonly name = 'TargetTimedOut';
}

/** The compiled catalog is missing or not of its schema. */
export class CatalogUnreadable extends CoordinatorError {
  override readonly name = 'CatalogUnreadable';
}

/** A record of the ledger that must be there is not, or is not of its schema. */
export class LedgerCorrupt extends CoordinatorError {
  override readonly name = 'LedgerCorrupt';
}

/** All names above; the definition tests hold the machines' Retry and Catch against this list, and have the routes. */
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
