import { CodeDeployClient, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/upkeep/sweep-lost-work/handler.ts';
import type { MailText } from '../../../shared/mail/mail-text.ts';
import { Mailer } from '../../../shared/mail/mailer.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mailText, usersBack, usersMeet } from '../fixtures/mails.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { incidentRecord, RELEASE } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const minute = 60_000;
const escalationTopic = 'arn:aws:sns:eu-west-1:111122223333:escalation';
let ledger: LedgerDouble;

beforeEach(async () => {
  for (const mock of [codeDeploy, lambda, sfn, sns]) mock.reset();
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
  onVersion('4', { '5': 0.1 });
  ledger = new LedgerDouble();
  await ledger.incidents.open(incidentRecord());
  mockBucket();
});

const critical = (changes: Partial<MailText> = {}): MailText =>
  mailText({
    severity: 'critical',
    thread: RELEASE,
    headline: 'not rolled back',
    happened: 'orders is bad.',
    meet: usersMeet(),
    todo: {
      task: 'Roll orders back.',
      by: 'now',
      how: ['Start coordinate-rollback.'],
      links: [{ what: 'execution', url: 'https://example.com' }],
    },
    ...changes,
  });
const question = (minutes = 30): MailText => {
  const mail = critical({ headline: 'approve its rollback' });
  const todo = mail.todo as Exclude<MailText['todo'], 'nothing'>;
  return { ...mail, todo: { ...todo, deadline: iso(ledger.now + minutes * minute) } };
};

/** Sends a mail as the functions of an installation do. */
const send = (
  mail: MailText,
  { thread = RELEASE, step = 'outcome-1', owner = EXECUTION_ARN, minutes = 15 } = {},
) =>
  new Mailer(
    new SNSClient({ region: 'eu-west-1' }),
    'arn:aws:sns:eu-west-1:1:first',
    ledger,
    () => ledger.now,
    { escalationMinutes: minutes },
  ).send(thread, step, owner, mail);
const sweep = (env = {}) => build(runtimeOf(ledger, env))({});
const sweepAfter = (minutes: number, env = {}) => {
  ledger.now += minutes * minute;
  return sweep(env);
};
const escalated = () =>
  sns
    .commandCalls(PublishCommand)
    .map(({ args }) => args[0].input)
    .filter(({ TopicArn }) => TopicArn === escalationTopic);
/** Runs `happens` at the next call of SNS. */
function nextPublish(happens: () => void) {
  let isNext = true;
  sns.on(PublishCommand).callsFake(() => {
    if (isNext) {
      isNext = false;
      happens();
    }
    return { MessageId: 'm-2' };
  });
}
function onVersion(version: string, weights = {}) {
  lambda.on(GetAliasCommand).resolves({
    FunctionVersion: version,
    RevisionId: 'r',
    RoutingConfig: { AdditionalVersionWeights: weights },
  });
}

describe('a critical mail without an answer', () => {
  it('is sent to the escalation topic after the set minutes, once', async () => {
    await send(critical());
    await expect(sweepAfter(14)).resolves.toMatchObject({ escalated: 0 });
    await expect(sweepAfter(2)).resolves.toMatchObject({ escalated: 1 });
    await expect(sweepAfter(10)).resolves.toMatchObject({ escalated: 0 });
    await expect(sweepAfter(600)).resolves.toMatchObject({ escalated: 0 });
    expect(escalated()).toHaveLength(1);
    await expect(ledger.mails.unanswered()).resolves.toEqual([]);
  });

  it('says who was asked, when, the traffic now, and the action to take', async () => {
    await send(critical());
    onVersion('5');
    await sweepAfter(16);
    const [{ Subject, Message = '', MessageAttributes } = {}] = escalated();
    expect(Subject).toBe(`[prod] CRITICAL orders: unanswered: not rolled back (${RELEASE})`);
    expect(MessageAttributes?.severity?.StringValue).toBe('critical');
    for (const text of [
      'orders is bad. The first mail was 16 min ago and has no answer.',
      'CreateOrder:live  100 % new version 5 (bad)',
      'Do      Roll orders back.',
      'By      now',
      '  Start coordinate-rollback.',
      '  who    on-call@example.com, pager@example.com',
      '  first  2026-01-05 09:04:20 UTC: not rolled back',
    ]) {
      expect(Message).toContain(text);
    }
  });

  it('is escalated with the later mails of its thread, when the first is due', async () => {
    await send(question(), { step: 'approval-1' });
    ledger.now += 10 * minute;
    await send({ ...question(20), headline: 'reminder: approve its rollback' }, { step: 'reminder-1' });
    await sweepAfter(6);
    await sweepAfter(60);
    expect(escalated()).toHaveLength(1);
    expect(escalated()[0]?.Message).toContain('  again  2026-01-05 09:14:20 UTC: reminder: approve');
    expect(escalated()[0]?.Subject).toContain('[prod] ACTION by 09:34 UTC, orders: unanswered: approve its');
  });

  it('is escalated separately where it came after an escalation', async () => {
    await send(question(), { step: 'approval-1' });
    await sweepAfter(16);
    await send(critical());
    await sweepAfter(10);
    expect(escalated()).toHaveLength(1);
    await sweepAfter(10);
    expect(escalated()).toHaveLength(2);
  });

  it('is not escalated by an installation without escalation', async () => {
    await send(critical(), { minutes: 0 });
    await expect(ledger.mails.unanswered()).resolves.toEqual([]);
    await send(critical(), { step: 'outcome-2' });
    await sweepAfter(600, { ESCALATION_MINUTES: '0' });
    expect(escalated()).toEqual([]);
  });

  it('goes to the outbox where SNS refuses it, and is sent by the next sweep', async () => {
    await send(critical());
    nextPublish(() => {
      throw denied();
    });
    await expect(sweepAfter(16)).resolves.toMatchObject({ escalated: 1 });
    await sweepAfter(10);
    await sweepAfter(10);
    expect(escalated()).toHaveLength(2);
    expect(escalated()[1]).toEqual(escalated()[0]);
  });
});

it('is escalated twice only where a sweep dies between publishing and recording it', async () => {
  await send(critical());
  nextPublish(() => ledger.refuseNext('PutItem', 'InternalServerError', 500));
  await expect(sweepAfter(16)).rejects.toThrow();
  await sweepAfter(10);
  await sweepAfter(10);
  await sweepAfter(10);
  expect(escalated()).toHaveLength(2);
});

it('is escalated where a sweep dies before it is published', async () => {
  await send(critical());
  // The mail is stored first, then claimed.
  ledger.refuseNext('PutItem', 'InternalServerError', 500, 1);
  await expect(sweepAfter(16)).rejects.toThrow();
  expect(escalated()).toEqual([]);
  await sweepAfter(10);
  await sweepAfter(10);
  expect(escalated()).toHaveLength(1);
});

describe('is escalated at most once', () => {
  it('where its sender sends it once more', async () => {
    nextPublish(() => ledger.refuseNext('PutItem', 'InternalServerError', 500));
    await expect(send(critical())).rejects.toThrow();
    await sweepAfter(16);
    await send(critical());
    await sweepAfter(16);
    await sweepAfter(16);
    expect(escalated()).toHaveLength(1);
  });

  it('where two sweeps look at the same time', async () => {
    await send(critical());
    ledger.now += 16 * minute;
    const second = build({ ...runtimeOf(ledger), now: () => ledger.now + 1 });
    await Promise.all([sweep(), second({})]);
    expect(escalated()).toHaveLength(1);
  });
});

describe('a critical mail is answered', () => {
  const isSilent = async () => {
    await expect(sweepAfter(16)).resolves.toMatchObject({ escalated: 0 });
    expect(escalated()).toEqual([]);
    await expect(ledger.mails.unanswered()).resolves.toEqual([]);
  };
  const answerIn = (minutes: number, answer: 'approve' | 'refuse' | 'breach' | 'expired') =>
    ledger.approvals.answer(
      { incidentId: RELEASE, attempt: 1 },
      { answer, by: 'Ada', answeredAt: iso(ledger.now + minutes * minute) },
    );
  const ask = () =>
    ledger.approvals.ask(
      { incidentId: RELEASE, attempt: 1 },
      { attempt: 1, planDigest: 'x', askedAt: iso(ledger.now), deadline: iso(ledger.now + 30 * minute) },
    );

  it.each(['approve', 'refuse', 'breach'] as const)('by the answer "%s" to its question', async (answer) => {
    await ask();
    await send(question(), { step: 'approval-1' });
    await answerIn(5, answer);
    await isSilent();
  });

  it('by an acknowledgement', async () => {
    await send(critical());
    await ledger.mails.acknowledge(RELEASE, { by: 'Ada', at: iso(ledger.now + minute) });
    await isSilent();
  });

  it('by another execution for the incident', async () => {
    await send(critical());
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
    const again = { ...incidentRecord(), executionArn: `${EXECUTION_ARN}-again` };
    await ledger.incidents.reopen(again);
    await isSilent();
  });

  it('by an incident of the release that had none', async () => {
    await send(critical(), { step: 'settled', owner: 'd-ORDERS005' });
    await isSilent();
  });

  it('by an incident that begins, where it is about none', async () => {
    const { thread: _, ...mail } = critical();
    ledger.now = Date.parse(incidentRecord().openedAt) - minute;
    await send(mail, { thread: EXECUTION_ARN, step: 'failed' });
    await isSilent();
  });

  it.each([
    ['a hold of the service', 'orders', true],
    ['a hold of everything', '*', true],
    ['the end of a hold', 'orders', false],
  ])('by %s', async (_, service, held) => {
    await send(critical());
    await ledger.holds.set({ service, held, by: 'Ada', at: iso(ledger.now + minute) });
    await isSilent();
  });

  it('by a good release that took the place of the bad one', async () => {
    await ask();
    await send(question(), { step: 'approval-1' });
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'not-needed', iso(ledger.now));
    await isSilent();
  });

  it('by users who are off the bad release', async () => {
    await send(critical());
    onVersion('4');
    await isSilent();
  });
});

