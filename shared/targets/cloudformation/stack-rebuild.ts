import type { StackState } from '../../aws/stacks.ts';
import { TargetNotRestored } from '../../errors.ts';
import { namesIn, rebuildTemplate } from '../../stack/rebuild-template.ts';
import { parseTemplate, type StackTemplate } from '../../stack/stack-template.ts';
import { goneInWords, numberOf } from '../built-versions.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from '../target-adapter.ts';
import type { StackClients } from './adapter.ts';
import { GuardedUpdate, savedParameters, type UpdateStep } from './guarded-update.ts';
import { leftUnlessNeeded } from './left-stack.ts';
import type { StackRebuildPlan } from './shapes.ts';
import { hasRights, passedRole } from './stack-role.ts';
import { type Found, isSettling, named, restored, settle, standingOf, tokenOf } from './stack-standing.ts';
import { noTriggers } from './stack-triggers.ts';
import { afterPin } from './verify-stack.ts';

/** The numbers of a plan's versions in words, or the problem of the first missing one. */
type Built = { readonly detail: string } | { readonly problem: string };

/**
 * Rebuilds code whose version is gone: the stack publishes it from the functions of the saved template. No alias moves: the
 * digests of the new versions are read first, and the aliases go to them as to any other version. So a failed rebuild is
 * rolled back without affecting a user.
 *
 * A rebuild is never left alone on purpose: without it the service is not back, so every refusal is a failure.
 */
export function stackRebuildTarget(clients: Omit<StackClients, 'signals'>): TargetAdapter<StackRebuildPlan> {
  const { stacks, aliases, bucket } = clients;
  const guarded: GuardedUpdate<StackRebuildPlan> = new GuardedUpdate(clients, {
    step: 'rebuild',
    template: templateOf,
    builtBy: ({ builds }) => new Set(builds.map(({ versionId }) => versionId)),
    parameters: ({ snapshot, builds }, stack, template) => {
      const taken = builds.flatMap(({ functionId, versionId }) => [functionId, versionId]);
      const names = namesIn(taken.map((logicalId) => template.Resources[logicalId]));
      return savedParameters(snapshot, stack, template, (key) => names.has(key));
    },
    // An alarm caused by the bad release would undo the update; the rest restores the triggers.
    settings: async (plan, stack, context) => ({
      ...(plan.triggers && { triggers: noTriggers }),
      roleArn: passedRole(plan, stack, context),
    }),
    words: ({ stack: name, builds }) => ({
      changeSet: {
        name: `the change set that builds code anew in stack ${name}`,
        before: `stack ${name} has not built the code anew`,
        unchanged: `stack ${name} has nothing to build`,
        failed: `Stack ${name} cannot build the code anew`,
      },
      asked: `asked CloudFormation what building the code anew changes of stack ${name}`,
      ready: `stack ${name} is ready to build the code anew`,
      began: `stack ${name} builds the code anew from its saved template, because ${goneInWords({ builds })}`,
    }),
    stays: (name) => `Stack ${name} cannot build the code anew`,
  });

  async function find(plan: StackRebuildPlan, context: TargetContext): Promise<Found<UpdateStep>> {
    const found = await standingOf(clients, plan, context);
    if ('standing' in found) return found;
    const { stack, history } = found;
    const built = await builtOf(plan);
    if ('detail' in built) return restored(built.detail + afterPin(plan, stack));
    if (history.token === tokenOf(context, 'rebuild')) {
      throw new TargetNotRestored(
        stack.status === 'UPDATE_ROLLBACK_COMPLETE'
          ? `Stack ${stack.name} could not build the code anew, and CloudFormation rolled that back${named(history.failures)}. ` +
              `No alias was moved. ${byHand}`
          : `Stack ${stack.name} was updated to build the code anew, but ${built.problem}. No alias was moved. ${byHand}`,
      );
    }
    if (!hasRights(plan, stack, context)) {
      throw new TargetNotRestored(
        `Stack ${stack.name} has no service role: an update of ours would run with the coordinator's rights. ${byHand}`,
      );
    }
    const standing = await guarded.find(plan, stack, context);
    if (standing.standing.is !== 'restored') return standing;
    throw new TargetNotRestored(`${standing.standing.detail}, but ${built.problem}. ${byHand}`);
  }

  async function builtOf({ stack, builds }: StackRebuildPlan): Promise<Built> {
    const ids = await stacks.physicalIds(stack);
    const found: string[] = [];
    for (const { function: name, version, versionId, codeSha256 } of builds) {
      const number = numberOf(ids.get(versionId));
      const code = number === undefined ? undefined : await aliases.codeOf(name, number);
      if (number === undefined || code === undefined)
        return { problem: `${versionId} is no version of ${name} that exists` };
      if (code !== codeSha256) {
        return {
          problem: `version ${number} of ${name} has other code than version ${version} had (${code} instead of ${codeSha256}): its code object was overwritten`,
        };
      }
      found.push(`version ${number} of ${name} has the code of version ${version}, which is gone`);
    }
    return { detail: found.join('; ') };
  }

  async function templateOf(
    { snapshot, builds }: StackRebuildPlan,
    stack: StackState,
    live: StackTemplate,
  ): Promise<StackTemplate> {
    const text = snapshot.processedKey === undefined ? undefined : await bucket.read(snapshot.processedKey);
    if (text === undefined) {
      throw new TargetNotRestored(`The saved template of stack ${stack.name} is gone meanwhile. ${byHand}`);
    }
    return rebuildTemplate(parseTemplate(text), live, builds);
  }

  async function takeStep(plan: StackRebuildPlan, context: ChangeContext): Promise<Standing> {
    const { standing, step } = await find(plan, context);
    if (!step) return standing;
    await context.beforeChange(step.ask);
    if (isSettling(step)) return settle(clients, plan, step, context);
    return guarded.take(step, plan, context);
  }

  async function read(plan: StackRebuildPlan, context: TargetContext): Promise<Standing> {
    return leftUnlessNeeded(byHand, async () => (await find(plan, context)).standing);
  }

  async function start(plan: StackRebuildPlan, context: ChangeContext): Promise<Standing> {
    return leftUnlessNeeded(byHand, () => takeStep(plan, context));
  }

  return { read, start };
}

/** Advice if the coordinator cannot build the code. */
const byHand = 'Deploy the code of that release anew.';
