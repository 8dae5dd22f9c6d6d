import { releaseIdOf } from '../../../../shared/ledger/records.ts';
import { openedMail, trafficMail } from '../../../../shared/mail/incident-mails.ts';
import { layOut } from '../../../../shared/mail/mail-text.ts';
import { usersBack, usersMeet } from '../../fixtures/mails.ts';
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
  const opened = (
    incident = incidentRecord({ evidence }),
    facts: Partial<Parameters<typeof openedMail>[2]> = {},
  ) => layOut(openedMail('prod', incident, { plan: rollbackPlan(), meet: usersMeet(), ...facts }));

  it('says what users meet, that there is nothing to do, the action in progress, and the reason in numbers', () => {
    const plan = rollbackPlan(
      servicePlan({ unchanged: [{ target: 'ListOrders:live', reason: 'it is on version 7' }] }),
    );
    expect(opened(incidentRecord({ evidence }), { plan })).toEqual({
      subject: '[prod] orders: bad release, rolling back (orders-20260105T090000Z)',
      severity: 'warning',
      body: [
        'orders: the release of 2026-01-05 09:00:00 UTC is bad, and its rollback has',
        'started.',
        '',
        'Now     read at 2026-01-05 09:04:20 UTC',
        '        CreateOrder:live  90 % old version 4, 10 % new version 5 (bad)',
        'Next    all users on old versions as soon as AWS allows; a mail follows when',
        '        users are safe',
        'Do      nothing',
        '',
        'Plan',
        '  1 service goes back. How long it takes is not known: none of it went back',
        '      before.',
        '  to the release of yesterday',
        '  CreateOrder:live  back from version 5 to version 4',
        '  stack pin         stack shop-orders pinned to the versions that users are',
        '                    on, with its service role',
        '                    arn:aws:iam::111122223333:role/deploy',
        '  stack             stack shop-orders brought to rest in the state of that',
        '                    release, with its service role',
        '                    arn:aws:iam::111122223333:role/deploy',
        '  ListOrders:live   stays: it is on version 7',
        '',
        'Why',
        '  21.4 % of 140 requests failed',
        '  also: 30 % took over 800 ms',
        '  alarm x does not exist',
        '',
        'When',
        '  detected  2026-01-05 09:04:20 UTC',
        '',
        'Incident orders-20260105T090000Z, found by watching deployment d-ORDERS005',
        link,
      ].join('\n'),
    });
  });

  it('names the beginning of a release whose id has its cause', () => {
    const releaseId = releaseIdOf('orders', '2026-01-05T09:00:30.915Z', 'd-ORDERS005');
    expect(opened(incidentRecord({ releaseId, evidence })).body).toContain(
      'orders: the release of 2026-01-05 09:00:30 UTC is bad',
    );
  });

  it('gives the duration of earlier rollbacks, along the longest path', () => {
    const plan = rollbackPlan(
      servicePlan({ usualSeconds: 60 }),
      servicePlan({ service: 'payment', usualSeconds: 90, waitsFor: ['orders'] }),
      servicePlan({ service: 'users' }),
    );
    const body = opened(undefined, { plan }).body.replace(/\s+/g, ' ');
    expect(body).toContain('Next all users on old versions in about 2 min 30 s;');
    expect(body).toContain(
      '3 services go back. It takes about 2 min 30 s, by the latest rollbacks, along orders, payment. ' +
        'Not known, and not counted: users.',
    );
  });

  it('names the attempt, and the person who requested it', () => {
    const { deploymentId: _, ...byPerson } = incidentRecord({ attempt: 2, requestedBy: 'on-call' });
    const mail = opened(byPerson);
    expect(mail.subject).toContain('orders: rolling back on request (attempt 2)');
    expect(mail.body).toMatch(/^orders: a person asked to undo the release/);
    expect(mail.body).toContain('Incident orders-20260105T090000Z, asked for by on-call');
  });

  it('says that no person requested a rollback found without a deployment', () => {
    const { deploymentId: _, ...recorded } = incidentRecord({ evidence });
    expect(opened(recorded).body.replace(/\s+/g, ' ')).toContain(
      'Incident orders-20260105T090000Z, found by watching what is live: the release came without a CodeDeploy deployment',
    );
  });

  it('reports once the finding of two tests on the same requests', () => {
    const compared = { rule: 'compared-with-control', finding: 'breach' as const, metric: 'errors of f:5' };
    const normal = { rate: 0.005, source: 'history', hours: 24, requests: 9000 };
    const twice = [
      { ...compared, detail: '28 % of 100 failed, against 0.1 % of 940' },
      { ...compared, rule: 'above-normal-while-split', chance: 1e-6, normal, detail: '28 % of 100 failed' },
    ];
    const { body } = opened(incidentRecord({ reason: '28 % of 100 failed', evidence: twice }));
    expect(body.match(/28 % of 100 failed/g)).toHaveLength(1);
    expect(body.replace(/\s+/g, ' ')).toContain(
      'Why 28 % of 100 failed, against 0.1 % of 940; normal is up to 0.5 %, by chance: 1 in 1,000,000',
    );
  });

  it('names the approver, and the reason', () => {
    const approval = { by: 'on-call', reason: 'errors are real', answeredAt: iso(NOW) };
    const { body } = opened(undefined, { approval });
    expect(body).toMatch(/^orders: .* is bad, and a person approved\nits rollback, which has started\./);
    expect(body).toContain(
      'Approved\n  by      on-call\n  reason  errors are real\n  at      2026-01-05 09:04:20 UTC',
    );
  });

  it('sums up the restorations of an earlier attempt', () => {
    const plan = rollbackPlan(
      servicePlan({ service: 'cart' }),
      servicePlan({ service: 'shop' }),
      servicePlan(),
    );
    const { body } = opened(incidentRecord({ attempt: 2, evidence }), { plan, back: ['cart', 'shop'] });
    expect(body).toContain('  1 service goes back.');
    expect(body).toContain('  Back since an earlier attempt: cart, shop. Only what is left of them is');
    expect(body).not.toContain('Plan for cart');
  });
});

