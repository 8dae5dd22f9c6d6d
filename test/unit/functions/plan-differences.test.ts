import { planDifferences } from '../../../functions/plan-rollback/plan-differences.ts';
import { planDigest } from '../../../shared/targets/plan-digest.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { codeDeployPlan, rollbackPlan, servicePlan } from '../fixtures/records.ts';

const shop = servicePlan({ service: 'shop' });
const orders = servicePlan();

it.each<[string, ServicePlan[], string]>([
  ['goes back too', [orders, shop], 'shop goes back too by now'],
  ['does not any more', [], 'orders does not go back any more'],
  ['has another release', [servicePlan({ fromRelease: 'orders-9' })], 'orders has release orders-9 by now'],
  ['has another goal', [servicePlan({ toRelease: 'orders-1' })], 'orders would go back to orders-1, not to'],
  [
    'stands differently',
    [servicePlan({ targets: [codeDeployPlan({ fromVersion: '6' })] })],
    'the targets of orders stand differently',
  ],
])('says that a service %s, and the digest is another', (_, services, words) => {
  const now = { ...rollbackPlan(), services };
  expect(planDifferences(rollbackPlan(orders), now).join('; ')).toContain(words);
  expect(planDigest(now)).not.toBe(planDigest(rollbackPlan(orders)));
});

it('tells ten differences and how many there are besides', () => {
  const many = Array.from({ length: 14 }, (_, index) => servicePlan({ service: `s${index}` }));
  const told = planDifferences({ ...rollbackPlan(), services: [] }, { ...rollbackPlan(), services: many });
  expect(told).toHaveLength(11);
  expect(told.at(-1)).toBe('and 4 more');
});

it('does not change with the words, the time, the attempt, or the order of members', () => {
  const { service, ...rest } = servicePlan({ reason: 'in other words', risks: ['a new one'] });
  const same = { ...rollbackPlan(), attempt: 2, services: [{ ...rest, service }] };
  expect(planDigest(same)).toBe(planDigest(rollbackPlan(orders)));
});
