import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { layOut, type MailText } from '../../../../shared/mail/mail-text.ts';
import { Mailer, type MailSettings } from '../../../../shared/mail/mailer.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { mailText } from '../../fixtures/mails.ts';
import { denied } from '../../fixtures/sdk-errors.ts';

const topic = 'arn:aws:sns:eu-west-1:111122223333:mails';
const chatTopicArn = 'arn:aws:sns:eu-west-1:111122223333:chat';
const minute = 60_000;
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
});

const mailer = (settings: Partial<MailSettings>) =>
  new Mailer(new SNSClient({ region: 'eu-west-1' }), topic, ledger, () => ledger.now, {
    escalationMinutes: 0,
    ...settings,
  });
const published = (to: string) =>
  sns
    .commandCalls(PublishCommand)
    .map(({ args }) => args[0].input)
    .filter(({ TopicArn }) => TopicArn === to);
const critical = mailText({ severity: 'critical' });

describe('the chat', () => {
  const withChat = () => mailer({ chatTopicArn });

  it('gets each mail as a message, once', async () => {
    for (const _ of ['first', 'again']) await withChat().send('orders-1', 'outcome-1', 'a', mailText());
    expect(published(topic)).toHaveLength(1);
    expect(published(chatTopicArn).map(({ Message = '' }) => JSON.parse(Message))).toMatchObject([
      { source: 'custom', metadata: { additionalContext: { topic: chatTopicArn } } },
    ]);
  });

  it('is not used where there is none', async () => {
    await mailer({}).send('orders-1', 'outcome-1', 'a', mailText());
    expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
    expect(JSON.stringify(ledger.records())).not.toContain('chat-of');
  });

  it('stops no mail where SNS refuses the message, and gets it from the sweep', async () => {
    sns.on(PublishCommand, { TopicArn: chatTopicArn }).rejectsOnce(denied()).resolves({ MessageId: 'm-2' });
    await withChat().send('orders-1', 'outcome-1', 'a', mailText());
    expect(published(topic)).toHaveLength(1);
    await expect(withChat().sendKept(ledger.now + 1)).resolves.toEqual([]);
    expect(published(topic)).toHaveLength(1);
    expect(published(chatTopicArn)).toHaveLength(2);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });

  it('stops no mail where the ledger refuses a record for the chat', async () => {
    sns.on(PublishCommand, { TopicArn: chatTopicArn }).callsFake(() => {
      ledger.refuseNext('PutItem', 'InternalServerError', 500);
      return { MessageId: 'm-2' };
    });
    await withChat().send('orders-1', 'outcome-1', 'a', mailText());
    expect(published(topic)).toHaveLength(1);
    await expect(ledger.mails.isSent({ thread: 'orders-1', step: 'outcome-1' })).resolves.toBe(true);
  });

  it('gets a mail from the outbox from any sender, and once', async () => {
    await withChat().keep('orders-1', 'outcome-1', 'a', mailText());
    expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
    await withChat().send('orders-1', 'outcome-1', 'a', mailText());
    await withChat().sendKept(ledger.now + 1);
    expect([published(topic).length, published(chatTopicArn).length]).toEqual([1, 1]);
  });

  it('gets the digest as one message', async () => {
    const both = mailer({ chatTopicArn, digestAt: '07:30' });
    await both.send('orders-1', 'settled', 'a', mailText({ mayWait: true }));
    ledger.now += 25 * 60 * minute;
    await both.sendDigest('prod');
    await both.sendDigest('prod');
    expect([published(topic).length, published(chatTopicArn).length]).toEqual([1, 1]);
  });

  it('that was turned off since is not waited for', async () => {
    sns.on(PublishCommand, { TopicArn: chatTopicArn }).rejects(denied());
    await withChat().send('orders-1', 'outcome-1', 'a', mailText());
    await expect(mailer({}).sendKept(ledger.now + 1)).resolves.toEqual([]);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });
});

