import type { Aliases, AliasState } from '../../aws/aliases.ts';
import type { FailedResource, StackHistory } from '../../aws/stack-history.ts';
import { isAtRest, type Requested, type StackState, type Stacks } from '../../aws/stacks.ts';
import type { StateMachineAliases } from '../../aws/state-machine-aliases.ts';
import { TargetLeft, TargetNotRestored, TargetSuperseded } from '../../errors.ts';
import { aliasVersions } from '../../stack/alias-versions.ts';
import { parseTemplate } from '../../stack/stack-template.ts';
import { typesWithoutData } from '../../stack/types-without-data.ts';
import { describeAlias, isReleasedOver, servesGoal } from '../alias/alias-check.ts';
import type { PlannedAlias } from '../alias/shapes.ts';
import { isStackToken, type StackStep, stackToken } from '../rollback-marker.ts';
import { undoneRoutes } from '../state-machine-alias/adapter.ts';
import { describeAlias as describeRoutes, inWords as routesInWords } from '../state-machine-alias/routes.ts';
import type { Routes, StateMachineAliasPlan } from '../state-machine-alias/shapes.ts';
import type { Standing, TargetContext } from '../target-adapter.ts';
import { left, leftWhereRefused } from './left-stack.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { hasRights, passedRole } from './stack-role.ts';

/** A step that brings a stack to rest. It is data, so that code that only reads cannot reach a call that changes a stack. */
export type SettlingStep =
  | { readonly ask: 'point'; readonly goal: PlannedAlias; readonly from: AliasState }
  | { readonly ask: 'route'; readonly goal: StateMachineAliasPlan; readonly from: Routes }
  | {
      readonly ask: 'rollback' | 'continue' | 'skip';
      /** Resources that are left as they are. */
      readonly skip: readonly string[];
      /** Service role that the step attaches to the stack. */
      readonly roleArn: string | undefined;
      /** Description for after the step was requested. */
      readonly said: string;
    };

/** The standing of a stack, and the next step if nothing else moves it. */
export interface Found<Own = never> {
  readonly standing: Standing;
  readonly step?: SettlingStep | Own;
}

/** A stack at rest whose update is over. */
export interface Resting {
  readonly stack: StackState;
  readonly history: StackHistory;
}

/** AWS clients for bringing a stack to rest. */
export interface StandingClients {
  readonly stacks: Stacks;
  readonly aliases: Aliases;
  readonly stateMachineAliases: StateMachineAliases;
}

type AnyStackPlan = StackPlan | StackPinPlan | StackRebuildPlan;

/**
 * The standing of a stack that is not at rest, with the step that brings it there; once it is at rest, the stack itself.
 *
 * | status | action |
 * |---|---|
 * | any, and an alias of the plan, of a function or a state machine, is on undone code | the alias is pointed back: a stack that rolls back moves aliases; not before its traffic is back |
 * | `*_IN_PROGRESS` | waited for |
 * | `UPDATE_FAILED` | `RollbackStack` |
 * | `UPDATE_ROLLBACK_FAILED` | `ContinueUpdateRollback`; if that fails too, again without the resources that the catalog allows it to skip |
 * | `UPDATE_ROLLBACK_COMPLETE` of the undone update | nothing, if its state has the users' versions: the stack rolled itself back |
 * | everything else that is not at rest | a person |
 *
 * A stack whose rollback would delete a resource that may hold data is left alone: CloudFormation deletes everything that
 * the update created. A stack without a service role is rolled back with its caller's rights, and ours are not enough: it is
 * left alone, unless the catalog names a role to attach.
 *
 * Source: CloudFormation API reference and user guide, "Stack status codes", "Continue rolling back an update".
 *
 * @throws TargetLeft, TargetNotRestored, TargetSuperseded
 */
export async function standingOf(
  clients: StandingClients,
  plan: AnyStackPlan,
  context: TargetContext,
): Promise<Found | Resting> {
  const { stacks } = clients;
  const stack = await stacks.describe(plan.stack);
  const { status } = stack;
  // Before the traffic is back, an alias belongs on undone code.
  const isBefore = plan.kind === 'stack-rebuild' || 'beforeTraffic' in plan;
  // Read after the status: every move that the stack made before it came to rest is seen.
  const moved = isBefore ? undefined : await movedAlias(clients, plan);
  if (moved) return moved;
  if (status.endsWith('_IN_PROGRESS')) return moving(`stack ${plan.stack} is ${status}`);
  if ('waitOnly' in plan && plan.waitOnly) {
    if (!isAtRest(stack)) throw stuck(stack);
    if (plan.kind === 'cloudformation') return restored(`stack ${plan.stack} is at rest (${status})`);
  }
  const history = await stacks.history(plan.stack);
  if (status === 'UPDATE_FAILED') {
    refuseWithoutRole(plan, stack, context);
    refuseLoss(stack, history);
    return stranded(`stack ${plan.stack} is ${status}${named(history.failures)}`, {
      ask: 'rollback',
      skip: [],
      roleArn: passedRole(plan, stack, context),
      said: `stack ${plan.stack}, left ${status}, is being rolled back`,
    });
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') return failedRollback(plan, stack, history, context);
  if (!isAtRest(stack)) throw stuck(stack);
  if (isStackToken(history.token)) return { stack, history };
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    const isBack =
      plan.kind !== 'stack-rebuild' && leadsBack(plan, history) && (await holdsGoals(clients, plan, stack));
    if (isBack) return restored(`stack ${plan.stack} rolled itself back (${status})`);
  } else if ((history.beganAt ?? 0) > context.plannedAt) {
    throw new TargetSuperseded(
      `stack ${plan.stack} was updated by somebody else after the rollback was planned (${status})`,
    );
  }
  return { stack, history };
}

