import type { Bucket } from '../aws/bucket.ts';
import { type Deployments, isActive } from '../aws/deployments.ts';
import type { StackState } from '../aws/stacks.ts';
import { TargetLeft, TargetNotRestored } from '../errors.ts';
import { objectionsToPin } from '../stack/change-set.ts';
import { pinTemplate } from '../stack/pin-template.ts';
import { parseTemplate, templateText } from '../stack/stack-template.ts';
import { isDenied, left } from './left-stack.ts';
import { isStackToken, stackToken } from './rollback-marker.ts';
import type { StackPinPlan } from './service-plan.ts';
import {
  type Found,
  leadsBack,
  moving,
  named,
  requested,
  restored,
  type StandingClients,
  standingOf,
  stranded,
  takeStep,
  tokenOf,
} from './stack-standing.ts';
import type { Standing, TargetAdapter, TargetContext } from './target-adapter.ts';

/** What the adapter needs of AWS. */
export interface PinClients extends StandingClients {
  readonly deployments: Deployments;
  readonly bucket: Bucket;
}

/** Where the template of a pin is kept, for CloudFormation to read and for a person to apply. */
export function pinTemplateKey(incidentId: string, attempt: number, stack: string): string {
  return `templates/pins/${incidentId}/${attempt}/${stack}.template`;
}

/**
 * Pins a stack: brings it to rest, then gives each alias that was restored the literal number of the version that its
 * users are on. CloudFormation's last state decides what its own rollbacks restore, and what the team's next deployment
 * takes for the current version; after a traffic rollback that state is the bad version.
 *
 * A change set is read before it is executed: where it would change anything but these aliases the stack is left.
 *
 * The update of the undone release that is still under way, and none of whose deployments failed, is cancelled: nothing
 * else ends it, and it takes the stack back by itself.
 */
export function stackPinTarget(clients: PinClients): TargetAdapter<StackPinPlan> {
  const { stacks, aliases, deployments, bucket } = clients;

  async function read(plan: StackPinPlan, context: TargetContext): Promise<Standing> {
    return (await find(plan, context)).standing;
  }

  async function find(plan: StackPinPlan, context: TargetContext): Promise<Found> {
    const found = await standingOf(clients, plan, context);
    if ('standing' in found) return found;
    const { stack, history } = found;
    if (history.token === tokenOf(context, 'pin')) {
      if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE') return restored(`stack ${stack.name} is pinned`);
      throw new TargetNotRestored(
        `The pin of stack ${stack.name} failed and was rolled back by CloudFormation${named(history.failures)}.`,
      );
    }
    for (const group of plan.groups) {
      const [running] = (await deployments.listSince(group, 0)).filter(isActive);
      if (running) {
        return moving(`stack ${stack.name} waits for deployment ${running.id}, which is ${running.status}`);
      }
    }
    return fromChangeSet(plan, stack, context);
  }

  async function fromChangeSet(
    plan: StackPinPlan,
    stack: StackState,
    context: TargetContext,
  ): Promise<Found> {
    const name = changeSetName(context);
    const changeSet = await stacks.changeSet(stack.name, name);
    if (!changeSet) {
      return stranded(`stack ${stack.name} is not pinned`, () =>
        leftWhereDenied(stack, () => makeChangeSet(plan, stack, context)),
      );
    }
    switch (changeSet.is) {
      case 'making':
        return moving(`the change set that pins stack ${stack.name} is being made`);
      case 'empty':
        return restored(`stack ${stack.name} has the versions that users are on already`);
      case 'unusable':
        return stranded(
          `the change set that pins stack ${stack.name} is of no use: ${changeSet.reason}`,
          async () => {
            await stacks.deleteChangeSet(stack.name, name);
            return { is: 'stranded', detail: `a change set of stack ${stack.name} was out of date` };
          },
        );
      case 'ready': {
        const objections = objectionsToPin(changeSet.changes, new Set((await pinsOf(plan)).keys()));
        if (objections.length > 0)
          throw left(`Stack ${stack.name} is not pinned, because more would change`, objections);
        return stranded(`stack ${stack.name} is ready to be pinned`, () =>
          leftWhereDenied(stack, async () =>
            requested(
              await stacks.executeChangeSet(stack.name, name, tokenOf(context, 'pin')),
              `stack ${stack.name} is being pinned to the versions that users are on`,
            ),
          ),
        );
      }
    }
  }

  async function makeChangeSet(
    plan: StackPinPlan,
    stack: StackState,
    context: TargetContext,
  ): Promise<Standing> {
    const template = parseTemplate(await stacks.processedTemplate(stack.name));
    const key = pinTemplateKey(context.incidentId, context.attempt, stack.name);
    await bucket.write(key, templateText(pinTemplate(template, await pinsOf(plan))), 'text/plain');
    const parameters = stack.parameters.map((parameter) => ({ key: parameter.key }));
    await stacks.createChangeSet(
      { stack: stack.name, templateUrl: bucket.url(key), parameters },
      changeSetName(context),
    );
    return { is: 'moving', detail: `asked CloudFormation what it changes to pin stack ${stack.name}` };
  }

  /** The version that users are on, by logical id of each alias of the plan that the stack has. */
  async function pinsOf({ stack, aliases: planned }: StackPinPlan): Promise<ReadonlyMap<string, string>> {
    const ids = await stacks.physicalIds(stack);
    const pins = new Map<string, string>();
    for (const { function: name, alias } of planned) {
      const [logicalId] = [...ids].find(([, id]) => id.endsWith(`:function:${name}:${alias}`)) ?? [];
      if (logicalId !== undefined) pins.set(logicalId, (await aliases.get(name, alias)).version);
    }
    return pins;
  }

  /** The undone release's own update that is under way and that nothing else ends. */
  async function cancellable(plan: StackPinPlan, context: TargetContext): Promise<Found | undefined> {
    if (!plan.deployments) return undefined;
    const { status, roleArn } = await stacks.describe(plan.stack);
    // Its rollback would act with our rights.
    if (status !== 'UPDATE_IN_PROGRESS' || !roleArn) return undefined;
    const history = await stacks.history(plan.stack);
    if (isStackToken(history.token) || !leadsBack(plan, history)) return undefined;
    for (const id of plan.deployments) {
      if ((await deployments.get(id)).status !== 'Succeeded') return undefined;
    }
    return stranded(`stack ${plan.stack} is still being updated to the bad release`, async () =>
      requested(
        await stacks.cancelUpdate(plan.stack, tokenOf(context, 'cancel')),
        `the update of stack ${plan.stack} to the bad release cancelled`,
      ),
    );
  }

  return {
    read,
    start: async (plan, context) =>
      takeStep((await cancellable(plan, context)) ?? (await find(plan, context)), context),
  };
}

function changeSetName({ incidentId, attempt }: TargetContext): string {
  return stackToken(incidentId, attempt, 'pin');
}

/** CloudFormation refuses an update whose caller, or role, may not make it: the stack stays as it is. */
async function leftWhereDenied(stack: StackState, act: () => Promise<Standing>): Promise<Standing> {
  try {
    return await act();
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new TargetLeft(`Stack ${stack.name} is not pinned: ${(error as Error).message}`);
  }
}
