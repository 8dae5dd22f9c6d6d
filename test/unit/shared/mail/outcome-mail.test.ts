import type { ConcurrentReleaseRecord, Outcome } from '../../../../shared/ledger/records.ts';
import { layOut } from '../../../../shared/mail/mail-text.ts';
import { type OutcomeFacts, outcomeMail } from '../../../../shared/mail/outcome-mail.ts';
import { aliasTraffic, usersBack, usersMeet } from '../../fixtures/mails.ts';
import { incidentRecord, rollbackPlan, servicePlan, serviceResult } from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
import { iso, NOW } from '../../fixtures/times.ts';

const link = `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${EXECUTION_ARN}`;
const facts: OutcomeFacts = {
  outcome: 'rolled-back',
  closedAt: NOW + 255_000,
  services: [serviceResult()],
  planned: [servicePlan()],
  meet: usersBack(),
  byHand: [],
  concurrentReleases: [] as ConcurrentReleaseRecord[],
  recovery: 'recovered; 0 of 120 requests failed',
  failure: undefined,
};
const breach = {
  rule: 'error-rate-limit',
  finding: 'breach' as const,
  metric: 'errors',
  detail: '21.4 % of 140 requests failed',
};
const found = incidentRecord({ evidence: [breach] });
const mailOf = (changes: Partial<OutcomeFacts> = {}, incident = found) =>
  layOut(outcomeMail('prod', incident, { ...facts, ...changes }));
/** A body as one line, so that a sentence is found however it was wrapped. */
const flat = (body: string) => body.replace(/\s+/g, ' ');

it('says what users meet, what was done, how long it took and the state now', () => {
  expect(mailOf()).toEqual({
    subject: '[prod] orders: rolled back (orders-20260105T090000Z)',
    severity: 'info',
    body: [
      'orders: rolled back, 4 min 15 s after it was detected. All users are on good',
      'code again.',
      '',
      'Now     read at 2026-01-05 09:04:20 UTC',
      '        CreateOrder:live  100 % old version 4',
      'Next    stays so',
      'Do      nothing',
      '',
      'Done to orders',
      '  CreateOrder:live  alias pointed back',
      '',
      'Health since',
      '  recovered; 0 of 120 requests failed',
      '',
      'Why',
      '  21.4 % of 140 requests failed',
      '',
      'When',
      '  detected        2026-01-05 09:04:20 UTC',
      '  rollback began  2026-01-05 09:04:20 UTC',
      '  services took   0 s',
      '  closed          2026-01-05 09:08:35 UTC',
      '',
      'Incident orders-20260105T090000Z, found by watching deployment d-ORDERS005',
      link,
    ].join('\n'),
  });
});

it('gives the duration of the services, beside the expectation', () => {
  const services = [serviceResult({ startedAt: iso(NOW), finishedAt: iso(NOW + 75_000) })];
  const planned = [servicePlan({ usualSeconds: 120 })];
  expect(mailOf({ services, planned }).body).toContain('services took   1 min 15 s, expected 2 min');
});

it('does not say that a rollback began where none did', () => {
  expect(mailOf({ outcome: 'needs-person', services: [] }).body).not.toContain('rollback began');
});

it.each<[Outcome, string, boolean]>([
  ['rolled-back', 'rolled back', false],
  ['not-needed', 'no rollback was needed', false],
  ['traffic-restored', 'users are back, a stack needs a person', true],
  ['partly-rolled-back', 'only partly rolled back, needs a person', true],
  ['frozen', 'frozen, needs a person', true],
  ['needs-person', 'not rolled back, needs a person', true],
])('has for outcome %s the words "%s"', (outcome, headline, person) => {
  const mail = mailOf({ outcome });
  expect(mail.subject).toContain(`orders: ${headline}`);
  expect(mail.body.includes('Do      nothing')).toBe(!person);
  expect(mail.severity === 'info').toBe(!person);
  const restart = `{"service": "orders", "releaseId": "${found.releaseId}"}`;
  expect(mail.body.includes(restart)).toBe(person && outcome !== 'frozen');
});

describe('it is critical', () => {
  const open = { outcome: 'needs-person' as const, services: [] };
  const unread = usersMeet(aliasTraffic({ state: undefined, unread: 'ThrottlingException' }));

  it.each([
    ['where users meet the bad version', usersMeet(), 'critical'],
    ['where nobody knows what they meet', unread, 'critical'],
    ['not where they do not', usersBack(), 'warning'],
  ] as const)('%s', (_, meet, severity) => {
    expect(mailOf({ ...open, meet }).severity).toBe(severity);
  });

  it('where the rollback did not help', () => {
    const mail = mailOf({ outcome: 'needs-person', notRecovered: true });
    expect(mail.severity).toBe('critical');
    expect(mail.subject).toMatch(/^\[prod\] CRITICAL orders: rolled back, but NOT recovered/);
  });

  it('not where a person decided that the release stays', () => {
    const withheld = { refused: true, reason: 'Refused by on-call: it is the weather', plan: rollbackPlan() };
    const mail = mailOf({ outcome: 'not-needed', services: [], meet: usersMeet(), withheld });
    expect(mail.severity).toBe('info');
    expect(mail.body).toContain('Why nothing was done\n  Refused by on-call: it is the weather');
  });
});

