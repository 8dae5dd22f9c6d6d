import { planDifferences } from '../../../functions/coordinate/plan-rollback/plan-differences.ts';
import { planDigest } from '../../../shared/targets/plan-digest.ts';
import type { RollbackPlan, ServicePlan } from '../../../shared/targets/service-plan.ts';
import { codeDeployPlan, GOOD_RELEASE, RELEASE, rollbackPlan, servicePlan } from '../fixtures/records.ts';

const shop = servicePlan({ service: 'shop' });
const orders = servicePlan();
const { toRelease: _, ...withoutGoal } = servicePlan();

it.each<[string, ServicePlan[], string[]]>([
  ['goes back too', [orders, shop], ['shop goes back too by now']],
  ['does not any more', [], ['orders does not go back any more']],
  [
    'has another release',
    [servicePlan({ fromRelease: 'orders-9' })],
    [`orders has release orders-9 by now, not ${RELEASE}`],
  ],
  [
    'has another goal',
    [servicePlan({ toRelease: 'orders-1' })],
    [`orders would go back to orders-1, not to ${GOOD_RELEASE}`],
  ],
  [
    'has none but the versions before',
    [{ ...withoutGoal, service: 'orders' }],
    [`orders would go back to the versions before, not to ${GOOD_RELEASE}`],
  ],
  [
    'has another release and stands differently, which that explains',
    [servicePlan({ fromRelease: 'orders-9', targets: [] })],
    [`orders has release orders-9 by now, not ${RELEASE}`],
  ],
  [
    'stands differently',
    [servicePlan({ targets: [codeDeployPlan({ fromVersion: '6' })] })],
    ['the targets of orders stand differently by now'],
  ],
])('says that a service %s, and the digest is another', (_, services, words) => {
  const now = { ...rollbackPlan(), services };
  expect(planDifferences(rollbackPlan(orders), now)).toEqual(words);
  expect(planDigest(now)).not.toBe(planDigest(rollbackPlan(orders)));
});

it.each<[string, Partial<RollbackPlan>, string]>([
  ['a neighbour is none any more', {}, 'cart is no neighbour any more'],
  [
    'it goes back by now',
    { services: [orders, servicePlan({ service: 'cart' })] },
    'cart goes back too by now',
  ],
  [
    'only why it stays is another',
    { stays: [{ service: 'cart', why: 'never', reason: '' }] },
    'the neighbours that stay, or the order, have changed',
  ],
])('describes a neighbour that stayed: %s', (_, changes, words) => {
  const then: RollbackPlan = {
    ...rollbackPlan(orders),
    stays: [{ service: 'cart', why: 'unchanged', reason: '' }],
  };
  expect(planDifferences(then, { ...rollbackPlan(orders), ...changes })).toEqual([words]);
});

it.each([
  [10, []],
  [11, ['and 1 more']],
  [14, ['and 4 more']],
])('names at most ten differences of %i, and the number of the others', (count, rest) => {
  const many = Array.from({ length: count }, (_, index) => servicePlan({ service: `s${index}` }));
  const told = planDifferences({ ...rollbackPlan(), services: [] }, { ...rollbackPlan(), services: many });
  expect(told).toEqual([
    ...many.slice(0, 10).map(({ service }) => `${service} goes back too by now`),
    ...rest,
  ]);
});

it('does not change with the wording, the time, the attempt, or the order of members', () => {
  const { service, ...rest } = servicePlan({ reason: 'in other words', risks: ['a new one'] });
  const same = { ...rollbackPlan(), attempt: 2, services: [{ ...rest, service }] };
  expect(planDigest(same)).toBe(planDigest(rollbackPlan(orders)));
});
