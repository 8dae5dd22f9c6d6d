import * as fc from 'fast-check';
import { serviceName } from '../../../../shared/catalog/service-entry.ts';
import { lockOwner } from '../../../../shared/incident/lock-owner.ts';
import { releaseIdOf, serviceOfRelease } from '../../../../shared/ledger/records.ts';

fc.configureGlobal({ seed: 1 });

const service = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
const startedAt = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

it('names a release by its service and the second it began', () => {
  expect(releaseIdOf('orders', '2026-01-05T09:00:30.123Z')).toBe('orders-20260105T090030Z');
  expect(releaseIdOf('orders', '2026-01-05T09:00:30Z')).toBe('orders-20260105T090030Z');
});

it('names the service of a release, hyphens and digits included', () => {
  fc.assert(
    fc.property(service, startedAt, (name, time) => serviceOfRelease(releaseIdOf(name, time)) === name),
  );
  expect(serviceOfRelease('delivery-2-20260105T090030Z')).toBe('delivery-2');
});

it('sorts the releases of a service by time', () => {
  fc.assert(
    fc.property(service, startedAt, startedAt, (name, a, b) => {
      const [first, second] = [a, b].sort();
      return releaseIdOf(name, first ?? a) <= releaseIdOf(name, second ?? b);
    }),
  );
});

it('makes ids that fit an execution name, at most 80 plain characters', () => {
  fc.assert(
    fc.property(service, startedAt, (name, time) => {
      expect(serviceName.safeParse(name).success).toBe(true);
      expect(releaseIdOf(name, time)).toMatch(/^[A-Za-z0-9-]{1,80}$/);
    }),
  );
});

it('makes each attempt of an incident an owner of its own', () => {
  expect(lockOwner({ incidentId: 'orders-20260105T090000Z', attempt: 2 })).toBe('orders-20260105T090000Z#2');
});
