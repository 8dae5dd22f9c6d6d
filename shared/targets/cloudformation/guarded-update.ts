import type { Bucket } from '../../aws/bucket.ts';
import type { StackGoal, StackState, Stacks } from '../../aws/stacks.ts';
import { TargetNotRestored } from '../../errors.ts';
import { objectionsToUpdate, removedBy } from '../../stack/change-set.ts';
import { guardingPolicy } from '../../stack/guarding-policy.ts';
import { parseTemplate, type StackTemplate, templateText } from '../../stack/stack-template.ts';
import { stackToken } from '../rollback-marker.ts';
import type { Standing, TargetContext } from '../target-adapter.ts';
import { left, leftWhereRefused } from './left-stack.ts';
import type { StackSnapshot } from './shapes.ts';
import {
  type ChangeSetStep,
  type ChangeSetWords,
  dropChangeSet,
  standingByChangeSet,
} from './stack-change-set.ts';
import { type Found, requested, stranded, tokenOf } from './stack-standing.ts';
import { stacksInTheWay } from './stacks-in-the-way.ts';

/** Next step of a guarded update: make or drop its change set, or execute the update. */
export type UpdateStep =
  | ChangeSetStep
  | {
      readonly ask: 'update';
      /** Logical ids of the resources that the change set removes. */
      readonly removed: readonly string[];
    };

/** A guarded update: its content and its words. */
export interface UpdateOf<Plan> {
  /** The part of the rollback that the update is; once in an attempt. */
  readonly step: 'rest' | 'rebuild';
  /**
   * The template that the stack gets.
   *
   * @param live the template that it has
   * @throws TargetLeft, TargetNotRestored
   */
  template(plan: Plan, stack: StackState, live: StackTemplate): Promise<StackTemplate>;
  /**
   * Logical ids of the versions that the update publishes; left out, none. A failed update that publishes also deletes
   * resources that it created and the template says to retain: a remaining version would keep Lambda from publishing the
   * same code at the next try.
   */
  builtBy?(plan: Plan): ReadonlySet<string>;
  /** The parameters of that template. */
  parameters(plan: Plan, stack: StackState, template: StackTemplate): StackGoal['parameters'];
  /** The role that CloudFormation gets, and the rollback triggers of the stack from then on. */
  settings(
    plan: Plan,
    stack: StackState,
    context: TargetContext,
  ): Promise<Pick<StackGoal, 'triggers' | 'roleArn'>>;
  words(plan: Plan, stack: StackState): UpdateWords;
  /** The consequence for a stack whose update must not run, such as `Stack shop-orders stays pinned`; the reason follows. */
  stays(stack: string): string;
}

/** Words for an update of a stack. */
export interface UpdateWords {
  readonly changeSet: ChangeSetWords;
  /** After the change set was requested. */
  readonly asked: string;
  readonly ready: string;
  /** After the update was requested. */
  readonly began: string;
}

/**
 * An update of a stack in steps. It changes nothing that may hold data, and replaces and removes nothing else: a change set
 * is made and read first, and the update runs under a stack policy that denies the rest.
 */
export class GuardedUpdate<Plan extends { readonly stack: string }> {
  readonly #stacks: Stacks;
  readonly #bucket: Bucket;
  readonly #of: UpdateOf<Plan>;

  constructor({ stacks, bucket }: { readonly stacks: Stacks; readonly bucket: Bucket }, of: UpdateOf<Plan>) {
    this.#stacks = stacks;
    this.#bucket = bucket;
    this.#of = of;
  }

  /**
   * The progress of the update, from its change set.
   *
   * @throws TargetLeft if the change set cannot be made, or shows a forbidden change
   */
  find(plan: Plan, stack: StackState, context: TargetContext): Promise<Found<UpdateStep>> {
    const { changeSet, ready } = this.#of.words(plan, stack);
    const name = this.#changeSetName(context);
    return standingByChangeSet<UpdateStep>(this.#stacks, stack.name, name, changeSet, (changes) => {
      const objections = objectionsToUpdate(changes, this.#of.builtBy?.(plan));
      if (objections.length > 0) {
        const stays = this.#of.stays(stack.name);
        throw left(`${stays}, because going back may lose or replace something`, objections);
      }
      return stranded(ready, { ask: 'update', removed: removedBy(changes) });
    });
  }

