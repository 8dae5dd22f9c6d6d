import * as fc from 'fast-check';
import { attemptBefore, attemptOf, lockOwner } from '../../../../shared/incident/lock-owner.ts';

fc.configureGlobal({ seed: 1 });

/** Ids of incidents consist of characters that are valid in any AWS name. */
const attempt = fc.record({
  incidentId: fc.stringMatching(/^[A-Za-z0-9-]+$/),
  attempt: fc.integer({ min: 1, max: 10_000 }),
});

it('names the attempt that holds a lock so that it can be read from the name', () => {
  fc.assert(
    fc.property(attempt, (one) => {
      expect(attemptOf(lockOwner(one))).toEqual(one);
    }),
  );
});

it('differs from the previous attempt of the same incident', () => {
  fc.assert(
    fc.property(attempt, (one) => {
      const before = attemptBefore(one);
      expect(before).toEqual({ incidentId: one.incidentId, attempt: one.attempt - 1 });
      expect(lockOwner(before)).not.toBe(lockOwner(one));
    }),
  );
});

it.each(['nobody', '', '#', '#1', 'orders-20260105T090000Z#'])(
  'sees no attempt in the owner "%s"',
  (owner) => {
    expect(attemptOf(owner)).toBeUndefined();
  },
);
