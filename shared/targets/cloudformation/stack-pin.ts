import type { Bucket } from '../../aws/bucket.ts';
import type { Deployments } from '../../aws/deployments.ts';
import { idsOfAlias } from '../../aws/stacks.ts';
import { TargetNotRestored } from '../../errors.ts';
import { objectionsToPin } from '../../stack/change-set.ts';
import { type Pin, pinTemplate } from '../../stack/pin-template.ts';
import { parseTemplate, templateText } from '../../stack/stack-template.ts';
import { isStackToken, stackToken } from '../rollback-marker.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from '../target-adapter.ts';
import { left, leftWhereRefused } from './left-stack.ts';
import type { StackPinPlan } from './shapes.ts';
import {
  type ChangeSetStep,
  type ChangeSetWords,
  dropChangeSet,
  standingByChangeSet,
} from './stack-change-set.ts';
import { isRoleRefused, passedRole } from './stack-role.ts';
import {
  type Found,
  holdersOf,
  isSettling,
  leadsBack,
  moving,
  requested,
  restored,
  type StandingClients,
  settle,
  standingOf,
  stranded,
  tokenOf,
  whyRolledBack,
} from './stack-standing.ts';
import { noTriggers } from './stack-triggers.ts';
import { afterPin } from './verify-stack.ts';

/** AWS clients of the adapter. */
export interface PinClients extends StandingClients {
  readonly deployments: Deployments;
  readonly bucket: Bucket;
}

/** Next step of a pin: make, drop or execute its change set, or cancel the undone update. */
type PinStep = ChangeSetStep | { readonly ask: 'execute' | 'cancel' };

/** Key of a pin's template, for CloudFormation to read and for a person to apply. */
export function pinTemplateKey(incidentId: string, attempt: number, stack: string): string {
  return `templates/pins/${incidentId}/${attempt}/${stack}.template`;
}

/**
 * Pins a stack: brings it to rest, then gives each restored alias the literal number of its users' version. CloudFormation's
 * own rollbacks restore its last state, and the team's next deployment takes that state for the current version; after a
 * traffic rollback that state is the bad version.
 *
 * A change set is read before it is executed: if it would change anything but these aliases, the stack is left alone.
 *
 * The update has no rollback triggers: an alarm caused by the bad release would roll the stack back to it. A stack without a
 * service role gets the one in the catalog; if that role is refused, the stack is pinned without it.
 *
 * An update of the undone release that is still under way, and none of whose deployments failed, is cancelled: nothing else
 * ends it, and the stack then rolls back by itself.
 */