  /**
   * Takes a step of the update.
   *
   * @throws TargetLeft if AWS refuses it for good, or another stack is in the way
   */
  take(step: UpdateStep, plan: Plan, context: TargetContext): Promise<Standing> {
    return leftWhereRefused(this.#of.stays(plan.stack), () => {
      switch (step.ask) {
        case 'make':
          return this.#makeChangeSet(plan, context);
        case 'drop':
          return dropChangeSet(this.#stacks, plan.stack, this.#changeSetName(context));
        case 'update':
          return this.#update(plan, step.removed, context);
      }
    });
  }

  async #makeChangeSet(plan: Plan, context: TargetContext): Promise<Standing> {
    const stack = await this.#stacks.describe(plan.stack);
    const live = parseTemplate(await this.#stacks.processedTemplate(stack.name));
    const made = await this.#of.template(plan, stack, live);
    const goal = await this.#goal(plan, stack, made, context);
    const others = await stacksInTheWay(this.#stacks, stack, goal, { from: live, to: made });
    if (others.length > 0) throw left(`${this.#of.stays(stack.name)}, because of other stacks`, others);
    await this.#bucket.write(this.#templateKey(stack.name, context), templateText(made), 'text/plain');
    await this.#stacks.createChangeSet(goal, this.#changeSetName(context));
    return { is: 'moving', detail: this.#of.words(plan, stack).asked };
  }

  async #update(plan: Plan, removed: readonly string[], context: TargetContext): Promise<Standing> {
    const { step, builtBy } = this.#of;
    const stack = await this.#stacks.describe(plan.stack);
    const { changeSet, began } = this.#of.words(plan, stack);
    const text = await this.#bucket.read(this.#templateKey(stack.name, context));
    if (text === undefined) throw new TargetNotRestored(`The template for ${changeSet.name} is gone.`);
    const goal = await this.#goal(plan, stack, parseTemplate(text), context);
    const policy = guardingPolicy(await this.#stacks.policy(stack.name), removed);
    const started = await this.#stacks.update(goal, policy, tokenOf(context, step), builtBy !== undefined);
    if (started === 'already-there') return { is: 'restored', detail: changeSet.unchanged };
    return requested(started, began);
  }

  async #goal(
    plan: Plan,
    stack: StackState,
    made: StackTemplate,
    context: TargetContext,
  ): Promise<StackGoal> {
    return {
      stack: stack.name,
      templateUrl: this.#bucket.url(this.#templateKey(stack.name, context)),
      parameters: this.#of.parameters(plan, stack, made),
      ...(await this.#of.settings(plan, stack, context)),
    };
  }

  #templateKey(stack: string, { incidentId, attempt }: TargetContext): string {
    return `templates/${folders[this.#of.step]}/${incidentId}/${attempt}/${stack}.template`;
  }

  #changeSetName({ incidentId, attempt }: TargetContext): string {
    return stackToken(incidentId, attempt, this.#of.step);
  }
}

/** Folders of the bucket for the generated templates. */
const folders = { rest: 'rests', rebuild: 'rebuilds' } as const;

/**
 * Parameters of a template: with the saved value if there is one and `isOfGoal` accepts it, otherwise with their current
 * value. A parameter that the live stack lacks has no current value: the saved value counts, or else the template's default.
 */
export function savedParameters(
  saved: StackSnapshot | undefined,
  stack: StackState,
  template: StackTemplate,
  isOfGoal: (key: string) => boolean,
): StackGoal['parameters'] {
  return Object.keys(template.Parameters ?? {}).flatMap((key) => {
    const value = saved?.parameters.find((one) => one.key === key)?.value;
    const isLive = stack.parameters.some((one) => one.key === key);
    if (value !== undefined && (isOfGoal(key) || !isLive)) return [{ key, value }];
    return isLive ? [{ key }] : [];
  });
}
