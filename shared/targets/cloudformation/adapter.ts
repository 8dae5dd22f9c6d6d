import type { Bucket } from '../../aws/bucket.ts';
import type { Signals } from '../../aws/signals.ts';
import type { StackHistory } from '../../aws/stack-history.ts';
import type { StackState } from '../../aws/stacks.ts';
import { TargetLeft, TargetNotRestored } from '../../errors.ts';
import { restTemplate } from '../../stack/rest-template.ts';
import { parseTemplate, type StackTemplate } from '../../stack/stack-template.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from '../target-adapter.ts';
import { GuardedUpdate, savedParameters, type UpdateStep } from './guarded-update.ts';
import { left, leftUnlessNeeded } from './left-stack.ts';
import type { StackPlan } from './shapes.ts';
import { hasRights, passedRole } from './stack-role.ts';
import {
  type Found,
  isSettling,
  restored,
  type StandingClients,
  settle,
  standingOf,
  tokenOf,
  whyRolledBack,
} from './stack-standing.ts';
import {
  lackedSincePin,
  lackedTriggers,
  noTriggers,
  readTriggers,
  triggersAfter,
  triggersInWords,
} from './stack-triggers.ts';

/** AWS clients of the adapter. */
export interface StackClients extends StandingClients {
  readonly bucket: Bucket;
  readonly signals: Signals;
}

/**
 * Brings the rest of a stack to its saved template, once its aliases are pinned, or before they move: the functions' code
 * and configuration, their roles, routes, rules. Nothing is published and no alias moves. A stack without a service role is
 * left alone, because CloudFormation would act with our rights, unless the catalog names a role to attach.
 *
 * The update restores the rollback triggers that the pin removed. It waits while one of them rings: it is not documented
 * whether such a trigger rolls an update back. The result of a stack that is left alone names the settings that its next
 * release lacks.
 *
 * An update before the traffic has no rollback triggers: they ring as long as users are on the bad release, and users wait
 * for the update.
 *
 * A stack that the catalog does not name as a target is only waited for.
 */
