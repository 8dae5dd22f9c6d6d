import type { Bucket } from '../aws/bucket.ts';
import type { Deployments } from '../aws/deployments.ts';
import type { Signals } from '../aws/signals.ts';
import type { FailedResource, StackHistory } from '../aws/stack-history.ts';
import { isAtRest, type Requested, type StackState, type Stacks } from '../aws/stacks.ts';
import { NoWayBack, TargetNotRestored, TargetSuperseded } from '../errors.ts';
import { isStackToken, type StackStep, stackToken } from './rollback-marker.ts';
import type { StackPlan } from './service-plan.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from './target-adapter.ts';

/** What the stack adapter needs of AWS. */
export interface StackClients {
  readonly stacks: Stacks;
  readonly deployments: Deployments;
  readonly signals: Signals;
  readonly bucket: Bucket;
}

/** Where a stack stands, and what takes it on its way where nothing else does. */
interface Found {
  readonly standing: Standing;
  readonly step?: Step;
}

/** One change of a stack: what is asked for, and what is said of it. */
interface Step {
  readonly ask: StackStep;
  /** Resources that are left as they are, for `skip`. */
  readonly skip?: readonly string[];
  readonly said: string;
}

/**
 * Brings a service's stack to rest in the state of the planned release, by what its status allows; it never deletes
 * anything.
 *
 * | status | what is done |
 * |---|---|
 * | `*_IN_PROGRESS` | waited for |
 * | `UPDATE_IN_PROGRESS` of the undone release, none of whose deployments failed | `CancelUpdateStack`: nothing else ends it |
 * | `UPDATE_FAILED` | `RollbackStack` |
 * | `UPDATE_ROLLBACK_FAILED` | `ContinueUpdateRollback`; where that fails too, once more without what the catalog lets it leave |
 * | `UPDATE_ROLLBACK_COMPLETE` | success for the rollback of the undone update, failure for an update of ours: the rollback was itself rolled back |
 * | `*_COMPLETE` by somebody's update after the plan | left alone, and planned again |
 * | other `*_COMPLETE` | `UpdateStack` to the template saved with the planned release, once the alarms that would stop its deployments are quiet |
 * | everything else | a person |
 *
 * Source: CloudFormation API reference and user guide, "Stack status codes", "Continue rolling back an update".
 */
export function stackTarget({
  stacks,
  deployments,
  signals,
  bucket,
}: StackClients): TargetAdapter<StackPlan> {
  async function read(plan: StackPlan, context: TargetContext): Promise<Standing> {
    return (await find(plan, context)).standing;
  }

  async function start(plan: StackPlan, context: ChangeContext): Promise<Standing> {
    const { standing, step } = (await cancellable(plan)) ?? (await find(plan, context));
    if (!step) return standing;
    await context.beforeChange();
    return take(step, plan, context);
  }

  async function find(plan: StackPlan, context: TargetContext): Promise<Found> {
    const stack = await stacks.describe(plan.stack);
    const { status } = stack;
    if (status.endsWith('_IN_PROGRESS')) return moving(`stack ${plan.stack} is ${status}`);
    if (plan.waitOnly) {
      if (!isAtRest(stack)) throw stuck(stack);
      return restored(`stack ${plan.stack} is at rest (${status})`);
    }
    const history = await stacks.history(plan.stack);
    if (status === 'UPDATE_FAILED') {
      return stranded(`stack ${plan.stack} is ${status}${named(history.failures)}`, {
        ask: 'rollback',
        said: `stack ${plan.stack}, left ${status}, is being rolled back`,
      });
    }
    if (status === 'UPDATE_ROLLBACK_FAILED') return failedRollback(plan, stack, history, context);
    if (!isAtRest(stack)) throw stuck(stack);
    if (status === 'UPDATE_ROLLBACK_COMPLETE') {
      if (history.token === tokenOf(context)) throw refused(stack, history.failures);
      if (!isStackToken(history.token) && leadsBack(plan, history)) {
        return restored(`stack ${plan.stack} rolled itself back (${status})`);
      }
    } else if (history.token === tokenOf(context)) {
      return restored(`stack ${plan.stack} updated to the saved template (${status})`);
    } else if (!isStackToken(history.token) && (history.beganAt ?? 0) > context.plannedAt) {
      throw new TargetSuperseded(
        `stack ${plan.stack} was updated by somebody else after the rollback was planned (${status})`,
      );
    }
    return completed(plan, stack);
  }

  /** The undone release's own update that is under way and that nothing else ends. */
  async function cancellable(plan: StackPlan): Promise<Found | undefined> {
    if (plan.waitOnly || !plan.deployments) return undefined;
    if ((await stacks.describe(plan.stack)).status !== 'UPDATE_IN_PROGRESS') return undefined;
    const history = await stacks.history(plan.stack);
    if (isStackToken(history.token) || !leadsBack(plan, history)) return undefined;
    for (const id of plan.deployments) {
      if ((await deployments.get(id)).status !== 'Succeeded') return undefined;
    }
    return stranded(`stack ${plan.stack} is still being updated to the bad release`, {
      ask: 'cancel',
      said: `the update of stack ${plan.stack} to the bad release cancelled`,
    });
  }

  function failedRollback(
    plan: StackPlan,
    stack: StackState,
    { status, tokens, notPutBack }: StackHistory,
    context: TargetContext,
  ): Found {
    // The status read before may be older than the events.
    if (status !== stack.status) return moving(`stack ${plan.stack} is ${status}`);
    const tried = (step: StackStep) => tokens.has(tokenOf(context, step));
    const failing = notPutBack.map(({ resource }) => resource);
    const step = (ask: StackStep, skip: readonly string[], without: string) =>
      stranded(`stack ${plan.stack} is ${stack.status}${named(notPutBack)}`, {
        ask,
        skip,
        said: `the rollback of stack ${plan.stack} is continued${without}; it could not put back${named(notPutBack)}`,
      });
    if (!tried('continue')) return step('continue', [], '');
    const allowed = failing.every((resource) => plan.skipResources?.includes(resource));
    if (tried('skip') || !allowed || failing.length === 0) throw stuck(stack, notPutBack);
    return step('skip', failing, ` without ${failing.join(', ')}, which the catalog lets stay as it is`);
  }

  async function completed(plan: StackPlan, { status }: StackState): Promise<Found> {
    const ringing = (await signals.alarms(plan.alarms)).filter(({ state }) => state === 'ALARM');
    if (ringing.length > 0) {
      const names = ringing.map(({ name }) => name).join(', ');
      const detail = `stack ${plan.stack} waits for ${names}: a ringing alarm would stop its update`;
      return { standing: { is: 'held', detail } };
    }
    return stranded(`stack ${plan.stack} is ${status} on the template of the bad release`, {
      ask: 'update',
      said: `stack ${plan.stack} is being updated to the saved template`,
    });
  }

  async function take(
    { ask, skip = [], said }: Step,
    plan: StackPlan,
    context: TargetContext,
  ): Promise<Standing> {
    const token = tokenOf(context, ask);
    switch (ask) {
      case 'update':
        return update(plan, token, said);
      case 'cancel':
        return requested(await stacks.cancelUpdate(plan.stack, token), said);
      case 'rollback':
        return requested(await stacks.rollBack(plan.stack, token), said);
      case 'continue':
      case 'skip':
        return requested(await stacks.continueRollback(plan.stack, skip, token), said);
    }
  }

  async function update({ stack, snapshot }: StackPlan, token: string, said: string): Promise<Standing> {
    if (snapshot?.kind !== 'cloudformation') {
      throw new NoWayBack(
        `Stack ${stack} holds the template of the bad release and the ledger has no earlier one saved. ` +
          `Deploy the last good template of ${stack} by hand.`,
      );
    }
    const started = await stacks.update({
      stack,
      templateUrl: bucket.url(snapshot.templateKey),
      parameters: snapshot.parameters,
      capabilities: snapshot.capabilities,
      tags: snapshot.tags,
      notificationArns: snapshot.notificationArns,
      token,
    });
    return started === 'already-there'
      ? { is: 'restored', detail: `stack ${stack} has the saved template already` }
      : { is: 'moving', detail: said };
  }

  return { read, start };
}

