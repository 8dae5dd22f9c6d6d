import { layOut } from '../../../../shared/mail/mail-text.ts';
import { recordedMail, recordingFailedMail } from '../../../../shared/mail/recorded-mails.ts';
import { usersBack, usersMeet } from '../../fixtures/mails.ts';
import { goodSnapshot, RELEASE, releaseRecord } from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';

const release = releaseRecord({
  deployments: {},
  snapshot: goodSnapshot,
  recordedAt: '2026-01-05T09:05:00.000Z',
});
const settled = { at: '2026-01-05T09:20:20.000Z', requests: 400, errors: 40, verdict: 'unhealthy' } as const;
const mail = (settlement: 'good' | 'unproven' | 'suspect', meet = usersMeet()) =>
  layOut(
    recordedMail('prod', release, {
      settlement,
      settled,
      reason: '10 % failed; limit 5 %',
      meet,
      executionArn: EXECUTION_ARN,
    }),
  );

it('gives the traffic of a suspect release, the observations, and the way back', () => {
  const { subject, body, severity } = mail('suspect');
  expect(subject).toContain('[prod] CRITICAL orders: release looks bad, needs a person');
  expect(severity).toBe('critical');
  expect(body).toContain('        CreateOrder:live  90 % old version 4, 10 % new version 5 (bad)\n');
  expect(body).toContain('Do      Roll orders back, or leave it as it is.');
  expect(body).toContain('Seen\n  400 requests, 40 failed (10 %)\n  10 % failed\n  limit 5 %\n');
  expect(body).toContain('Live\n  CreateOrder:live  version 4\n');
  expect(body).toContain('\n  {"service": "orders", "releaseId": "orders-20260105T090000Z"}\n');
  expect(body).toMatch(new RegExp(`\n\nRelease ${RELEASE}$`));
});

it('alerts nobody where users do not meet the suspect release', () => {
  expect(mail('suspect', usersBack()).severity).toBe('warning');
});

it('says how a person vouches for an unproven release, and asks nothing for a good one', () => {
  expect(mail('unproven').body).toContain('{"service": "orders", "verdict": "good", "reason": "WHY"');
  expect(mail('good').body).toContain('Do      nothing');
});

it('names the services that could not be recorded, with the reason', () => {
  const failed = layOut(
    recordingFailedMail('prod', { service: 'orders', executionArn: EXECUTION_ARN, why: 'denied' }),
  );
  expect(failed.subject).toBe('[prod] orders: what is live could not be recorded');
  expect(failed.body).toContain(EXECUTION_ARN);
  expect(failed.body).toContain('Why\n  denied');
});