export function stackTarget(clients: StackClients): TargetAdapter<StackPlan> {
  const { stacks, aliases, bucket, signals } = clients;
  const guarded: GuardedUpdate<StackPlan> = new GuardedUpdate(clients, {
    step: 'rest',
    template: restOf,
    parameters: ({ snapshot }, stack, template) => savedParameters(snapshot, stack, template, () => true),
    settings: async (plan, stack, context) => ({
      triggers:
        plan.triggers &&
        (plan.beforeTraffic ? noTriggers : (await readTriggers(signals, plan.triggers)).triggers),
      roleArn: passedRole(plan, stack, context),
    }),
    words: (_, { name, status }) => ({
      changeSet: {
        name: `the change set of the rest of stack ${name}`,
        before: `stack ${name} is ${status} on the template of the bad release`,
        unchanged: `stack ${name} has the saved template already`,
        failed: `The saved template of stack ${name} is not applied`,
      },
      asked: `asked CloudFormation what the saved template changes of stack ${name}`,
      ready: `stack ${name} is ready for its saved template`,
      began: `stack ${name} is being updated to the saved template`,
    }),
    stays: (name) => `Stack ${name} stays pinned`,
  });

  async function find(plan: StackPlan, context: TargetContext): Promise<Found<UpdateStep>> {
    return sayingWhatIsLacked(plan, () => findRest(plan, context));
  }

  /** An error that stops the rest leaves the stack only pinned. */
  async function sayingWhatIsLacked<T>(plan: StackPlan, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof TargetLeft || error instanceof TargetNotRestored)) throw error;
      const [lacked = '', ...more] = await lackedSincePin(stacks, plan);
      if (lacked === '') throw error;
      const message = [error.message, lacked, ...more].join(' ');
      throw error instanceof TargetLeft ? new TargetLeft(message) : new TargetNotRestored(message);
    }
  }

  async function findRest(plan: StackPlan, context: TargetContext): Promise<Found<UpdateStep>> {
    const found = await standingOf(clients, plan, context);
    if ('standing' in found) return found;
    const { stack, history } = found;
    if (history.token === tokenOf(context, 'rest')) {
      if (stack.status !== 'UPDATE_ROLLBACK_COMPLETE') {
        return withTriggers(
          plan,
          stack,
          `stack ${stack.name} updated to the saved template (${stack.status})`,
        );
      }
      throw new TargetNotRestored(
        `The update of stack ${stack.name} to the saved template failed and was rolled back by CloudFormation ` +
          `(${stack.status})${whyRolledBack(history)}.`,
      );
    }
    if (!hasRights(plan, stack, context)) {
      throw new TargetLeft(
        `Stack ${stack.name} has no service role: an update of ours would run with the coordinator's rights. ` +
          'Somebody who may deploy it has to apply the rest of the saved template.',
      );
    }
    const next = await guarded.find(plan, stack, context);
    if (next.standing.is === 'restored') return withTriggers(plan, stack, next.standing.detail);
    if (next.step?.ask !== 'update' || !plan.triggers || plan.beforeTraffic) return next;
    const { ringing } = await readTriggers(signals, plan.triggers);
    return ringing.length > 0 ? waitForAlarms(stack.name, ringing, history, context) : next;
  }

  /** Adds to the result of our last update whether the rollback triggers are back. */
  async function withTriggers(
    plan: StackPlan,
    stack: StackState,
    detail: string,
  ): Promise<Found<UpdateStep>> {
    const lacked = lackedTriggers(plan, stack);
    if (!lacked || plan.beforeTraffic) return restored(detail + triggersAfter(plan, stack));
    const { triggers } = await readTriggers(signals, lacked);
    if (triggers.alarms.length > 0 || lacked.alarms.length === 0) {
      throw left(`Stack ${stack.name} has its saved template, and not its rollback triggers`, [
        triggersInWords(triggers),
      ]);
    }
    return restored(detail + triggersAfter(plan, stack));
  }

  async function restOf(
    { snapshot }: StackPlan,
    stack: StackState,
    live: StackTemplate,
  ): Promise<StackTemplate> {
    const key = snapshot?.processedKey;
    const text = key === undefined ? undefined : await bucket.read(key);
    if (text === undefined) {
      throw new TargetLeft(
        `Stack ${stack.name} holds the template of the bad release, and the ledger has no earlier one saved that could be applied.`,
      );
    }
    const saved = parseTemplate(text);
    const versions = await versionsOf(stack.name, saved);
    const made = restTemplate(saved, live, (alias) => versions.get(alias));
    if ('unresolved' in made) {
      throw left(
        `The saved template of stack ${stack.name} is not applied, because it refers to versions that are gone`,
        made.unresolved,
      );
    }
    return made.template;
  }

  /** The current version of each alias of a template, by logical id. */
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

  async function takeStep(plan: StackPlan, context: ChangeContext): Promise<Standing> {
    const { standing, step } = await find(plan, context);
    if (!step) return standing;
    await context.beforeChange(step.ask);
    if (isSettling(step)) return settle(clients, plan, step, context);
    return sayingWhatIsLacked(plan, async () => {
      const taken = await guarded.take(step, plan, context);
      if (taken.is !== 'restored') return taken;
      return (await withTriggers(plan, await stacks.describe(plan.stack), taken.detail)).standing;
    });
  }

  async function read(plan: StackPlan, context: TargetContext): Promise<Standing> {
    return leftUnlessNeeded(neededBy(plan), async () => (await find(plan, context)).standing);
  }

  async function start(plan: StackPlan, context: ChangeContext): Promise<Standing> {
    return leftUnlessNeeded(neededBy(plan), () => takeStep(plan, context));
  }

  return { read, start };
}

/** An alarm caused by the bad release is quiet within minutes of the users being back. */
const patienceMs = 30 * 60_000;

/** @throws TargetLeft if the alarms have rung for so long that the undone release cannot be the cause */
function waitForAlarms(
  stack: string,
  ringing: readonly string[],
  { beganAt = 0 }: StackHistory,
  { now, plannedAt }: TargetContext,
): Found<UpdateStep> {
  if (now - Math.max(beganAt, plannedAt) > patienceMs) {
    throw left(
      `Stack ${stack} stays pinned, because its rollback triggers ring and would undo the update`,
      ringing,
    );
  }
  const detail = `the rest of stack ${stack} waits until its rollback triggers are out of ALARM: ${ringing.join(', ')}`;
  return { standing: { is: 'blocked', detail } };
}

function neededBy({ neededFor }: StackPlan): string | undefined {
  return neededFor && `The targets that wait for it cannot serve without it: ${neededFor.join('; ')}.`;
}
