import {
  catalogRefusedMail,
  monitoringFailedMail,
  type RefusedParameter,
} from '../../../../shared/mail/monitoring-mails.ts';
import { releaseMail } from '../../../../shared/mail/release-mails.ts';
import { releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { iso, NOW } from '../../fixtures/times.ts';

describe('the mail of a release', () => {
  const settled = { verdict: 'healthy' as const, at: iso(NOW), requests: 900, errors: 1 };
  const release = releaseRecord({
    deployments: {
      a: watchedDeployment({ settled }),
      b: watchedDeployment({
        target: 'ListOrders:live',
        fromVersion: '11',
        toVersion: '12',
        createdAt: '2026-01-05T09:01:00.000Z',
        settled: { ...settled, verdict: 'insufficient', requests: 0, errors: 0 },
      }),
    },
  });

  it('confirms a good one with what was watched, since its first deployment', () => {
    expect(releaseMail('prod', release, { good: true, now: NOW })).toEqual({
      subject: '[prod] orders: release confirmed good',
      body: [
        'orders: the release of 2026-01-05 09:00:00 UTC was watched for 4 min 20 s and is good.',
        '',
        'What was watched',
        '  CreateOrder:live  version 4 -> 5: healthy, 900 requests, 1 failed (0.1 %)',
        '  ListOrders:live   version 11 -> 12: insufficient, 0 requests',
        '',
        'Release orders-20260105T090000Z',
      ].join('\n'),
    });
  });

  it('says of an unproven one that nothing would go back to it', () => {
    const reason = '0 requests to CreateOrder:5 so far';
    const settled = { verdict: 'insufficient', at: iso(NOW), requests: 0, errors: 0, reason } as const;
    const undecided = releaseRecord({ deployments: { 'd-1': watchedDeployment({ settled }) } });
    const mail = releaseMail('prod', undecided, { good: false, now: NOW });
    expect(mail.body).toContain(`Why there is no verdict\n  ${reason}`);
    expect(mail.subject).toBe('[prod] orders: release unproven, no verdict');
    expect(mail.body).toContain('it is not a release the coordinator would go back to');
  });

  it('names a deployment that is not settled yet by its versions alone', () => {
    const mail = releaseMail('prod', releaseRecord(), { good: true, now: NOW });
    expect(mail.body).toContain('CreateOrder:live  version 4 -> 5\n');
  });
});

it('says of a broken watch that the deployment goes on unwatched', () => {
  const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:monitor-deployment:d-1';
  const mail = monitoringFailedMail('prod', { deploymentId: 'd-1', executionArn, why: 'it TIMED_OUT' });
  expect(mail.subject).toBe('[prod] deployment d-1 is not being watched');
  expect(mail.body).toContain('nothing will roll it back by itself');
  expect(mail.body).toContain('Why\n  it TIMED_OUT');
  expect(mail.body).toContain(executionArn);
});

describe('the mail of a refused parameter', () => {
  const refused = (stands: RefusedParameter['stands'], owners: string[] = []) => ({
    service: 'a',
    parameter: '/services/a',
    reason: 'service: must be …',
    stands,
    owners,
  });

  it('says whom it is for', () => {
    const mail = catalogRefusedMail('prod', refused('last-good-form', ['shop@example.com', 'Team Shop']));
    expect(mail.body).toContain('/services/a\n  For: shop@example.com, Team Shop\n  service: must be …');
  });

  it.each([
    ['last-good-form', 'was refused', 'Its last good form stays in force.'],
    ['nothing', 'was refused', 'The service is not looked after until it is mended.'],
    [
      'as-written',
      'names no existing stack',
      'It is in force all the same: the stack is looked after from its first deployment on.',
    ],
  ] as const)('says what is wrong with it, and what is in force (%s)', (stands, subject, consequence) => {
    const mail = catalogRefusedMail('prod', refused(stands));
    expect(mail.subject).toBe(`[prod] catalog: the parameter of a ${subject}`);
    expect(mail.body).toContain(`/services/a\n  service: must be …\n  ${consequence}`);
  });
});
