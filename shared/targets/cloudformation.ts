import type { Bucket } from '../aws/bucket.ts';
import { isAtRest, type StackState, type Stacks } from '../aws/stacks.ts';
import { TargetLeft, TargetNotRestored } from '../errors.ts';
import { restTemplate } from '../stack/rest-template.ts';
import { parseTemplate, type StackTemplate } from '../stack/stack-template.ts';
import { GuardedUpdate, savedParameters, type UpdateStep } from './guarded-update.ts';
import { left, leftWhereRefused } from './left-stack.ts';
import type { StackPlan } from './service-plan.ts';
import {
  type Found,
  isSettling,
  named,
  restored,
  type StandingClients,
  settle,
  standingOf,
  stuck,
  tokenOf,
} from './stack-standing.ts';
import { stacksInTheWay } from './stacks-in-the-way.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from './target-adapter.ts';

/** What the adapter needs of AWS. */
export interface StackClients extends StandingClients {
  readonly bucket: Bucket;
}

/**
 * Brings the rest of a stack to its saved template, once its aliases are pinned, or before they move: the functions' code
 * and configuration, their roles, routes, rules. Nothing is published and no alias moves. Nothing that may hold data is changed, replaced or
 * removed: a change set is read first, and the update runs under a stack policy that denies the rest. A stack without a
 * service role is left, because CloudFormation would act with our rights.
 *
 * A stack that the catalog does not name as a target is only waited for.
 */
export function stackTarget(clients: StackClients): TargetAdapter<StackPlan> {
  const { stacks, aliases, bucket } = clients;
  const guarded: GuardedUpdate<StackPlan> = new GuardedUpdate(clients, {
    step: 'rest',
    takesBackNew: false,
    published: () => new Set(),
    parameters: ({ snapshot }, stack, template) =>
      savedParameters(
        snapshot?.kind === 'cloudformation' ? snapshot : undefined,
        stack,
        template,
        () => true,
      ),
    words: {
      update: (name) => `the rest of stack ${name}`,
      before: ({ name, status }) => `stack ${name} is ${status} on the template of the bad release`,
      asked: (name) => `asked CloudFormation what the saved template changes of stack ${name}`,
      ready: (name) => `stack ${name} is ready for its saved template`,
      began: ({ stack }) => `stack ${stack} is being updated to the saved template`,
      there: (name) => `stack ${name} has the saved template already`,
      notMade: (name) => `The saved template of stack ${name} is not applied`,
      refused: (name) => `Stack ${name} stays pinned, because going back may lose or replace something`,
    },
  });

  async function find(plan: StackPlan, context: TargetContext): Promise<Found<UpdateStep>> {
    const found = await standingOf(clients, plan, context);
    if ('standing' in found) return found;
    const { stack, history } = found;
    if (history.token === tokenOf(context, 'rest')) {
      if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE') {
        return restored(`stack ${stack.name} updated to the saved template (${stack.status})`);
      }
      throw new TargetNotRestored(
        `The update of stack ${stack.name} to the saved template failed and was rolled back by CloudFormation ` +
          `(${stack.status})${named(history.failures)}.`,
      );
    }
    if (!stack.roleArn && !context.byDeployer) {
      throw new TargetLeft(
        `Stack ${stack.name} has no service role: an update of ours would run with the coordinator's rights. ` +
          'Somebody who may deploy it has to apply the rest of the saved template.',
      );
    }
    return guarded.find(plan, stack, context);
  }

  async function restOf({ snapshot }: StackPlan, stack: StackState): Promise<StackTemplate> {
    const key = snapshot?.kind === 'cloudformation' ? snapshot.processedKey : undefined;
    const text = key === undefined ? undefined : await bucket.read(key);
    if (text === undefined) {
      throw new TargetLeft(
        `Stack ${stack.name} holds the template of the bad release, and the ledger has no earlier one saved that could be applied.`,
      );
    }
    const saved = parseTemplate(text);
    const live = parseTemplate(await stacks.processedTemplate(stack.name));
    const versions = await versionsOf(stack.name, saved);
    const made = restTemplate(saved, live, (alias) => versions.get(alias));
    if ('unresolved' in made) {
      throw left(
        `The saved template of stack ${stack.name} is not applied, because it refers to versions that are gone`,
        made.unresolved,
      );
    }
    const others = await stacksInTheWay(stacks, stack, { snapshot }, { from: live, to: made.template });
    if (others.length > 0) throw left(`Stack ${stack.name} stays pinned, because of other stacks`, others);
    return made.template;
  }

  /** The version that each alias of a template is on, by logical id. */
  async function versionsOf(
    stack: string,
    { Resources }: StackTemplate,
  ): Promise<ReadonlyMap<string, string>> {
    const ids = await stacks.physicalIds(stack);
    const versions = new Map<string, string>();
    for (const [logicalId, { Type }] of Object.entries(Resources)) {
      const [, name, alias] = /:function:([^:]+):([^:]+)$/.exec(ids.get(logicalId) ?? '') ?? [];
      if (Type !== 'AWS::Lambda::Alias' || name === undefined || alias === undefined) continue;
      versions.set(logicalId, (await aliases.get(name, alias)).version);
    }
    return versions;
  }

  async function start(plan: StackPlan, context: ChangeContext): Promise<Standing> {
    const { standing, step } = await find(plan, context);
    if (!step) return standing;
    await context.beforeChange(step.ask);
    if (isSettling(step)) return settle(clients, plan, step, context);
    return leftWhereRefused(`Stack ${plan.stack} stays pinned`, () =>
      guarded.take(step, plan, context, (stack) => restOf(plan, stack)),
    );
  }

  return {
    read: (plan, context) => leftOnlyAlone(plan, async () => (await find(plan, context)).standing),
    start: (plan, context) => leftOnlyAlone(plan, () => start(plan, context)),
  };
}

/**
 * A stack that is left stops nothing else, unless what follows cannot serve without it.
 *
 * @throws TargetNotRestored in place of TargetLeft where something waits for the stack
 */
async function leftOnlyAlone<T>({ neededFor }: StackPlan, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TargetLeft) || !neededFor) throw error;
    throw new TargetNotRestored(
      `${error.message} What waits for it cannot serve without it: ${neededFor.join('; ')}.`,
    );
  }
}

/**
 * Reads the stack once more and says how it is.
 *
 * @throws TargetNotRestored when it is not at rest
 */
export async function verifyStack(
  stacks: Stacks,
  { stack: name }: Pick<StackPlan, 'stack'>,
): Promise<string> {
  const stack = await stacks.describe(name);
  if (!isAtRest(stack)) throw stuck(stack);
  return `stack ${name} is ${stack.status}`;
}
