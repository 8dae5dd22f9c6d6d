import * as fc from 'fast-check';
import { type Autonomy, servicePolicy } from '../../../../shared/catalog/service-entry.ts';
import {
  decidePermission,
  type GovernedService,
  type PermissionInput,
} from '../../../../shared/incident/decide-permission.ts';
import type { HoldRecord } from '../../../../shared/ledger/hold-ledger.ts';

fc.configureGlobal({ seed: 1 });

const governed = (service: string, policy: object = {}): GovernedService => ({
  service,
  policy: servicePolicy.parse(policy),
});
const hold = (service: string): HoldRecord => ({
  service,
  held: true,
  by: 'Ada',
  reason: 'repairs',
  at: '2026-01-05T09:00:00.000Z',
});
const decide = (changes: Partial<PermissionInput>) =>
  decidePermission({
    byPerson: false,
    services: [governed('orders')],
    holds: [],
    breached: false,
    approval: undefined,
    ...changes,
  });

it('acts automatically where every service may', () => {
  expect(decide({})).toEqual({ decision: 'act', automatic: true });
});

it.each<[Autonomy, string]>([
  ['observe', 'report'],
  ['recommend', 'report'],
  ['approve', 'ask'],
])('lets the strictest service decide: one with %s makes it %s', (autonomy, decision) => {
  const services = [governed('orders'), governed('cart', { autonomy }), governed('users')];
  expect(decide({ services })).toMatchObject({
    decision,
    reason: `Its policy gives cart the autonomy "${autonomy}".`,
  });
});

it('waits as long as the most patient of the services that wait', () => {
  const services = [
    governed('orders', { autonomy: 'approve', approval: { minutes: 10 } }),
    governed('cart', { autonomy: 'approve', approval: { minutes: 90 } }),
    governed('users', { approval: { minutes: 1000 } }),
  ];
  expect(decide({ services })).toMatchObject({ decision: 'ask', minutes: 90 });
});

describe('a broken limit', () => {
  const impatient = { autonomy: 'approve', approval: { unless: 'hard-breach' } };

  it('is acted on at once where all that ask say so', () => {
    expect(decide({ breached: true, services: [governed('orders', impatient), governed('cart')] })).toEqual({
      decision: 'act',
      automatic: true,
    });
  });

  it.each([
    ['one of those that ask does not', [governed('a', impatient), governed('b', { autonomy: 'approve' })]],
  ])('is not where %s', (_, services) => {
    expect(decide({ breached: true, services })).toMatchObject({ decision: 'ask' });
  });

  it('does not go over a service that may only be recommended', () => {
    const services = [governed('a', impatient), governed('b', { autonomy: 'recommend' })];
    expect(decide({ breached: true, services })).toMatchObject({ decision: 'report' });
  });
});

it.each(['*', 'orders'])('reports while "%s" is on hold, and names the holder', (service) => {
  expect(decide({ holds: [hold('other'), hold(service)] })).toEqual({
    decision: 'report',
    reason: `${service === '*' ? 'Everything' : 'orders'} is on hold, put there by Ada: repairs`,
  });
});

it.each<[string, Partial<HoldRecord>, string]>([
  ['gives no reason', { reason: '' }, 'Everything is on hold, put there by Ada'],
])('reports a hold by a person who %s', (_, changes, reason) => {
  expect(decide({ holds: [{ ...hold('*'), ...changes }] })).toEqual({ decision: 'report', reason });
});

it.each<[string, PermissionInput['approval'], string]>([
  ['a person', { answer: 'refuse', by: 'Ada', reason: 'a sale is on' }, 'Refused by Ada: a sale is on'],
  ['a person without a reason', { answer: 'refuse', by: 'Ada' }, 'Refused by Ada'],
  ['somebody', { answer: 'refuse' }, 'Refused by a person'],
])('passes on the refusal of %s', (_, approval, reason) => {
  expect(decide({ approval })).toEqual({ decision: 'refused', reason });
});

it.each([
  [5, 'a, b, c, d, e'],
  [6, 'a, b, c, d, e and 1 more'],
  [9, 'a, b, c, d, e and 4 more'],
])('names five at most of %i services that are the strictest', (count, list) => {
  const services = [...'abcdefghi'].slice(0, count).map((one) => governed(one, { autonomy: 'observe' }));
  expect(decide({ services })).toEqual({
    decision: 'report',
    reason: `Its policy gives ${list} the autonomy "observe".`,
  });
});

it('ignores holds of other services', () => {
  expect(decide({ holds: [hold('other')] })).toMatchObject({ decision: 'act' });
});

it('reports an approval that expired', () => {
  const services = [governed('orders', { autonomy: 'approve' })];
  expect(decide({ services, approval: { answer: 'expired' } })).toEqual({
    decision: 'report',
    reason: 'Its policy gives orders the autonomy "approve". Nobody answered within 30 minutes.',
  });
});

it('puts a person first: a start or an approval is carried out, a refusal is not', () => {
  const service = fc.record({
    service: fc.constantFrom('a', 'b', 'c'),
    autonomy: fc.constantFrom<Autonomy>('observe', 'recommend', 'approve', 'act'),
  });
  fc.assert(
    fc.property(
      fc.array(service, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      (all, breached, held) => {
        const services = all.map((one) => governed(one.service, { autonomy: one.autonomy }));
        const state = { services, breached, holds: held ? [hold('*')] : [] };
        const done = { decision: 'act', automatic: false };
        expect(decide({ ...state, byPerson: true })).toEqual(done);
        expect(decide({ ...state, approval: { answer: 'approve' } })).toEqual(done);
        expect(decide({ ...state, approval: { answer: 'refuse' } }).decision).toBe('refused');
      },
    ),
  );
});

it('never acts automatically beyond the least autonomy, nor on hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<Autonomy>('observe', 'recommend', 'approve', 'act'), { minLength: 1 }),
      fc.boolean(),
      fc.boolean(),
      (all, breached, held) => {
        const services = all.map((autonomy, n) => governed(`s${n}`, { autonomy }));
        const { decision } = decide({ services, breached, holds: held ? [hold('*')] : [] });
        expect(decision === 'act').toBe(!held && all.every((autonomy) => autonomy === 'act'));
      },
    ),
  );
});
