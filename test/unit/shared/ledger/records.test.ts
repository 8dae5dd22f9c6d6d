import * as fc from 'fast-check';
import { serviceName } from '../../../../shared/catalog/service-entry.ts';
import { lockOwner } from '../../../../shared/incident/lock-owner.ts';
import {
  releaseIdOf,
  restoredReleaseId,
  secondOfRelease,
  serviceOfRelease,
} from '../../../../shared/ledger/records.ts';

fc.configureGlobal({ seed: 1 });

const service = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
const startedAt = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
/** Ids as CodeDeploy makes them; undefined is a stack update. */
const cause = fc.option(
  fc.oneof(fc.stringMatching(/^d-[A-Z0-9]{9}$/), fc.constantFrom('restored', 'recorded')),
  { nil: undefined },
);

it('names a release by its service and the second it began', () => {
  expect(releaseIdOf('orders', '2026-01-05T09:00:30.123Z')).toBe('orders-20260105T090030Z');
  expect(releaseIdOf('orders', '2026-01-05T09:00:30Z')).toBe('orders-20260105T090030Z');
});

it('names a release that no stack update brought in by its millisecond and its cause too', () => {
  const at = '2026-01-05T09:00:30.123Z';
  expect(releaseIdOf('orders', at, 'd-ABCDEFGHI')).toBe('orders-20260105T090030Z-123-d-ABCDEFGHI');
  expect(restoredReleaseId('orders', at)).toBe('orders-20260105T090030Z-123-restored');
});

it('names the service of a release, hyphens and digits included', () => {
  fc.assert(
    fc.property(
      service,
      startedAt,
      cause,
      (name, time, by) => serviceOfRelease(releaseIdOf(name, time, by)) === name,
    ),
  );
  expect(serviceOfRelease('delivery-2-20260105T090030Z')).toBe('delivery-2');
});

it('reads the second in which a release began, with and without a cause in its id', () => {
  fc.assert(
    fc.property(service, startedAt, cause, (name, time, by) => {
      const second = `${new Date(time).toISOString().slice(0, 19)}Z`;
      return secondOfRelease(releaseIdOf(name, time, by)) === second;
    }),
  );
});

it('sorts the releases of a service by time', () => {
  fc.assert(
    fc.property(service, startedAt, startedAt, (name, a, b) => {
      const [first, second] = [a, b].sort();
      return releaseIdOf(name, first ?? a) <= releaseIdOf(name, second ?? b);
    }),
  );
});

it('sorts releases of the same second by the millisecond, whatever their cause', () => {
  const ofOneSecond = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(service, startedAt, ofOneSecond, cause, cause, (name, time, ms, one, other) => {
      const [first = 0, second = 0] = ms.toSorted((a, b) => a - b);
      const at = (after: number) =>
        new Date(Math.floor(Date.parse(time) / 1000) * 1000 + after).toISOString();
      return (
        releaseIdOf(name, at(first), one ?? 'restored') < releaseIdOf(name, at(second), other ?? 'restored')
      );
    }),
  );
});

it('makes ids that fit an execution name, at most 80 plain characters', () => {
  fc.assert(
    fc.property(service, startedAt, cause, (name, time, by) => {
      expect(serviceName.safeParse(name).success).toBe(true);
      expect(releaseIdOf(name, time, by)).toMatch(/^[A-Za-z0-9-]{1,80}$/);
    }),
  );
});

it('makes each attempt of an incident an owner of its own', () => {
  expect(lockOwner({ incidentId: 'orders-20260105T090000Z', attempt: 2 })).toBe('orders-20260105T090000Z#2');
});