export function stackPinTarget(clients: PinClients): TargetAdapter<StackPinPlan> {
  const { stacks, aliases, stateMachineAliases, deployments, bucket } = clients;

  async function read(plan: StackPinPlan, context: TargetContext): Promise<Standing> {
    return (await find(plan, context)).standing;
  }

  async function find(plan: StackPinPlan, context: TargetContext): Promise<Found<PinStep>> {
    const found = await standingOf(clients, plan, context);
    if ('standing' in found) return found;
    const { stack, history } = found;
    if (history.token === tokenOf(context, 'pin')) {
      if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE')
        return restored(`stack ${stack.name} is pinned${afterPin(plan, stack)}`);
      throw new TargetNotRestored(
        `The pin of stack ${stack.name} failed and was rolled back by CloudFormation${whyRolledBack(history)}.`,
      );
    }
    for (const group of plan.groups) {
      const [running] = await deployments.running(group);
      if (running) {
        return moving(`stack ${stack.name} waits for deployment ${running.id}, which is ${running.status}`);
      }
    }
    const { name } = stack;
    return standingByChangeSet<PinStep>(
      stacks,
      name,
      changeSetName(context),
      wordsOf(name),
      async (changes) => {
        // Rollback triggers alone may count as a change.
        if (changes.length === 0) return restored(wordsOf(name).unchanged);
        const objections = objectionsToPin(changes, new Set((await pinsOf(plan)).keys()));
        if (objections.length > 0)
          throw left(`Stack ${name} is not pinned, because more would change`, objections);
        return stranded(`stack ${name} is ready to be pinned`, { ask: 'execute' });
      },
    );
  }

  async function take({ ask }: PinStep, plan: StackPinPlan, context: TargetContext): Promise<Standing> {
    const { stack } = plan;
    switch (ask) {
      case 'make':
        return makeChangeSet(plan, context);
      case 'drop':
        return dropChangeSet(stacks, stack, changeSetName(context));
      case 'execute':
        return requested(
          await stacks.executeChangeSet(stack, changeSetName(context), tokenOf(context, 'pin')),
          `stack ${stack} is being pinned to the versions that users are on`,
        );
      case 'cancel':
        return requested(
          await stacks.cancelUpdate(stack, tokenOf(context, 'cancel')),
          `the update of stack ${stack} to the bad release cancelled`,
        );
    }
  }

  async function makeChangeSet(plan: StackPinPlan, context: TargetContext): Promise<Standing> {
    const stack = await stacks.describe(plan.stack);
    const template = parseTemplate(await stacks.processedTemplate(stack.name));
    const key = pinTemplateKey(context.incidentId, context.attempt, stack.name);
    await bucket.write(key, templateText(pinTemplate(template, await pinsOf(plan))), 'text/plain');
    const parameters = stack.parameters.map((parameter) => ({ key: parameter.key }));
    const goal = { stack: stack.name, templateUrl: bucket.url(key), parameters, triggers: noTriggers };
    const roleArn = passedRole(plan, stack, context);
    try {
      await stacks.createChangeSet({ ...goal, roleArn }, changeSetName(context));
    } catch (error) {
      if (roleArn === undefined || !isRoleRefused(error)) throw error;
      // Our own rights are enough to move aliases. The rest reports why the role was refused.
      await stacks.createChangeSet(goal, changeSetName(context));
    }
    return { is: 'moving', detail: `asked CloudFormation what it changes to pin stack ${stack.name}` };
  }

  /** The current routing of the users, by logical id of each alias of the plan that the stack has. */
  async function pinsOf({
    stack,
    aliases: planned,
    machineAliases = [],
  }: StackPinPlan): Promise<ReadonlyMap<string, Pin>> {
    const ids = await stacks.physicalIds(stack);
    const pins = new Map<string, Pin>();
    for (const { function: name, alias } of planned) {
      // A function URL of an alias has the same physical id as the alias: only aliases are pinned.
      const found = idsOfAlias(ids, name, alias);
      if (found.length === 0) continue;
      const { version } = await aliases.get(name, alias);
      for (const logicalId of found) pins.set(logicalId, { version });
    }
    for (const { stateMachine, alias } of machineAliases) {
      const own = [...ids].find(([, physicalId]) => physicalId === `${stateMachine}:${alias}`);
      const routes = own && (await stateMachineAliases.find({ stateMachine, alias }));
      if (routes) pins.set(own[0], { stateMachine, routes });
    }
    return pins;
  }

  /** The undone release's own update, if it is under way and nothing else ends it. */
  async function cancellable(plan: StackPinPlan): Promise<Found<PinStep> | undefined> {
    if (!plan.deployments) return undefined;
    const { status, roleArn } = await stacks.describe(plan.stack);
    // Its rollback would run with our rights.
    if (status !== 'UPDATE_IN_PROGRESS' || !roleArn) return undefined;
    const history = await stacks.history(plan.stack);
    if (isStackToken(history.token) || !leadsBack(plan, history)) return undefined;
    // Its rollback would delete these resources. Left alone, the update ends by itself.
    if (holdersOf(history).length > 0) return undefined;
    for (const id of plan.deployments) {
      if ((await deployments.get(id)).status !== 'Succeeded') return undefined;
    }
    return stranded(`stack ${plan.stack} is still being updated to the bad release`, { ask: 'cancel' });
  }

  async function start(plan: StackPinPlan, context: ChangeContext): Promise<Standing> {
    const { standing, step } = (await cancellable(plan)) ?? (await find(plan, context));
    if (!step) return standing;
    await context.beforeChange(step.ask);
    if (isSettling(step)) return settle(clients, plan, step, context);
    return leftWhereRefused(`Stack ${plan.stack} is not pinned`, () => take(step, plan, context));
  }

  return { read, start };
}

function wordsOf(stack: string): ChangeSetWords {
  return {
    name: `the change set that pins stack ${stack}`,
    before: `stack ${stack} is not pinned`,
    unchanged: `stack ${stack} has the versions that users are on already`,
    failed: `Stack ${stack} is not pinned`,
  };
}

function changeSetName({ incidentId, attempt }: TargetContext): string {
  return stackToken(incidentId, attempt, 'pin');
}