describe('the mail about users who are back', () => {
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
  const traffic = (plan = rollbackPlan(), results = [back], now = NOW + 45_000) =>
    layOut(trafficMail('prod', incidentRecord({ evidence }), { plan, results, meet: usersBack(), now }));

  it('gives the time, the restrictions meanwhile, and the next step', () => {
    const { subject, body, severity } = traffic();
    expect(subject).toBe('[prod] orders: users are back on good code (orders-20260105T090000Z)');
    expect(severity).toBe('warning');
    expect(body).toMatch(
      new RegExp(
        [
          '^orders: users are back on good code, 40 s after the bad release was detected\\.',
          '',
          'Now     read at 2026-01-05 09:04:20 UTC',
          '        CreateOrder:live  100 % old version 4',
          'Next    stacks are put right, .*',
          '        ends the incident',
          'Do      Do not deploy orders before the mail that ends this incident\\.',
        ].join('\n'),
      ),
    );
    expect(body).toContain('Done to orders\n  CreateOrder:live  alias pointed back\n');
    expect(body).toContain('Still to come\n  orders  stack shop-orders pinned to the versions that users');
    expect(body).toContain('  now       2026-01-05 09:05:05 UTC');
  });

  it('names the number of services, and promises nothing to the others', () => {
    const { subject, body } = traffic(rollbackPlan(servicePlan(), payment), [back, failed]);
    expect(subject).toContain('orders: users of 1 of 2 services are back on good code');
    expect(body).toContain('users of 1 of 2 services are back on good code, 40 s after');
    expect(body).toContain('  payment  NOT BACK: see what was done to it');
    expect(body).toContain('  Pay:live  FAILED: the alias moved');
    const [, follows = ''] = body.split('Still to come');
    expect(follows).toContain('  orders  stack shop-orders pinned');
    expect(follows.split('\n\n')[0]).not.toContain('payment');
  });

  it('counts the time to the last service whose users are back', () => {
    const later = serviceResult({
      service: 'payment',
      trafficBackAt: iso(NOW + 90_000),
      finishedAt: iso(NOW + 90_000),
    });
    const { body } = traffic(rollbackPlan(servicePlan(), payment), [back, later], NOW + 95_000);
    expect(body).toMatch(/^orders: users are back on good code, 1 min 30 s after/);
  });

  it('asks for nothing where no stack is in the plan', () => {
    const plan = rollbackPlan(servicePlan({ targets: [codeDeployPlan()] }));
    const { body, severity } = traffic(plan, [serviceResult({ trafficBackAt: iso(NOW) })], NOW);
    expect(severity).toBe('info');
    expect(body).toContain(
      'Next    then the same judge looks again; one more mail ends the incident\nDo      nothing',
    );
  });
});

it('names its recipients, where the catalog does', () => {
  const bodyFor = (owners?: string[]) =>
    layOut(
      openedMail('prod', incidentRecord({ ...(owners && { owners }) }), {
        plan: rollbackPlan(),
        meet: usersMeet(),
      }),
    ).body;
  expect(bodyFor(['shop@example.com', 'Team Shop'])).toContain(
    '\n\nFor: shop@example.com, Team Shop\nIncident ',
  );
  expect(bodyFor()).not.toContain('For: ');
});
