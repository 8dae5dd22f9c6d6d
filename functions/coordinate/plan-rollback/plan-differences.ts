import { isDeepStrictEqual } from 'node:util';
import type { RollbackPlan, ServicePlan } from '../../../shared/targets/service-plan.ts';

/** Differences listed; with more, a person plans again instead of reading on. */
const mostTold = 10;

/** The differences between two plans, in words. */
export function planDifferences(then: RollbackPlan, now: RollbackPlan): string[] {
  const before = new Map(then.services.map((one) => [one.service, one]));
  const after = new Map(now.services.map((one) => [one.service, one]));
  const found: string[] = [];
  for (const [service, plan] of after) {
    const earlier = before.get(service);
    if (!earlier) found.push(`${service} goes back too by now`);
    else found.push(...serviceDifferences(earlier, plan));
  }
  for (const service of before.keys()) {
    if (!after.has(service)) found.push(`${service} does not go back any more`);
  }
  const stays = new Set(now.stays.map(({ service }) => service));
  for (const { service } of then.stays) {
    if (!stays.has(service) && !after.has(service)) found.push(`${service} is no neighbour any more`);
  }
  if (found.length === 0) found.push('the neighbours that stay, or the order, have changed');
  const left = found.length - mostTold;
  return left > 0 ? [...found.slice(0, mostTold), `and ${left} more`] : found;
}

function serviceDifferences(then: ServicePlan, now: ServicePlan): string[] {
  const found: string[] = [];
  if (then.fromRelease !== now.fromRelease) {
    found.push(`${now.service} has release ${now.fromRelease} by now, not ${then.fromRelease}`);
  }
  if (then.toRelease !== now.toRelease) {
    const goal = ({ toRelease = 'the versions before' }: ServicePlan) => toRelease;
    found.push(`${now.service} would go back to ${goal(now)}, not to ${goal(then)}`);
  }
  if (found.length === 0 && !isDeepStrictEqual(then.targets, now.targets)) {
    found.push(`the targets of ${now.service} stand differently by now`);
  }
  return found;
}
