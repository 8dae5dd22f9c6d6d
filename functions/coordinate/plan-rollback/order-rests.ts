import type { Stacks } from '../../../shared/aws/stacks.ts';
import { orderOfRests, type RestOfStack } from '../../../shared/stack/order-of-rests.ts';
import type { StackPlan } from '../../../shared/targets/cloudformation/shapes.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import type { StackComparison } from './stack-comparison.ts';

/** The order among the rests of a plan's services. */
export interface OrderedRests {
  /** By service: the services whose rests end before its own begins, and those that wait for it. */
  readonly rest: ReadonlyMap<string, NonNullable<ServicePlan['rest']>>;
  /** By service: the reasons why its stack will not go back, in words. */
  readonly risks: ReadonlyMap<string, readonly string[]>;
}

/**
 * Orders the last wave as CloudFormation demands for stacks that export and import values. A stack counts as staying if it
 * does not go back in that wave: it has no service role and gets none, the plan only waits for it, or it goes back before its
 * traffic.
 */
export async function orderRests(
  stacks: Stacks,
  comparison: StackComparison,
  plans: readonly Pick<ServicePlan, 'service' | 'targets'>[],
): Promise<OrderedRests> {
  const serviceOf = new Map<string, string>();
  const rests: RestOfStack[] = [];
  for (const { service, targets } of plans) {
    for (const target of targets) {
      if (target.kind !== 'cloudformation' || !isLater(target)) continue;
      if (!target.snapshot) continue;
      serviceOf.set(target.stack, service);
      rests.push({ stack: target.stack, ...(await comparison.exchange(target.stack, target.snapshot)) });
    }
  }
  const importers = new Map<string, readonly string[]>();
  for (const { givesUp } of rests) {
    for (const name of givesUp.keys()) importers.set(name, await stacks.importersOf(name));
  }
  const exported = new Set(
    rests.some(({ imports }) => imports.size > 0) ? (await comparison.exports()).map(({ name }) => name) : [],
  );
  const { after, blocked } = orderOfRests(rests, {
    importersOf: (name) => importers.get(name) ?? [],
    isExported: (name) => exported.has(name),
  });
  const rest = new Map<string, { waitsFor: string[]; notifies: string[] }>();
  const of = (stack: string) => {
    const service = serviceOf.get(stack) ?? '';
    const known = rest.get(service) ?? { waitsFor: [], notifies: [] };
    rest.set(service, known);
    return { service, ...known };
  };
  for (const [stack, before] of after) {
    for (const other of before) {
      const [one, first] = [of(stack), of(other)];
      if (one.service === first.service) continue;
      one.waitsFor.push(first.service);
      first.notifies.push(one.service);
    }
  }
  const risks = new Map<string, string[]>();
  for (const [stack, reasons] of blocked) {
    const service = serviceOf.get(stack) ?? '';
    const said = reasons.map((reason) => `stack ${stack} stays pinned: ${reason}`);
    risks.set(service, [...(risks.get(service) ?? []), ...said]);
  }
  return { rest, risks };
}

function isLater({ role, waitOnly, beforeTraffic }: StackPlan): boolean {
  return !waitOnly && !beforeTraffic && role !== undefined;
}