it('does not call anyone to roll back a service of which nothing bad is known', () => {
  const { deploymentId: _, ...mistyped } = incidentRecord({ requestedBy: 'on-call' });
  const withoutRestorePoint = [{ function: 'shop-create', alias: 'live', version: '41' }];
  const mail = mailOf(
    { outcome: 'needs-person', services: [], planned: [], meet: usersMeet(), withoutRestorePoint },
    mistyped,
  );
  expect(mail.subject).toContain('orders: not rolled back as asked');
  expect(mail.severity).toBe('warning');
  expect(mail.body).not.toContain('(bad)');
  expect(flat(mail.body)).toContain(
    'Do Check that orders was meant: the coordinator has seen nothing bad of it. By no deadline',
  );
});

it('names the stopped deployments of a frozen incident and its remaining traffic, and never says that nothing changed', () => {
  const recovery = 'Stopped, so that traffic is shifted no further: d-ORDERS005.';
  const mail = mailOf({
    outcome: 'frozen',
    services: [],
    planned: [],
    meet: usersMeet(),
    recovery,
    failure: 'ledger is declared irreversible',
  });
  expect(mail.body).toContain('        CreateOrder:live  90 % old version 4, 10 % new version 5 (bad)\n');
  expect(mail.body).toContain('Stopped\n  Stopped, so that traffic is shifted no further: d-ORDERS005.');
  expect(mail.body).toContain('Why it did not go on\n  ledger is declared irreversible');
  expect(mail.body).not.toMatch(/nothing (has been|was) changed/i);
  expect(mail.severity).toBe('critical');
  const back = mailOf({ outcome: 'frozen', services: [], planned: [], recovery });
  expect(back.body).toContain('        CreateOrder:live  100 % old version 4\n');
  expect(back.severity).toBe('warning');
});

it('gives the time at which CodeDeploy moves users next, if nobody acts', () => {
  const nextShift = { at: NOW + 600_000, share: 1 };
  const meet = usersMeet(aliasTraffic({ nextShift }));
  const withheld = { refused: false, reason: 'It is on hold.', plan: rollbackPlan() };
  const { body } = mailOf({ outcome: 'needs-person', services: [], meet, withheld });
  expect(flat(body)).toContain(
    'Next at 2026-01-05 09:14:20 UTC CodeDeploy moves 100 % of CreateOrder:live to new version 5',
  );
  expect(body).toContain('{"service": "orders", "planDigest": "');
});

it('sums up the restorations of an earlier attempt', () => {
  const planned = ['cart', 'shop', 'orders'].map((service) => servicePlan({ service }));
  const services = planned.map(({ service }) => serviceResult({ service }));
  const { body } = mailOf({ services, planned, back: ['cart', 'shop'] });
  expect(body).toContain(
    'Result\n  Users of 3 of 3 services are back.\n  Back since an earlier attempt: cart, shop.\n  orders  back on',
  );
});

it('names the approver', () => {
  const approval = { by: 'on-call', reason: 'errors are real', answeredAt: iso(NOW) };
  expect(mailOf({ approval }).body).toContain('Approved\n  by      on-call\n  reason  errors are real');
});

it('gives the way by hand where there is no release to go back to, and no restart', () => {
  const withoutRestorePoint = [{ function: 'shop-create', alias: 'live', version: '41' }];
  const { body } = mailOf({ outcome: 'needs-person', services: [], withoutRestorePoint });
  expect(flat(body).replaceAll('\\ ', '')).toContain(
    '--function-name shop-create --name live --function-version 41 ',
  );
  expect(body).toContain('Deploy the last commit that worked');
  expect(body).not.toContain('start coordinate-rollback (the first link) with');
});

it('marks targets left on purpose, and names the service that must not be deployed', () => {
  const targets = [
    { target: 'stack pin', status: 'left' as const, action: 'Table would be changed' },
    { target: 'stack', status: 'left' as const, action: 'left as it is: the stack is not pinned' },
  ];
  const services = [serviceResult({ status: 'traffic-restored', targets })];
  const { body, severity } = mailOf({ outcome: 'traffic-restored', services, byHand: ['aws x'] });
  expect(severity).toBe('warning');
  expect(body).toContain(
    'Done to orders\n  stack pin  LEFT AS IT IS: Table would be changed\n  stack      LEFT AS IT IS: left as it is: the stack is not pinned',
  );
  expect(body).toContain('Do      Do not deploy orders before the stack is pinned: finish it first.');
  expect(body).toContain('By hand\n  aws x');
});

it('marks failures and names what stopped the automation', () => {
  const targets = [{ target: 'stack', status: 'failed' as const, action: 'UPDATE_ROLLBACK_FAILED' }];
  const { body } = mailOf({
    outcome: 'needs-person',
    services: [serviceResult({ status: 'failed', targets })],
    recovery: undefined,
    failure: 'The lock is gone (LockLost)',
  });
  expect(body).toContain('Done to orders\n  stack  FAILED: UPDATE_ROLLBACK_FAILED');
  expect(body).toContain('Why it did not go on\n  The lock is gone (LockLost)');
  expect(body).not.toContain('Health since');
});
