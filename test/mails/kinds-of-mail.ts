import { regionOf } from '../../shared/by-hand/start-execution.ts';
import type { CriticalMail } from '../../shared/ledger/critical-mail.ts';
import type { IncidentRecord, ServiceResult } from '../../shared/ledger/records.ts';
import { approvalMail } from '../../shared/mail/approval-mail.ts';
import { concurrentReleaseMail } from '../../shared/mail/concurrent-release-mail.ts';
import { digestMail } from '../../shared/mail/digest-mail.ts';
import { criticalMailOf, escalationMail } from '../../shared/mail/escalation-mail.ts';
import { failedMail } from '../../shared/mail/failed-mail.ts';
import { finishByHand } from '../../shared/mail/finish-by-hand.ts';
import { strayMail } from '../../shared/mail/guard-mails.ts';
import { openedMail, trafficMail } from '../../shared/mail/incident-mails.ts';
import type { MailText } from '../../shared/mail/mail-text.ts';
import {
  catalogDeletedMail,
  catalogRefusedMail,
  monitoringFailedMail,
  rollbackNotBegunMail,
} from '../../shared/mail/monitoring-mails.ts';
import { type OutcomeFacts, outcomeMail } from '../../shared/mail/outcome-mail.ts';
import { planMail } from '../../shared/mail/plan-mail.ts';
import { recordedMail, recordingFailedMail, unrecordedMail } from '../../shared/mail/recorded-mails.ts';
import {
  observedMail,
  releaseMail,
  servedWellMail,
  sharedCauseMail,
} from '../../shared/mail/release-mails.ts';
import { aliasCommand } from '../../shared/targets/alias/restoring.ts';
import { aliasTraffic, usersBack, usersMeet } from '../unit/fixtures/mails.ts';
import {
  codeDeployPlan,
  concurrentRelease,
  DEPLOYMENT,
  goodRelease,
  incidentRecord,
  releaseRecord,
  rollbackPlan,
  servicePlan,
  serviceResult,
  stackPinPlan,
  stackPlan,
  watchedDeployment,
} from '../unit/fixtures/records.ts';
import { EXECUTION_ARN, MONITOR_ARN } from '../unit/fixtures/runtime-of.ts';
import { iso, NOW } from '../unit/fixtures/times.ts';

