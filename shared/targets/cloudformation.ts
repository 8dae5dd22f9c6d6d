import type { Bucket } from '../aws/bucket.ts';
import type { Signals } from '../aws/signals.ts';
import type { StackState, Stacks } from '../aws/stacks.ts';
import { NoWayBack, TargetNotRestored } from '../errors.ts';
import { isStackToken, stackToken } from './rollback-marker.ts';
import type { StackPlan } from './service-plan.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from './target-adapter.ts';

/** What the stack adapter needs of AWS. */
export interface StackClients {
  readonly stacks: Stacks;
  readonly signals: Signals;
  readonly bucket: Bucket;
}

/**
 * Brings a service's stack to rest in the state of the planned release.
 *
 * A stack whose update failed rolls itself back: it is waited for. A stack whose update completed is updated to
 * the template saved with the planned release, so that the next deployment does not trip over the difference
 * between the template and what is live; not before the alarms that would stop its deployments are quiet.
 *
 * `UPDATE_ROLLBACK_COMPLETE` is success for the stack's own rollback, and failure for an update of ours: the
 * rollback was itself rolled back.
 */
export function stackTarget({ stacks, signals, bucket }: StackClients): TargetAdapter<StackPlan> {
  async function read(plan: StackPlan, context: TargetContext): Promise<Standing> {
    const stack = await stacks.describe(plan.stack);
    const { status } = stack;
    if (status.endsWith('_IN_PROGRESS')) return { is: 'moving', detail: `stack ${plan.stack} is ${status}` };
    if (status === 'UPDATE_ROLLBACK_COMPLETE') {
      const token = await stacks.latestToken(plan.stack);
      if (token === tokenOf(context)) throw refused(stack);
      // Where it was an earlier attempt's update that was rolled back, the stack is where the bad release left it.
      if (!isStackToken(token)) {
        return { is: 'restored', detail: `stack ${plan.stack} rolled itself back (${status})` };
      }
    }
    if (!isAtRest(stack)) throw stuck(stack);
    if (plan.waitOnly) return { is: 'restored', detail: `stack ${plan.stack} is at rest (${status})` };
    if (await isOurs(plan, context)) {
      return { is: 'restored', detail: `stack ${plan.stack} updated to the saved template (${status})` };
    }
    const ringing = (await signals.alarms(plan.alarms)).filter(({ state }) => state === 'ALARM');
    if (ringing.length > 0) {
      const names = ringing.map(({ name }) => name).join(', ');
      return {
        is: 'held',
        detail: `stack ${plan.stack} waits for ${names}: a ringing alarm would stop its update`,
      };
    }
    return { is: 'stranded', detail: `stack ${plan.stack} is ${status} on the template of the bad release` };
  }

  async function start(plan: StackPlan, context: ChangeContext): Promise<Standing> {
    const standing = await read(plan, context);
    if (standing.is !== 'stranded') return standing;
    const { snapshot } = plan;
    if (snapshot?.kind !== 'cloudformation') {
      throw new NoWayBack(
        `Stack ${plan.stack} holds the template of the bad release and the ledger has no earlier one saved. ` +
          `Deploy the last good template of ${plan.stack} by hand.`,
      );
    }
    await context.beforeChange();
    const started = await stacks.update({
      stack: plan.stack,
      templateUrl: bucket.url(snapshot.templateKey),
      parameters: snapshot.parameters,
      capabilities: snapshot.capabilities,
      tags: snapshot.tags,
      notificationArns: snapshot.notificationArns,
      token: stackToken(context.incidentId, context.attempt),
    });
    return started === 'already-there'
      ? { is: 'restored', detail: `stack ${plan.stack} has the saved template already` }
      : { is: 'moving', detail: `stack ${plan.stack} is being updated to the saved template` };
  }

  async function isOurs(plan: StackPlan, context: TargetContext): Promise<boolean> {
    return (await stacks.latestToken(plan.stack)) === tokenOf(context);
  }

  return { read, start };
}

function tokenOf({ incidentId, attempt }: TargetContext): string {
  return stackToken(incidentId, attempt);
}

function refused(stack: StackState): TargetNotRestored {
  return new TargetNotRestored(
    `The update of stack ${stack.name} to the saved template failed and was rolled back by CloudFormation ` +
      `(${stack.status}${stack.statusReason && `: ${stack.statusReason}`}). Its events say which resource refused.`,
  );
}

/** Whether a stack is in a state from which the next deployment can go on. */
function isAtRest({ status }: StackState): boolean {
  return status.endsWith('_COMPLETE') && status !== 'ROLLBACK_COMPLETE' && status !== 'DELETE_COMPLETE';
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

function stuck(stack: StackState): TargetNotRestored {
  return new TargetNotRestored(
    `Stack ${stack.name} is ${stack.status}${stack.statusReason && `: ${stack.statusReason}`}; ` +
      'it needs a person to continue its rollback.',
  );
}