/** An update begins this long before the release is named after it at most; no two updates are as close. */
const sameUpdateMs = 5_000;

/** Whether the stack's latest update, rolled back, leaves it on what was there before the first undone release. */
function leadsBack({ undoneSince }: StackPlan, { beganAt }: StackHistory): boolean {
  return (
    undoneSince === undefined || beganAt === undefined || beganAt <= Date.parse(undoneSince) + sameUpdateMs
  );
}

function tokenOf({ incidentId, attempt }: TargetContext, step: StackStep = 'update'): string {
  return stackToken(incidentId, attempt, step);
}

function moving(detail: string): Found {
  return { standing: { is: 'moving', detail } };
}

function restored(detail: string): Found {
  return { standing: { is: 'restored', detail } };
}

function stranded(detail: string, step: Step): Found {
  return { standing: { is: 'stranded', detail }, step };
}

/** What was asked for is under way; where the stack had moved on meanwhile, the next look says whereto. */
function requested(answer: Requested, detail: string): Standing {
  return { is: 'moving', detail: answer === 'started' ? detail : `${detail}: too late, it has moved on` };
}

function refused({ name, status }: StackState, failures: readonly FailedResource[]): TargetNotRestored {
  return new TargetNotRestored(
    `The update of stack ${name} to the saved template failed and was rolled back by CloudFormation ` +
      `(${status})${named(failures)}.`,
  );
}

/** Resources told of one stack: an incident's mail names those that matter, the stack's events have all. */
const resourcesTold = 5;

function named(failures: readonly FailedResource[]): string {
  if (failures.length === 0) return '';
  const told = failures.slice(0, resourcesTold).map(({ resource, reason }) => `${resource} (${reason})`);
  const more = failures.length - told.length;
  return `: ${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Reads the stack once more and says how it is.
 *
 * @throws TargetNotRestored when it is not at rest
 */
export async function verifyStack(stacks: Stacks, { stack: name }: StackPlan): Promise<string> {
  const stack = await stacks.describe(name);
  if (!isAtRest(stack)) throw stuck(stack);
  return `stack ${name} is ${stack.status}`;
}

function stuck({ name, status, statusReason }: StackState, failures: readonly FailedResource[] = []) {
  const why = failures.length > 0 ? named(failures) : statusReason && `: ${statusReason}`;
  return new TargetNotRestored(`Stack ${name} is ${status}${why}; it needs a person to bring it to rest.`);
}