const environment = 'prod';
const watch = MONITOR_ARN.replace('stateMachine', 'execution').concat(`:${DEPLOYMENT}`);
const evidence = [
  {
    rule: 'above-normal-while-split',
    finding: 'breach' as const,
    metric: 'errors of shop-orders-CreateOrder-AB12:5',
    detail:
      '21 % of 140 requests to shop-orders-CreateOrder-AB12:5 failed since 09:02 UTC; normal is up to 0.12 %; ' +
      'by chance: less than 1 in 1,000,000',
  },
];
const incident: IncidentRecord = incidentRecord({
  evidence,
  reason: evidence[0]?.detail ?? '',
  owners: ['team-shop@example.com'],
});
const { deploymentId: _, ...onWord } = incidentRecord({
  requestedBy: 'the person on call',
  reason: 'it looks slow',
});
const cartAlias = {
  target: 'CartFunction:live',
  function: 'shop-cart-CartFunction-EF56',
  fromVersion: '8',
  toVersion: '7',
};
const cartGroup = {
  application: 'shop-cart-ServerlessDeploymentApplication-GH78',
  deploymentGroup: 'shop-cart-CartFunctionDeploymentGroup-IJ90',
};
const cartStack = { stack: 'shop-cart', aliases: [{ ...codeDeployPlan(), ...cartAlias }] };
const cart = servicePlan({
  service: 'cart',
  targets: [
    codeDeployPlan({ ...cartAlias, ...cartGroup, deploymentId: 'd-CART00008' }),
    stackPinPlan({ ...cartStack, groups: [cartGroup], deployments: ['d-CART00008'] }),
    stackPlan({ ...cartStack, shifted: [cartAlias.target] }),
  ],
  usualSeconds: 30,
  reason: 'it was released 2026-01-05 09:02:00 UTC, on top of the release of orders, which is undone',
});
/** The state of its alarms when the release began. */
const preflight = {
  conditions: [
    {
      name: 'orders-backlog',
      kind: 'noisy' as const,
      detail: 'went into ALARM 9 times in the 14 days before the release: it may ring for other reasons',
    },
    {
      name: 'shop-orders-GetOrder-CD34:live',
      kind: 'unwatched' as const,
      detail: 'no alarm sees it: orders-errors counts shop-orders-CreateOrder-AB12',
    },
  ],
};
/** The change of the release: digests and origins, before and after. */
const digests = {
  from: { code: 'q2hFYmtKTm9w', configuration: 'c' },
  to: { code: 'Bk+mlGeD9cXy', configuration: 'c' },
};
const change = {
  origin: [
    { name: 'by' as const, value: 'deploy-bot' },
    { name: 'commit' as const, value: '3f2c91a, Retry payment twice' },
  ],
  originBefore: [
    { name: 'by' as const, value: 'deploy-bot' },
    { name: 'commit' as const, value: '9b01d77, Show the total' },
  ],
  added: ['OrderNotes'],
  removed: [],
  changed: ['CreateOrder (Code, Environment)'],
  parameters: ['LogLevel'],
};
const bad = releaseRecord({
  verdict: 'bad',
  origin: change.origin,
  deployments: { [DEPLOYMENT]: watchedDeployment({ preflight, digests }) },
});
const targets = [codeDeployPlan({ toCodeSha256: digests.from.code }), stackPinPlan(), stackPlan()];
const plan = rollbackPlan(cart, servicePlan({ targets, waitsFor: ['cart'], usualSeconds: 45, change }));
const shifting = usersMeet(
  aliasTraffic({ nextShift: { at: NOW + 26 * 60_000, share: 1 } }),
  aliasTraffic({
    target: 'GetOrder:live',
    oldVersion: '17',
    newVersion: '18',
    state: { version: '17', weights: {} },
  }),
);
const cartBack = serviceResult({
  service: 'cart',
  targets: [
    { target: cartAlias.target, status: 'restored', action: 'alias pointed back' },
    { target: 'stack pin', status: 'restored', action: 'stack shop-cart is UPDATE_COMPLETE' },
    { target: 'stack', status: 'restored', action: 'stack shop-cart is UPDATE_COMPLETE' },
  ],
});
const bothBack = [cartBack, serviceResult()];
const left = serviceResult({
  status: 'traffic-restored',
  targets: [
    { target: 'CreateOrder:live', status: 'restored', action: 'alias pointed back' },
    { target: 'stack pin', status: 'left', action: 'the table order-notes would be changed' },
  ],
});
const failed = serviceResult({
  status: 'failed',
  targets: [
    {
      target: 'CreateOrder:live',
      status: 'failed',
      action: 'shop-orders-CreateOrder-AB12:live is on version 5, expected version 4',
    },
  ],
});
/** The remaining work after these results, in the words of the mail that ends an incident. */
const leftByHand = (...results: ServiceResult[]) =>
  finishByHand(plan, results, {
    place: { environment, region: regionOf(EXECUTION_ARN) },
    templateUrl: (key) => `https://rollback-coordinator-plans.s3.eu-west-1.amazonaws.com/${key}`,
  });
const settled = { verdict: 'healthy' as const, at: iso(NOW), requests: 900, errors: 1 };
const good = releaseRecord({ deployments: { [DEPLOYMENT]: watchedDeployment({ settled }) } });
const undecided = { ...settled, verdict: 'insufficient' as const, requests: 3, errors: 0 };
const unproven = releaseRecord({
  deployments: {
    [DEPLOYMENT]: watchedDeployment({ settled: { ...undecided, reason: '3 requests so far, 100 needed' } }),
  },
});
const blockedBy = { by: 'alarm' as const, code: 'ALARM_ACTIVE' };
const blocked = releaseRecord({
  deployments: {
    [DEPLOYMENT]: watchedDeployment({
      settled: {
        ...undecided,
        blocked: blockedBy,
        reason: 'alarm orders-errors was raised before the release',
      },
    }),
  },
});
const ofWatch = { meet: usersMeet(), executionArn: watch };
const recorded = goodRelease({ recordedAt: '2026-01-05T09:00:00.000Z' });
const seen = { at: iso(NOW), requests: 400, errors: 40, verdict: 'unhealthy' as const };

function outcome(changes: Partial<OutcomeFacts>, of: IncidentRecord = incident): MailText {
  return outcomeMail(environment, of, {
    outcome: 'rolled-back',
    closedAt: NOW + 255_000,
    services: bothBack,
    planned: plan.services,
    meet: usersBack(),
    byHand: [],
    release: bad,
    concurrentReleases: [],
    recovery: undefined,
    failure: undefined,
    ...changes,
  });
}
const nothingDone = { services: [], outcome: 'needs-person' as const, meet: shifting };