describe('a critical mail is not answered', () => {
  const isEscalated = async () => {
    await expect(sweepAfter(16)).resolves.toMatchObject({ escalated: 1 });
  };

  it('by a question that expired', async () => {
    const attempt = { incidentId: RELEASE, attempt: 1 };
    const deadline = iso(ledger.now + 10 * minute);
    await ledger.approvals.ask(attempt, { attempt: 1, planDigest: 'x', askedAt: iso(ledger.now), deadline });
    await send(question(10), { step: 'approval-1' });
    await ledger.approvals.answer(attempt, {
      answer: 'expired',
      by: 'the coordinator',
      answeredAt: deadline,
    });
    await isEscalated();
  });

  it('by an answer given before it', async () => {
    const at = iso(ledger.now - minute);
    await ledger.mails.acknowledge(RELEASE, { by: 'Ada', at });
    await ledger.holds.set({ service: 'orders', held: true, by: 'Ada', at });
    await send(critical());
    await isEscalated();
  });

  it('by a hold of another service', async () => {
    await send(critical());
    await ledger.holds.set({ service: 'cart', held: true, by: 'Ada', at: iso(ledger.now + minute) });
    await isEscalated();
  });

  it('by traffic that was back already when it was sent: the rollback did not help', async () => {
    await send(critical({ meet: usersBack() }));
    onVersion('4');
    await isEscalated();
  });

  it('by traffic that cannot be read', async () => {
    await send(critical());
    lambda.on(GetAliasCommand).rejects(throttled());
    await isEscalated();
  });

  it('by the incident of which a guard reports restored users', async () => {
    await send(critical(), { thread: 'orders-20260105T093000Z', step: 'stray-1', owner: 'event-1' });
    await isEscalated();
  });
});

it('never escalates a mail that is not critical, or asks for nothing', async () => {
  await send(critical({ severity: 'warning' }));
  await send(critical({ todo: 'nothing' }), { step: 'outcome-2' });
  await sweepAfter(600);
  expect(escalated()).toEqual([]);
});

it('tells in a critical mail how to say that somebody is on it', async () => {
  await send(critical());
  const [{ Message = '' } = {}] = sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
  expect(Message).toContain('After 15 min this mail also goes to the escalation topic.');
  expect(Message).toContain(`{"incidentId": "${RELEASE}", "answer": "acknowledge", "by": "YOUR NAME"}`);
  expect(Message).toContain(`rollback-coordinator acknowledge ${RELEASE}`);
});
