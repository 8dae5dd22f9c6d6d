import type { StateMachineAliases } from '../../aws/state-machine-aliases.ts';
import { TargetNotRestored, TargetSuperseded } from '../../errors.ts';
import type { ChangeContext, Standing, TargetAdapter } from '../target-adapter.ts';
import { aloneIn, describeAlias, inWords, newestOf, sameRoutes, versionsIn } from './routes.ts';
import type { Routes, StateMachineAliasPlan } from './shapes.ts';

/**
 * Restores an alias of a state machine to the planned versions, however far its stack's gradual shift has gone. An alias
 * that somebody moved to a version of neither the undone releases nor the restore point is left alone.
 */
export function stateMachineAliasTarget(
  stateMachineAliases: StateMachineAliases,
): TargetAdapter<StateMachineAliasPlan> {
  async function read(plan: StateMachineAliasPlan): Promise<Standing> {
    const routes = await routesOf(stateMachineAliases, plan);
    const isBack = await servesGoal(stateMachineAliases, plan, routes);
    return { is: isBack ? 'restored' : 'stranded', detail: describeAlias(plan, routes) };
  }

  async function start(plan: StateMachineAliasPlan, { beforeChange }: ChangeContext): Promise<Standing> {
    const routes = await routesOf(stateMachineAliases, plan);
    if (await servesGoal(stateMachineAliases, plan, routes)) {
      return { is: 'restored', detail: `${describeAlias(plan, routes)} already` };
    }
    refuseChanged(plan, routes);
    await beforeChange();
    try {
      await stateMachineAliases.route(plan, plan.toRoutes);
    } catch (error) {
      if ((error as Error).name !== 'StateMachineDeleting') throw error;
      throw new TargetNotRestored(
        `${describeAlias(plan, routes)}: its state machine is being deleted, and Step Functions changes no alias of it.`,
      );
    }
    return {
      is: 'moving',
      detail: `${plan.target} put back from ${inWords(routes)} to ${inWords(plan.toRoutes)}`,
    };
  }

  return { read, start };
}

/**
 * Reads the alias again and describes it.
 *
 * @throws TargetSuperseded when somebody else released over it
 * @throws TargetNotRestored when it does not serve the planned versions for any other reason
 */
export async function verifyStateMachineAlias(
  stateMachineAliases: StateMachineAliases,
  plan: StateMachineAliasPlan,
): Promise<string> {
  const routes = await routesOf(stateMachineAliases, plan);
  const found = describeAlias(plan, routes);
  if (await servesGoal(stateMachineAliases, plan, routes)) return found;
  if (isReleasedOver(plan, routes)) {
    throw new TargetSuperseded(`${found}, which somebody else released meanwhile`);
  }
  throw new TargetNotRestored(`${found}, expected ${inWords(plan.toRoutes)}.`);
}

/**
 * The routes of an alias that was moved back to undone versions; undefined if it is restored, or somebody moved it
 * elsewhere.
 */
export async function undoneRoutes(
  stateMachineAliases: StateMachineAliases,
  plan: StateMachineAliasPlan,
): Promise<Routes | undefined> {
  const routes = await stateMachineAliases.find(plan);
  if (!routes || !isOfPlan(plan, routes)) return undefined;
  return (await servesGoal(stateMachineAliases, plan, routes)) ? undefined : routes;
}

/** Whether the alias has, or is being shifted to, a version newer than those of the plan: that is somebody's release. */
export function isReleasedOver({ fromRoutes, toRoutes }: StateMachineAliasPlan, routes: Routes): boolean {
  return newestOf(versionsIn(routes)) > newestOf(versionsIn([...fromRoutes, ...toRoutes]));
}

/**
 * Whether an alias has the planned routes, or the same definition under another number: a stack that rolls back may publish
 * the old definition as a new version. Only newer versions count: an older number is one of the plan's or somebody's choice.
 */
async function servesGoal(
  stateMachineAliases: StateMachineAliases,
  { stateMachine, fromRoutes, toRoutes, toDigest }: StateMachineAliasPlan,
  routes: Routes,
): Promise<boolean> {
  if (sameRoutes(routes, toRoutes)) return true;
  const alone = aloneIn(routes);
  if (alone === undefined || toDigest === undefined) return false;
  if (Number(alone) <= newestOf(versionsIn(fromRoutes))) return false;
  return (await stateMachineAliases.version(stateMachine, alone))?.digest === toDigest;
}

function refuseChanged(plan: StateMachineAliasPlan, routes: Routes): void {
  const found = describeAlias(plan, routes);
  if (isReleasedOver(plan, routes)) {
    throw new TargetSuperseded(`${found}, which somebody else released after the rollback was planned`);
  }
  if (isOfPlan(plan, routes)) return;
  throw new TargetNotRestored(
    `${found}, and was on ${inWords(plan.fromRoutes)} when the rollback was planned: somebody else changed it meanwhile, and it is left alone.`,
  );
}

/** Whether an alias has versions of the plan only: a gradual shift changes the weights, and not the versions. */
function isOfPlan({ fromRoutes, toRoutes }: StateMachineAliasPlan, routes: Routes): boolean {
  const known = versionsIn([...fromRoutes, ...toRoutes]);
  return versionsIn(routes).every((version) => known.includes(version));
}

async function routesOf(
  stateMachineAliases: StateMachineAliases,
  plan: StateMachineAliasPlan,
): Promise<Routes> {
  const routes = await stateMachineAliases.find(plan);
  if (routes) return routes;
  throw new TargetNotRestored(`${plan.target} is gone: only its stack can make it anew.`);
}