const stray = {
  service: 'orders',
  told: 'an update of stack shop-orders was rolled back by CloudFormation, to the bad release that is its last state',
  stack: 'shop-orders',
  region: 'eu-west-1',
  incidentId: incident.incidentId,
  executionArn: EXECUTION_ARN,
  moved: [
    {
      alias: 'shop-orders-CreateOrder-AB12:live',
      from: '5',
      to: '4',
      byHand: aliasCommand(
        { region: 'eu-west-1' },
        { function: 'shop-orders-CreateOrder-AB12', alias: 'live', toVersion: '4' },
      ),
    },
  ],
  meet: usersMeet(aliasTraffic({ state: { version: '5', weights: {} } })),
};

const asked = {
  plan,
  meet: shifting,
  meanwhile: { shift: 'goes-on' as const },
  reason: 'Its policy gives orders the autonomy "approve".',
  deadline: iso(NOW + 30 * 60_000),
};
const approval = approvalMail(environment, incident, { ...asked, release: bad });
const reminder = approvalMail(environment, incident, { ...asked, isReminder: true });

function keptOf(mail: MailText, step: string, at: number): CriticalMail {
  if (mail.todo === 'nothing') throw new Error('nobody has to answer this mail');
  return criticalMailOf({ thread: incident.incidentId, step, owner: EXECUTION_ARN }, mail, mail.todo, at);
}