/** Restores an alias that the stack's own operation moved onto undone code. */
async function movedAlias(
  { aliases, stateMachineAliases }: StandingClients,
  plan: StackPlan | StackPinPlan,
): Promise<Found | undefined> {
  for (const goal of plan.machineAliases ?? []) {
    const from = await undoneRoutes(stateMachineAliases, goal);
    if (from) return stranded(`${describeRoutes(goal, from)}, which is undone`, { ask: 'route', goal, from });
  }
  for (const goal of plan.aliases) {
    const state = await aliases.get(goal.function, goal.alias);
    if ((await servesGoal(aliases, goal, state)) || isOfSomebody(goal, state)) continue;
    return stranded(`${describeAlias(goal, state)}, which is undone`, { ask: 'point', goal, from: state });
  }
  return undefined;
}

/** Whether an alias has, or is being shifted to, a version newer than those of the plan: that is somebody's release. */
function isOfSomebody(goal: PlannedAlias, state: AliasState): boolean {
  return [state.version, ...Object.keys(state.weights)].some((version) =>
    isReleasedOver(goal, { ...state, version }),
  );
}

/**
 * Whether a stack that rolled itself back holds the users' versions. A stack that was never pinned after the previous
 * rollback holds the release that was undone then, and rolls back to that.
 */
async function holdsGoals(
  { stacks, aliases }: StandingClients,
  plan: StackPlan | StackPinPlan,
  { parameters }: StackState,
): Promise<boolean> {
  if (plan.aliases.length === 0) return true;
  const template = parseTemplate(await stacks.processedTemplate(plan.stack));
  const physicalIds = await stacks.physicalIds(plan.stack);
  for (const held of aliasVersions({ template, physicalIds, parameters })) {
    const goal = plan.aliases.find((one) => one.function === held.function && one.alias === held.alias);
    if (!goal || held.version === undefined) continue;
    const state = { version: held.version, weights: {}, revisionId: '' };
    if (!(await servesGoal(aliases, goal, state))) return false;
  }
  return true;
}

function failedRollback(
  plan: AnyStackPlan,
  stack: StackState,
  history: StackHistory,
  context: TargetContext,
): Found {
  const { status, tokens, notPutBack } = history;
  // The status read before may be older than the events.
  if (status !== stack.status) return moving(`stack ${plan.stack} is ${status}`);
  refuseWithoutRole(plan, stack, context, notPutBack);
  refuseLoss(stack, history);
  const tried = (step: StackStep) => tokens.has(tokenOf(context, step));
  const failing = notPutBack.map(({ resource }) => resource);
  const step = (ask: 'continue' | 'skip', skip: readonly string[], without: string) =>
    stranded(`stack ${plan.stack} is ${stack.status}${named(notPutBack)}`, {
      ask,
      skip,
      roleArn: passedRole(plan, stack, context),
      said: `the rollback of stack ${plan.stack} is continued${without}; it could not put back${named(notPutBack)}`,
    });
  if (!tried('continue')) return step('continue', [], '');
  const allowed = failing.every((resource) => plan.skipResources?.includes(resource));
  if (tried('skip') || !allowed || failing.length === 0) throw stuck(stack, notPutBack);
  return step('skip', failing, ` without ${failing.join(', ')}, which the catalog lets stay as it is`);
}

/** The longest time that an update begins before the release named after it; no two updates are as close. */
const sameUpdateMs = 5_000;

/** Whether rolling back the stack's latest update leads to the state before the first undone release. */
export function leadsBack(
  { undoneSince }: Pick<StackPlan | StackPinPlan, 'undoneSince'>,
  { beganAt }: StackHistory,
): boolean {
  return (
    undoneSince === undefined || beganAt === undefined || beganAt <= Date.parse(undoneSince) + sameUpdateMs
  );
}

/** The token with which an attempt requests a step of a stack, and finds the request again. */
export function tokenOf({ incidentId, attempt }: TargetContext, step: StackStep): string {
  return stackToken(incidentId, attempt, step);
}

/**
 * CloudFormation rolls back with the rights of its caller if a stack has no service role and gets none: ours are not enough,
 * and the stack would end in a worse state.
 *
 * @throws TargetLeft
 */
