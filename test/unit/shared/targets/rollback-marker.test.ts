import * as fc from 'fast-check';
import { releaseIdOf } from '../../../../shared/ledger/records.ts';
import {
  isRollbackMarker,
  isStackToken,
  rollbackMarker,
  type StackStep,
  stackToken,
} from '../../../../shared/targets/rollback-marker.ts';

fc.configureGlobal({ seed: 1 });

const incidentId = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,39}$/)
  .map((service) => releaseIdOf(service, '2026-01-05T09:00:00Z'));
const step = fc.constantFrom<StackStep>('pin', 'rebuild', 'rest', 'cancel', 'rollback', 'continue', 'skip');
const deploymentId = fc.stringMatching(/^d-[A-Z0-9]{9}$/);

it('marks a deployment within the 256 characters of its description, and is known again', () => {
  fc.assert(
    fc.property(incidentId, deploymentId, (incident, deployment) => {
      const marker = rollbackMarker(incident, deployment);
      expect(marker.length).toBeLessThanOrEqual(256);
      expect(isRollbackMarker(marker)).toBe(true);
      expect(marker.split(':')).toEqual(['rollback-coordinator', incident, deployment]);
    }),
  );
});

it('makes a token that CloudFormation takes for a request and for a change set, and is known again', () => {
  fc.assert(
    fc.property(incidentId, fc.integer({ min: 1, max: 9999 }), step, (incident, attempt, one) => {
      const token = stackToken(incident, attempt, one);
      expect(token).toMatch(/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/);
      expect(isStackToken(token)).toBe(true);
    }),
  );
});

it.each(['', 'rollback-coordinator', 'Deploy of orders', 'x rollback-coordinator:a:b'])(
  'does not take %j for a marker',
  (description) => {
    expect(isRollbackMarker(description)).toBe(false);
  },
);

it.each([undefined, '', 'deploy-17', 'Console-UpdateStack-1'])('does not take %j for a token', (token) => {
  expect(isStackToken(token)).toBe(false);
});