describe('a phone', () => {
  it('gets the subject of a critical mail, and everyone else the mail', async () => {
    await mailer({ hasPhone: true }).send('orders-1', 'outcome-1', 'a', critical);
    const [{ Message = '', MessageStructure } = {}] = published(topic);
    const { subject, body } = layOut(critical);
    expect(MessageStructure).toBe('json');
    expect(JSON.parse(Message)).toEqual({ default: body, sms: subject });
  });

  it('changes nothing in other mails, nor where there is none', async () => {
    await mailer({ hasPhone: true }).send('orders-1', 'outcome-1', 'a', mailText());
    await mailer({}).send('orders-1', 'outcome-2', 'a', critical);
    for (const one of published(topic)) expect(one).not.toHaveProperty('MessageStructure');
  });

  it('is sent by a message that SNS accepts, however long the mail is', async () => {
    const lines = Array.from({ length: 9000 }, () => '"\\"'.repeat(20));
    await mailer({ hasPhone: true }).send('orders-1', 'outcome-1', 'a', {
      ...critical,
      details: [{ heading: 'Long', lines }],
    });
    expect(Buffer.byteLength(published(topic)[0]?.Message ?? '')).toBeLessThanOrEqual(262_144);
  });
});

describe('the digest', () => {
  const digesting = () => mailer({ digestAt: '07:30' });
  const good = (about: string, changes: Partial<MailText> = {}) =>
    mailText({ about, happened: `${about} is good.`, mayWait: true, ...changes });
  const collect = async (...services: string[]) => {
    for (const one of services) await digesting().send(`${one}-1`, 'settled', 'a', good(one));
  };

  beforeEach(() => {
    ledger.now = Date.parse('2026-01-05T07:00:00Z');
  });

  it('replaces mails that may wait, once a day', async () => {
    await collect('orders', 'cart', 'orders');
    expect(published(topic)).toEqual([]);
    await expect(digesting().sendDigest('prod')).resolves.toBe(0);
    ledger.now += 40 * minute;
    await expect(digesting().sendDigest('prod')).resolves.toBe(2);
    await expect(digesting().sendDigest('prod')).resolves.toBe(0);
    expect(published(topic)).toMatchObject([{ Subject: '[prod] digest: 2 releases did well' }]);
    await collect('orders');
    ledger.now += 24 * 60 * minute;
    await expect(digesting().sendDigest('prod')).resolves.toBe(0);
  });

  it.each<[string, Partial<MailText>]>([
    ['needs a person', { todo: { task: 'Look.', by: 'now', how: [], links: [{ what: 'a', url: 'b' }] } }],
    ['is more than news', { severity: 'warning' }],
    ['says more than that all is well', { mayWait: undefined as never }],
  ])('never holds back a mail that %s', async (_, changes) => {
    await digesting().send('orders-1', 'settled', 'a', good('orders', changes));
    expect(published(topic)).toHaveLength(1);
  });

  it('is off where no time is set, and then sends the mails collected before', async () => {
    await collect('orders');
    await mailer({}).send('cart-1', 'settled', 'a', good('cart'));
    expect(published(topic)).toHaveLength(1);
    ledger.now += 6 * minute;
    await expect(mailer({}).sendDigest('prod')).resolves.toBe(1);
    expect(published(topic)).toHaveLength(2);
  });

  it('is sent once although its sender dies before it deletes the collected mails', async () => {
    await collect('orders');
    ledger.now += 40 * minute;
    ledger.refuseNext('DeleteItem', 'InternalServerError', 500, 1);
    await expect(digesting().sendDigest('prod')).rejects.toThrow();
    ledger.now += 10 * minute;
    await expect(digesting().sendDigest('prod')).resolves.toBe(1);
    await digesting().sendKept(ledger.now + 1);
    expect(published(topic)).toHaveLength(1);
    await expect(digesting().sendDigest('prod')).resolves.toBe(0);
  });

  it('goes to the outbox where SNS refuses it', async () => {
    await collect('orders');
    ledger.now += 40 * minute;
    sns.on(PublishCommand).rejectsOnce(denied()).resolves({ MessageId: 'm-1' });
    await digesting().sendDigest('prod');
    await digesting().sendKept(ledger.now + 1);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
    expect(published(topic)).toHaveLength(2);
  });
});
