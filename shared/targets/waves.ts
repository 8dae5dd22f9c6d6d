import * as z from 'zod';
import type { RollbackPhase } from '../catalog/phases.ts';
import { phasesOf, type ServicePlan } from './service-plan.ts';
import { type TargetPlan, targetName } from './shapes.ts';

/**
 * The waves of a rollback. Each runs over all services of the plan before the next one begins, so that users wait for no
 * stack.
 *
 * - `traffic`: everything that decides which code users meet, consumers before providers; missing code is rebuilt
 *   right before the aliases go to it;
 * - `pins`: every stack gets the users' versions, so that no later failure moves users off them;
 * - `rest`: the rest of the stacks, and the hooks after them.
 */
export const wave = z.enum(['traffic', 'pins', 'rest']);
export type Wave = z.infer<typeof wave>;

/** Phases that decide which code users meet. */
const ofTraffic: ReadonlySet<TargetPlan['phase']> = new Set([
  'hook-before',
  'parameters',
  'rebuild',
  'traffic',
]);

type Planned = Pick<ServicePlan, 'order' | 'targets'>;

/**
 * The targets of a service in one wave, phase by phase, in the order of the service. A phase that the catalog puts before a
 * traffic phase belongs to the traffic wave: a stack that has to be updated first, for example.
 */
export function phasesOfWave(plan: Planned, of: Wave): (readonly TargetPlan[])[] {
  return phaseNames(plan, of)
    .map((name) => plan.targets.filter(({ phase }) => phase === name))
    .filter((targets) => targets.length > 0);
}

/** Services that a service waits for in a wave, and services that wait for it there. */
export function waitingIn(
  { waitsFor, notifies, rest }: Pick<ServicePlan, 'waitsFor' | 'notifies' | 'rest'>,
  of: Wave,
): { readonly waitsFor: readonly string[]; readonly notifies: readonly string[] } {
  if (of === 'traffic') return { waitsFor, notifies };
  return (of === 'rest' && rest) || { waitsFor: [], notifies: [] };
}

/** An order of phases with the stack before the traffic. */
export function stackFirst(order: readonly RollbackPhase[]): RollbackPhase[] {
  return order
    .filter((one) => one !== 'stack')
    .flatMap((one) => (one === 'traffic' ? ['stack', one] : [one]));
}

/** Whether the stack of a service goes before its traffic. */
export function isStackFirst(plan: Pick<ServicePlan, 'order'>): boolean {
  const phases = phasesOf(plan);
  return phases.indexOf('stack') < phases.indexOf('traffic');
}

/** The targets of a service in one wave. */
export function targetsOfWave(plan: Planned, of: Wave): TargetPlan[] {
  return phasesOfWave(plan, of).flat();
}

function phaseNames(plan: Planned, of: Wave): readonly TargetPlan['phase'][] {
  if (of === 'pins') return ['pin'];
  const phases = phasesOf(plan).flatMap((name) =>
    name === 'traffic' ? (['rebuild', name] as const) : [name],
  );
  const end = phases.findLastIndex((name) => ofTraffic.has(name)) + 1;
  if (of === 'traffic') return phases.slice(0, end);
  return phases.slice(end).flatMap((name) => (name === 'stack' ? [name, 'after-stack'] : [name]));
}

/** Whether a target is the stack of a service, by its name: results hold no kind. */
export function isStack(target: string): boolean {
  return target === targetName({ kind: 'cloudformation' });
}

const pinSuffix = ' pin';

/** The name of the pin of a stack target. */
export function pinName(target: string): string {
  return target + pinSuffix;
}

const rebuildSuffix = ' rebuild';

/** The name of the rebuild by a stack target. */
export function rebuildName(target: string): string {
  return target + rebuildSuffix;
}

/** Whether a target rebuilds code, by its name: results hold no kind. */
export function isRebuild(target: string): boolean {
  return target.endsWith(rebuildSuffix);
}

/** Whether a target is the pin of a stack, by its name: results hold no kind. */
export function isPin(target: string): boolean {
  return target.endsWith(pinSuffix);
}
