import { recordedMail, recordingFailedMail } from '../../../../shared/mail/recorded-mails.ts';
import { goodSnapshot, RELEASE, releaseRecord } from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';

const release = releaseRecord({
  deployments: {},
  snapshot: goodSnapshot,
  recordedAt: '2026-01-05T09:05:00.000Z',
});
const settled = { at: '2026-01-05T09:20:20.000Z', requests: 400, errors: 40, verdict: 'unhealthy' } as const;
const mail = (settlement: 'good' | 'unproven' | 'suspect') =>
  recordedMail('prod', release, { settlement, settled, reason: '10 % failed; limit 5 %' });

it('says of a suspect release what was seen, that nothing was changed, and how to go back', () => {
  expect(mail('suspect')).toEqual({
    subject: '[prod] orders: release looks bad, needs a person',
    body: [
      'orders: what has been live since 2026-01-05 09:00:00 UTC was watched for 15 min 20 s and looks bad. It came without a deployment that could be stopped, and nothing has been changed: whether to go back is for a person to decide.',
      'What was seen\n  400 requests, 40 failed (10.0 %)\n  10 % failed\n  limit 5 %',
      'What is live\n  CreateOrder:live  version 4',
      'What is left to do\n  To go back, start the machine coordinate-rollback with {"service": "orders"}',
      `Release ${RELEASE}`,
    ].join('\n\n'),
  });
});

it('says of an unproven one how a person answers for it, and of a good one nothing to do', () => {
  expect(mail('unproven').body).toContain('{"service": "orders", "verdict": "good", "reason": "why"}');
  expect(mail('good').body).not.toContain('What is left to do');
});

it('says what could not be recorded, and why', () => {
  const failed = recordingFailedMail('prod', {
    service: 'orders',
    executionArn: EXECUTION_ARN,
    why: 'denied',
  });
  expect(failed.subject).toBe('[prod] orders: what is live could not be recorded');
  expect(failed.body).toContain(EXECUTION_ARN);
  expect(failed.body).toContain('denied');
});