function refuseWithoutRole(
  plan: AnyStackPlan,
  stack: StackState,
  context: TargetContext,
  failures: readonly FailedResource[] = [],
): void {
  if (hasRights(plan, stack, context)) return;
  throw new TargetLeft(
    `Stack ${stack.name} is ${stack.status}${named(failures)} and has no service role: only somebody who may deploy it can bring it to rest.`,
  );
}

/** Resources that the rollback of a stack's latest update would delete, and that may hold data written since. */
export function holdersOf({ created }: StackHistory): string[] {
  return created
    .filter(({ type }) => !typesWithoutData.has(type))
    .map(({ resource, type }) => `${resource} (${type}) would be deleted`);
}

/**
 * A `DeletionPolicy` is not read: its effect differs between new and existing resources.
 *
 * @throws TargetLeft
 */
function refuseLoss(stack: StackState, history: StackHistory): void {
  const holders = holdersOf(history);
  if (holders.length === 0) return;
  throw left(
    `Stack ${stack.name} stays ${stack.status}, because its rollback may lose what was written since`,
    holders,
  );
}

export function moving(detail: string): Found {
  return { standing: { is: 'moving', detail } };
}

export function restored(detail: string): Found {
  return { standing: { is: 'restored', detail } };
}

export function stranded<Own>(detail: string, step: Own): { standing: Standing; step: Own } {
  return { standing: { is: 'stranded', detail }, step };
}

/** The requested operation is under way; if the stack had changed its state meanwhile, the next look reads the new one. */
export function requested(answer: Requested, detail: string): Standing {
  return { is: 'moving', detail: answer === 'started' ? detail : `${detail}: too late, it has moved on` };
}

/** Failed resources named for one stack: a mail names the important ones, the stack's events have all. */
const resourcesTold = 5;

/** Failed resources with their reasons, to follow a statement on the stack. */
export function named(failures: readonly FailedResource[]): string {
  if (failures.length === 0) return '';
  const told = failures.slice(0, resourcesTold).map(({ resource, reason }) => `${resource} (${reason})`);
  const more = failures.length - told.length;
  return `: ${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Why CloudFormation rolled an update back: because of failed resources, or for the stack's own reason, such as an alarm.
 */
export function whyRolledBack({ failures, rollbackReason }: StackHistory): string {
  if (failures.length > 0 || !rollbackReason) return named(failures);
  return `: ${rollbackReason.replace(/\.?\s*$/, '')}`;
}

/** A stack in a status that only a person can end. */
export function stuck(
  { name, status, statusReason }: StackState,
  failures: readonly FailedResource[] = [],
): TargetNotRestored {
  const why = failures.length > 0 ? named(failures) : statusReason && `: ${statusReason}`;
  return new TargetNotRestored(`Stack ${name} is ${status}${why}; it needs a person to bring it to rest.`);
}

/** Whether a step brings a stack to rest; every other step is the adapter's own. */
export function isSettling(step: { readonly ask: string }): step is SettlingStep {
  return ['point', 'route', 'rollback', 'continue', 'skip'].includes(step.ask);
}

/** Takes a step that brings a stack to rest. */
export async function settle(
  { stacks, aliases, stateMachineAliases }: StandingClients,
  { stack }: Pick<AnyStackPlan, 'stack'>,
  step: SettlingStep,
  context: TargetContext,
): Promise<Standing> {
  switch (step.ask) {
    case 'point':
      return pointBack(aliases, step.goal, step.from);
    case 'route':
      await stateMachineAliases.route(step.goal, step.goal.toRoutes);
      return {
        is: 'moving',
        detail: `${step.goal.target} was moved onto ${routesInWords(step.from)} and is put back to ${routesInWords(step.goal.toRoutes)}`,
      };
    case 'rollback':
    case 'continue':
    case 'skip':
      return leftWhereRefused(`Stack ${stack} is not brought to rest`, async () =>
        requested(await goBack(stacks, stack, step, tokenOf(context, step.ask)), step.said),
      );
  }
}

function goBack(
  stacks: Stacks,
  stack: string,
  { ask, skip, roleArn }: Exclude<SettlingStep, { ask: 'point' | 'route' }>,
  token: string,
): Promise<Requested> {
  return ask === 'rollback'
    ? stacks.rollBack(stack, token, roleArn)
    : stacks.continueRollback(stack, skip, token, roleArn);
}

async function pointBack(aliases: Aliases, goal: PlannedAlias, from: AliasState): Promise<Standing> {
  const name = `${goal.function}:${goal.alias}`;
  const pointed = await aliases.point(goal.function, goal.alias, goal.toVersion, from.revisionId);
  return pointed
    ? {
        is: 'moving',
        detail: `${name} was moved onto version ${from.version} and is pointed back to ${goal.toVersion}`,
        pointed: goal,
      }
    : { is: 'moving', detail: `${name} was changed by somebody else just now` };
}
