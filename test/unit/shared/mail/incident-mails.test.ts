import { type NewcomerRecord, type Outcome, releaseIdOf } from '../../../../shared/ledger/records.ts';
import { openedMail, outcomeMail, trafficMail } from '../../../../shared/mail/incident-mails.ts';
import {
  codeDeployPlan,
  incidentRecord,
  rollbackPlan,
  servicePlan,
  serviceResult,
} from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
import { iso, NOW } from '../../fixtures/times.ts';

const evidence = [
  {
    rule: 'error-rate-limit',
    finding: 'breach' as const,
    metric: 'errors',
    detail: '21.4 % of 140 requests failed',
  },
  {
    rule: 'slow-requests-limit',
    finding: 'breach' as const,
    metric: 'slow',
    detail: '30 % took over 800 ms',
  },
  { rule: 'declared-alarm', finding: 'note' as const, metric: 'alarm', detail: 'alarm x does not exist' },
];
const link = `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${EXECUTION_ARN}`;

describe('the mail that opens a thread', () => {
  it('says why, in numbers, what is being done, and where to look', () => {
    const plan = rollbackPlan(
      servicePlan({ unchanged: [{ target: 'ListOrders:live', reason: 'it is on version 7' }] }),
    );
    expect(openedMail('prod', incidentRecord({ evidence }), plan)).toEqual({
      subject: '[prod] orders: bad release, rolling back',
      body: [
        'orders: the release of 2026-01-05 09:00:00 UTC is bad and is being rolled back.',
        '',
        'Why',
        '  21.4 % of 140 requests failed',
        '  also: 30 % took over 800 ms',
        '  alarm x does not exist',
        '',
        'How long it will take',
        '  not known: none of it went back before',
        '',
        'What is being done to orders',
        '  to the release of yesterday',
        '  CreateOrder:live  back from version 5 to version 4',
        '  stack pin         stack shop-orders pinned to the versions that users are on, with its service role arn:aws:iam::111122223333:role/deploy',
        '  stack             stack shop-orders brought to rest in the state of that release, with its service role arn:aws:iam::111122223333:role/deploy',
        '  ListOrders:live   stays: it is on version 7',
        '',
        'When',
        '  detected  2026-01-05 09:04:20 UTC',
        '',
        'Incident orders-20260105T090000Z, found by watching deployment d-ORDERS005',
        link,
      ].join('\n'),
    });
  });

  it('says when a release began whose id has its cause', () => {
    const releaseId = releaseIdOf('orders', '2026-01-05T09:00:30.915Z', 'd-ORDERS005');
    const { body } = openedMail('prod', incidentRecord({ releaseId }), rollbackPlan(servicePlan()));
    expect(body).toContain('orders: the release of 2026-01-05 09:00:30 UTC is bad');
  });

  it('says how long it took before, along the longest way', () => {
    const plan = rollbackPlan(
      servicePlan({ usualSeconds: 60 }),
      servicePlan({ service: 'payment', usualSeconds: 90, waitsFor: ['orders'] }),
      servicePlan({ service: 'users' }),
    );
    expect(openedMail('prod', incidentRecord(), plan).body).toContain(
      [
        '  about 2 min 30 s, by what the latest rollbacks took: the longest way is orders, payment, one after the other',
        '  not known, and not counted: users',
      ].join('\n'),
    );
  });

  it('says which attempt it is, and who asked', () => {
    const { deploymentId: _, ...byPerson } = incidentRecord({ attempt: 2, requestedBy: 'on-call' });
    const mail = openedMail('dev', byPerson, rollbackPlan());
    expect(mail.subject).toBe('[dev] orders: bad release, rolling back (attempt 2)');
    expect(mail.body).toContain('Incident orders-20260105T090000Z, asked for by on-call');
  });
});

