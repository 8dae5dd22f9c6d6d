import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { layOut } from '../../../../shared/mail/mail-text.ts';
import { Mailer } from '../../../../shared/mail/mailer.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { mailText } from '../../fixtures/mails.ts';
import { denied, throttled } from '../../fixtures/sdk-errors.ts';

const mail = mailText();
const laidOut = layOut(mail);
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
let mailer: Mailer;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mailer = new Mailer(new SNSClient({ region: 'eu-west-1' }), 'arn:topic', ledger, () => ledger.now);
});

const published = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('publishes a mail to the topic', async () => {
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  expect(published()).toEqual([
    {
      TopicArn: 'arn:topic',
      Subject: laidOut.subject,
      Message: laidOut.body,
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'info' } },
    },
  ]);
});

it('marks a critical mail', async () => {
  await mailer.send('orders-1', 'outcome-1', 'a', { ...mail, severity: 'critical' });
  expect(published()).toMatchObject([{ MessageAttributes: { severity: { StringValue: 'critical' } } }]);
});

it('writes a mail only where it will be sent', async () => {
  let written = 0;
  const write = async () => {
    written += 1;
    return mail;
  };
  await mailer.send('orders-1', 'outcome-1', 'a', write);
  await mailer.send('orders-1', 'outcome-1', 'a', write);
  await mailer.send('orders-1', 'outcome-1', 'b', write);
  expect(written).toBe(1);
  expect(published()).toMatchObject([{ Message: laidOut.body }]);
});

it('publishes each mail of a thread once, for any number of senders', async () => {
  for (const owner of ['a', 'a', 'b']) await mailer.send('orders-1', 'outcome-1', owner, mail);
  expect(published()).toHaveLength(1);
  await mailer.send('orders-1', 'outcome-2', 'a', mail);
  await mailer.send('billing-1', 'outcome-1', 'a', mail);
  expect(published()).toHaveLength(3);
});

it('leaves a mail to the owner that is sending it, who may retry', async () => {
  sns.on(PublishCommand).rejectsOnce(throttled()).resolves({ MessageId: 'm-1' });
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  await mailer.send('orders-1', 'outcome-1', 'b', mail);
  expect(published()).toHaveLength(1);
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  expect(published()).toHaveLength(2);
});

it('publishes twice only if its owner dies before it is recorded', async () => {
  // The claim is the first PutItem, the record the second.
  sns
    .on(PublishCommand)
    .callsFakeOnce(() => {
      ledger.refuseNext('PutItem', 'InternalServerError', 500);
      return { MessageId: 'm-1' };
    })
    .resolves({ MessageId: 'm-2' });
  await expect(mailer.send('orders-1', 'outcome-1', 'a', mail)).rejects.toThrow();
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  await mailer.send('orders-1', 'outcome-1', 'a', mail);
  expect(published()).toHaveLength(2);
});

describe('a mail that SNS refuses', () => {
  it.each([
    ['for good', denied()],
    ['for a moment', throttled()],
  ])('%s fails nothing: it is left to the sweep unchanged', async (_, error) => {
    sns.on(PublishCommand).rejectsOnce(error).resolves({ MessageId: 'm-1' });
    await mailer.send('orders-1', 'outcome-1', 'a', { ...mail, severity: 'critical' });
    await expect(mailer.sendKept(ledger.now + 1)).resolves.toEqual([]);
    expect(published()[1]).toEqual(published()[0]);
    await expect(mailer.sendKept(ledger.now + 1)).resolves.toEqual([]);
    expect(published()).toHaveLength(2);
  });

  it('is not sent again where its sender retried', async () => {
    sns.on(PublishCommand).rejectsOnce(throttled()).resolves({ MessageId: 'm-1' });
    await mailer.send('orders-1', 'outcome-1', 'a', mail);
    await expect(ledger.mails.outbox()).resolves.toHaveLength(1);
    await mailer.send('orders-1', 'outcome-1', 'a', mail);
    await mailer.sendKept(ledger.now + 1);
    expect(published()).toHaveLength(2);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });

  it('stays in the outbox where SNS refuses it again', async () => {
    sns.on(PublishCommand).rejects(denied());
    await mailer.send('orders-1', 'outcome-1', 'a', mail);
    await expect(mailer.sendKept(ledger.now + 1)).resolves.toEqual([denied()]);
    await expect(ledger.mails.outbox()).resolves.toHaveLength(1);
  });

  it('is not kept where it went out before', async () => {
    await mailer.send('orders-1', 'outcome-1', 'a', mail);
    await mailer.keep('orders-1', 'outcome-1', 'a', mail);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });
});