/** One mail of every kind, by the name of its file in docs/mails. */
export const kindsOfMail: Readonly<Record<string, MailText>> = {
  opened: openedMail(environment, incident, { plan, release: bad, meet: usersMeet() }),
  'opened-after-approval': openedMail(environment, incident, {
    plan,
    meet: usersMeet(),
    approval: { by: 'Ada', reason: 'The errors are real.', answeredAt: iso(NOW) },
  }),
  'opened-again': openedMail(
    environment,
    { ...incident, attempt: 2 },
    { plan, meet: usersMeet(), back: ['cart'] },
  ),
  'opened-on-request': openedMail(environment, onWord, { plan, meet: usersMeet() }),
  'users-are-back': trafficMail(environment, incident, {
    plan,
    results: bothBack,
    meet: usersBack(),
    now: NOW + 45_000,
  }),
  'approval-asked': approval,
  'approval-reminder': reminder,
  'approval-asked-shift-stopped': approvalMail(environment, incident, {
    ...asked,
    plan: rollbackPlan(servicePlan()),
    meanwhile: { shift: 'stopped', deployments: [DEPLOYMENT] },
  }),
  'rolled-back': outcome({ recovery: 'recovered\n0 of 626 requests to CreateOrder:4 failed' }),
  'not-recovered': outcome({
    outcome: 'needs-person',
    notRecovered: true,
    recovery: 'NOT recovered: it is still bad on the restored release, so the cause lies elsewhere',
  }),
  'a-stack-is-left': outcome({
    outcome: 'traffic-restored',
    services: [cartBack, left],
    leftOnPurpose: ['orders stack pin: the table order-notes would be changed'],
    byHand: leftByHand(cartBack, left),
  }),
  'partly-rolled-back': outcome({
    outcome: 'partly-rolled-back',
    services: [cartBack, failed],
    meet: usersMeet(),
    byHand: leftByHand(cartBack, failed),
  }),
  'second-attempt': outcome({ back: ['cart'] }, { ...incident, attempt: 2 }),
  frozen: outcome({
    outcome: 'frozen',
    services: [],
    planned: [],
    meet: usersMeet(),
    recovery: `Stopped, so that traffic is shifted no further: ${DEPLOYMENT}.`,
    failure:
      'ledger is declared irreversible (the accounts were migrated). It would have to go back. (Irreversible)',
  }),
  recommended: outcome({
    ...nothingDone,
    withheld: { refused: false, reason: 'orders is on hold, put there by Ada: we move house.', plan },
  }),
  refused: outcome({
    ...nothingDone,
    outcome: 'not-needed',
    withheld: { refused: true, reason: 'Refused by Ada: the errors are expected.', plan },
  }),
  'no-way-back': outcome({
    ...nothingDone,
    planned: [],
    failure: 'The ledger holds no release of orders that was verified good (NoWayBack)',
    withoutRestorePoint: [{ function: 'shop-orders-CreateOrder-AB12', alias: 'live', version: '4' }],
  }),
  'not-rolled-back': outcome({ ...nothingDone, failure: 'Another incident has held cart for three hours.' }),
  'not-rolled-back-as-asked': outcome(
    { ...nothingDone, planned: [], failure: 'orders is on no plan.' },
    onWord,
  ),
  'not-needed': outcome({
    outcome: 'not-needed',
    services: [],
    planned: [],
    recovery: 'Release orders-20260105T090300Z took its place and was verified good.',
  }),
  plan: planMail(environment, {
    releaseId: incident.releaseId,
    executionArn: EXECUTION_ARN,
    meet: usersMeet(),
    plan,
    reason: undefined,
  }),
  'no-plan': planMail(environment, {
    releaseId: incident.releaseId,
    executionArn: EXECUTION_ARN,
    meet: usersMeet(),
    plan: undefined,
    reason: 'The ledger holds no release of orders that was verified good (NoWayBack)',
  }),
  'deployment-stopped-meanwhile': concurrentReleaseMail(environment, {
    concurrentRelease: concurrentRelease(),
    meet: usersMeet(),
    executionArn: watch,
  }),
  'users-led-back': strayMail(environment, stray),
  'users-led-back-on-hold': strayMail(environment, { ...stray, heldBy: 'Ada' }),
  'release-good': releaseMail(environment, good, {
    ...ofWatch,
    good: true,
    now: NOW,
    alarms: preflight,
  }),
  'release-unproven': releaseMail(environment, unproven, { ...ofWatch, good: false, now: NOW }),
  'release-served-well': servedWellMail(environment, good, ofWatch),
  'release-observed': observedMail(environment, releaseRecord(), {
    ...ofWatch,
    meet: shifting,
    reason: evidence[0]?.detail ?? '',
  }),
  'release-fails-like-before': sharedCauseMail(environment, releaseRecord(), {
    ...ofWatch,
    meet: shifting,
    reason:
      '2.5 % of 600 requests to shop-orders-CreateOrder-AB12:5 failed since 09:02 UTC; normal is up to 0.12 %; by chance: ' +
      '1 in 78,000; the version before does too: either something else is wrong, or the new version breaks both',
  }),
  'release-failed': failedMail(environment, blocked, { ...ofWatch, meet: usersBack() }),
  'release-failed-and-left': failedMail(environment, blocked, ofWatch),
  'recorded-suspect': recordedMail(environment, recorded, {
    ...ofWatch,
    settlement: 'suspect',
    settled: seen,
    reason: '40 of 400 requests failed; limit 5.0 %',
  }),
  'recorded-unproven': recordedMail(environment, recorded, {
    ...ofWatch,
    settlement: 'unproven',
    settled: { ...seen, verdict: 'insufficient', requests: 3, errors: 0 },
    reason: '3 requests so far, 100 needed',
  }),
  'deployment-unwatched': monitoringFailedMail(environment, {
    deploymentId: DEPLOYMENT,
    executionArn: watch,
    why: 'the execution ended TIMED_OUT: States.Timeout',
    meet: shifting,
  }),
  'rollback-not-begun': rollbackNotBegunMail(environment, {
    service: 'orders',
    executionArn: EXECUTION_ARN,
    why: 'the execution ended FAILED: CatalogUnreadable',
    meet: shifting,
    isByPerson: false,
  }),
  'rollback-not-begun-on-request': rollbackNotBegunMail(environment, {
    service: 'orders',
    executionArn: EXECUTION_ARN,
    why: 'the execution ended FAILED: CatalogUnreadable',
    meet: usersBack(),
    isByPerson: true,
  }),
  'not-recorded': recordingFailedMail(environment, {
    service: 'orders',
    executionArn: watch,
    why: 'the execution ended FAILED: AccessDenied',
  }),
  'some-not-recorded': unrecordedMail(environment, {
    executionArn: watch,
    services: 150,
    unrecorded: [{ service: 'cart', why: 'AccessDenied: not authorized to read the stack' }],
    lost: 2,
  }),
  'catalog-refused': catalogRefusedMail(environment, 'eu-west-1', {
    service: 'orders',
    parameter: '/rollback-coordinator/prod/services/orders',
    reason: 'stack: there is no stack "shop-order"; did you mean "shop-orders"?',
    stands: 'last-good-form',
    owners: ['team-shop@example.com'],
  }),
  unanswered: escalationMail(environment, {
    asked: [keptOf(approval, 'approval-1', NOW), keptOf(reminder, 'reminder-1', NOW + 20 * 60_000)],
    addresses: ['on-call@example.com', 'pager@example.com'],
    meet: shifting,
    now: NOW + 25 * 60_000,
  }),
  'catalog-deleted': catalogDeletedMail(environment, 'orders', ['team-shop@example.com']),
  digest: digestMail(
    environment,
    [
      { ...collected('orders-20260105T060000Z', 'orders', 'is good'), at: NOW - 3 * 3_600_000 },
      { ...collected('cart-20260105T071500Z', 'cart', 'is good'), at: NOW - 2 * 3_600_000 },
    ],
    NOW,
  ),
};

function collected(thread: string, about: string, end: string) {
  return {
    thread,
    step: 'settled',
    about,
    happened: `${about}: its release was watched for 14 min and ${end}.`,
  };
}