describe('the mail that says that users are back', () => {
  const back = serviceResult({
    status: 'traffic-restored',
    trafficBackAt: iso(NOW + 40_000),
    finishedAt: iso(NOW + 40_000),
  });
  const failed = serviceResult({
    service: 'payment',
    status: 'failed',
    targets: [{ target: 'Pay:live', status: 'failed', action: 'the alias moved' }],
  });
  const payment = servicePlan({ service: 'payment', toRelease: 'payment-1' });

  it('says when they were, what was done, and what follows', () => {
    expect(trafficMail('prod', incidentRecord(), rollbackPlan(), [back], NOW + 45_000)).toEqual({
      subject: '[prod] orders: users are back on good code',
      body: [
        'orders: users are back on good code, 40 s after the bad release was detected.',
        '',
        'What was done to orders',
        '  CreateOrder:live  alias pointed back',
        '',
        'What follows',
        '  orders  stack shop-orders pinned to the versions that users are on, with its service role arn:aws:iam::111122223333:role/deploy',
        '  orders  stack shop-orders brought to rest in the state of that release, with its service role arn:aws:iam::111122223333:role/deploy',
        '  Then the same judge that condemned the release looks at the services again. One more mail ends the incident.',
        '',
        'When',
        '  detected  2026-01-05 09:04:20 UTC',
        '  now       2026-01-05 09:05:05 UTC',
        '',
        'Incident orders-20260105T090000Z, found by watching deployment d-ORDERS005',
        link,
      ].join('\n'),
    });
  });

  it('says of how many services they are, and promises nothing to the others', () => {
    const { subject, body } = trafficMail(
      'prod',
      incidentRecord(),
      rollbackPlan(servicePlan(), payment),
      [back, failed],
      NOW + 45_000,
    );
    expect(subject).toBe('[prod] orders: users of 1 of 2 services are back on good code');
    expect(body).toContain('users of 1 of 2 services are back on good code, 40 s after');
    expect(body).toContain('  payment  NOT BACK: see what was done to it');
    expect(body).toContain('  Pay:live  FAILED: the alias moved');
    const [, follows = ''] = body.split('What follows');
    expect(follows).toContain('  orders  stack shop-orders pinned');
    expect(follows).not.toContain('payment');
  });

  it('counts the time to the last service whose users are back', () => {
    const later = serviceResult({
      service: 'payment',
      trafficBackAt: iso(NOW + 90_000),
      finishedAt: iso(NOW + 90_000),
    });
    const plan = rollbackPlan(servicePlan(), payment);
    const { body } = trafficMail('prod', incidentRecord(), plan, [back, later], NOW + 95_000);
    expect(body).toMatch(/^orders: users are back on good code, 1 min 30 s after/);
  });

  it('has nothing to follow but the judge where no stack is in the plan', () => {
    const plan = rollbackPlan(servicePlan({ targets: [codeDeployPlan()] }));
    const result = serviceResult({ trafficBackAt: iso(NOW) });
    expect(trafficMail('prod', incidentRecord(), plan, [result], NOW).body).toContain(
      'What follows\n  Then the same judge',
    );
  });
});

describe('the mail that ends a thread', () => {
  const news = {
    outcome: 'rolled-back' as Outcome,
    closedAt: NOW + 255_000,
    services: [serviceResult()],
    planned: [servicePlan()],
    byHand: [] as string[],
    newcomers: [] as NewcomerRecord[],
    recovery: 'recovered; 0 of 120 requests failed' as string | undefined,
    failure: undefined as string | undefined,
  };
  const mailOf = (changes: Partial<typeof news> = {}) =>
    outcomeMail('prod', incidentRecord(), { ...news, ...changes });

  it('says what was done, how long it took and how it is now', () => {
    expect(mailOf()).toEqual({
      subject: '[prod] orders: rolled back',
      body: [
        'orders: rolled back, 4 min 15 s after it was detected.',
        '',
        'What was done to orders',
        '  CreateOrder:live  alias pointed back',
        '',
        'How it is now',
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

  it('says how long the services took, beside what was expected of them', () => {
    const services = [serviceResult({ startedAt: iso(NOW), finishedAt: iso(NOW + 75_000) })];
    const planned = [servicePlan({ usualSeconds: 120 })];
    expect(mailOf({ services, planned }).body).toContain('services took   1 min 15 s, expected 2 min');
  });

  it.each<[Outcome, string, boolean]>([
    ['rolled-back', 'rolled back', false],
    ['not-needed', 'no rollback was needed', false],
    ['traffic-restored', 'users are back, a stack needs a person', true],
    ['partly-rolled-back', 'only partly rolled back, needs a person', true],
    ['frozen', 'frozen, needs a person', true],
    ['needs-person', 'not rolled back, needs a person', true],
  ])('of outcome %s says "%s"', (outcome, headline, person) => {
    const mail = mailOf({ outcome });
    expect(mail.subject).toBe(`[prod] orders: ${headline}`);
    expect(mail.body.includes('What is left to do')).toBe(person);
    expect(mail.body.includes('{"service": "orders"}')).toBe(person);
  });

  it('marks what was left on purpose, and says why', () => {
    const targets = [
      { target: 'stack pin', status: 'left' as const, action: 'Table would be changed' },
      { target: 'stack', status: 'left' as const, action: 'left as it is: the stack is not pinned' },
    ];
    const services = [serviceResult({ status: 'traffic-restored', targets })];
    expect(mailOf({ outcome: 'traffic-restored', services }).body).toContain(
      [
        'What was done to orders',
        '  stack pin  LEFT AS IT IS: Table would be changed',
        '  stack      LEFT AS IT IS: left as it is: the stack is not pinned',
      ].join('\n'),
    );
  });

  it('marks what failed and says what stopped the automation', () => {
    const targets = [{ target: 'stack', status: 'failed' as const, action: 'UPDATE_ROLLBACK_FAILED' }];
    const { body } = mailOf({
      outcome: 'needs-person',
      services: [serviceResult({ status: 'failed', targets })],
      recovery: undefined,
      failure: 'The lock is gone (LockLost)',
    });
    expect(body).toContain('What was done to orders\n  stack  FAILED: UPDATE_ROLLBACK_FAILED');
    expect(body).toContain('What stopped the automation\n  The lock is gone (LockLost)');
    expect(body).not.toContain('How it is now');
  });
});

it('says whom it is for, where the catalog does', () => {
  const owned = incidentRecord({ owners: ['shop@example.com', 'Team Shop'] });
  const line = '\n\nFor: shop@example.com, Team Shop\nIncident ';
  expect(openedMail('prod', owned, rollbackPlan()).body).toContain(line);
  expect(openedMail('prod', incidentRecord(), rollbackPlan()).body).not.toContain('For: ');
});
