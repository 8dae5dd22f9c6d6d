import { layOut } from '../../../../shared/mail/mail-text.ts';
import {
  catalogRefusedMail,
  monitoringFailedMail,
  type RefusedParameter,
} from '../../../../shared/mail/monitoring-mails.ts';
import { releaseMail } from '../../../../shared/mail/release-mails.ts';
import { usersBack, usersMeet } from '../../fixtures/mails.ts';
import { releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
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

  const mailOf = (one = release, good = true) =>
    layOut(releaseMail('prod', one, { good, now: NOW, meet: usersBack(), executionArn: EXECUTION_ARN }));

  it('confirms a good one with its observations, since its first deployment', () => {
    expect(mailOf()).toEqual({
      subject: '[prod] orders: release confirmed good (orders-20260105T090000Z)',
      severity: 'info',
      body: [
        'orders: the release of 2026-01-05 09:00:00 UTC was watched for 4 min 20 s and',
        'is good.',
        '',
        'Now     read at 2026-01-05 09:04:20 UTC',
        '        CreateOrder:live  100 % old version 4',
        'Next    stays so; the coordinator would go back to this release',
        'Do      nothing',
        '',
        'Watched',
        '  CreateOrder:live  version 4 -> 5: healthy, 900 requests, 1 failed (0.11 %)',
        '  ListOrders:live   version 11 -> 12: insufficient, 0 requests',
        '',
        'Release orders-20260105T090000Z',
      ].join('\n'),
    });
  });

  it('says of an unproven one that no rollback would use it', () => {
    const reason = '0 requests to CreateOrder:5 so far';
    const settled = { verdict: 'insufficient', at: iso(NOW), requests: 0, errors: 0, reason } as const;
    const undecided = releaseRecord({ deployments: { 'd-1': watchedDeployment({ settled }) } });
    const mail = mailOf(undecided, false);
    expect(mail.body).toContain(`Why\n  ${reason}`);
    expect(mail.subject).toContain('orders: release unproven, no verdict');
    expect(mail.body).toContain('the coordinator would not go back to this release');
  });

  it('names a deployment that is not settled yet by its versions alone', () => {
    const mail = mailOf(releaseRecord());
    expect(mail.body).toContain('CreateOrder:live  version 4 -> 5\n');
  });
});

it('says of a broken watch that the deployment continues unwatched', () => {
  const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:monitor-deployment:d-1';
  const mail = layOut(
    monitoringFailedMail('prod', {
      deploymentId: 'd-1',
      executionArn,
      why: 'it TIMED_OUT',
      meet: usersMeet(),
    }),
  );
  expect(mail.subject).toBe('[prod] deployment d-1: not being watched');
  expect(mail.body).toContain('nothing will roll');
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

  it('names its recipients', () => {
    const mail = layOut(
      catalogRefusedMail('prod', 'eu-west-1', refused('last-good-form', ['shop@example.com', 'Team Shop'])),
    );
    expect(mail.body).toContain('For: shop@example.com, Team Shop\nParameter /services/a');
  });

  it.each([
    ['last-good-form', 'was refused', 'Its last good form stays in force.'],
    ['nothing', 'was refused', 'The service is not looked after until it is mended.'],
    [
      'as-written',
      'names what does not exist',
      'It is in force all the same: what it names is looked after once it is there.',
    ],
  ] as const)('names the problem, and the entry in force (%s)', (stands, subject, consequence) => {
    const mail = layOut(catalogRefusedMail('prod', 'eu-west-1', refused(stands)));
    expect(mail.subject).toBe(`[prod] catalog: the parameter of a ${subject}`);
    expect(mail.body).toContain('Why\n  /services/a\n  service: must be …');
    expect(mail.body.replace(/\s+/g, ' ')).toContain(`Next ${consequence}`);
  });
});
