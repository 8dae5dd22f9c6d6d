import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { MailRoom } from '../../../../shared/mail/mail-room.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { denied, throttled } from '../../fixtures/sdk-errors.ts';

const mail = { subject: '[prod] orders: rolled back', body: 'orders: rolled back' };
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
let room: MailRoom;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  room = new MailRoom(
    new SNSClient({ region: 'eu-west-1' }),
    'arn:topic',
    ledger.incidents,
    () => ledger.now,
  );
});

const published = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('publishes a mail to the topic', async () => {
  await room.send('orders-1', 'outcome-1', 'a', mail);
  expect(published()).toEqual([
    {
      TopicArn: 'arn:topic',
      Subject: mail.subject,
      Message: mail.body,
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'normal' } },
    },
  ]);
});

it('says of a critical mail that it is', async () => {
  await room.send('orders-1', 'outcome-1', 'a', { ...mail, severity: 'critical' });
  expect(published()).toMatchObject([{ MessageAttributes: { severity: { StringValue: 'critical' } } }]);
});

it('publishes each mail of a thread once, whoever sends it', async () => {
  for (const owner of ['a', 'a', 'b']) await room.send('orders-1', 'outcome-1', owner, mail);
  expect(published()).toHaveLength(1);
  await room.send('orders-1', 'outcome-2', 'a', mail);
  await room.send('billing-1', 'outcome-1', 'a', mail);
  expect(published()).toHaveLength(3);
});

it('leaves a mail to the owner that is sending it, who may try again', async () => {
  sns.on(PublishCommand).rejectsOnce(throttled()).resolves({ MessageId: 'm-1' });
  await room.send('orders-1', 'outcome-1', 'a', mail);
  await room.send('orders-1', 'outcome-1', 'b', mail);
  expect(published()).toHaveLength(1);
  await room.send('orders-1', 'outcome-1', 'a', mail);
  await room.send('orders-1', 'outcome-1', 'a', mail);
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
  await expect(room.send('orders-1', 'outcome-1', 'a', mail)).rejects.toThrow();
  await room.send('orders-1', 'outcome-1', 'a', mail);
  await room.send('orders-1', 'outcome-1', 'a', mail);
  expect(published()).toHaveLength(2);
});

describe('a mail that SNS does not take', () => {
  it.each([
    ['for good', denied()],
    ['for a moment', throttled()],
  ])('%s fails nobody: it is left to the sweep, as it was', async (_, error) => {
    sns.on(PublishCommand).rejectsOnce(error).resolves({ MessageId: 'm-1' });
    await room.send('orders-1', 'outcome-1', 'a', { ...mail, severity: 'critical' });
    await expect(room.sendKept(ledger.now + 1)).resolves.toEqual([]);
    expect(published()[1]).toEqual(published()[0]);
    await expect(room.sendKept(ledger.now + 1)).resolves.toEqual([]);
    expect(published()).toHaveLength(2);
  });

  it('is not sent once more where its sender tried again', async () => {
    sns.on(PublishCommand).rejectsOnce(throttled()).resolves({ MessageId: 'm-1' });
    await room.send('orders-1', 'outcome-1', 'a', mail);
    await expect(ledger.incidents.keptMails()).resolves.toHaveLength(1);
    await room.send('orders-1', 'outcome-1', 'a', mail);
    await room.sendKept(ledger.now + 1);
    expect(published()).toHaveLength(2);
    await expect(ledger.incidents.keptMails()).resolves.toEqual([]);
  });

  it('stays in the outbox where SNS does not take it again', async () => {
    sns.on(PublishCommand).rejects(denied());
    await room.send('orders-1', 'outcome-1', 'a', mail);
    await expect(room.sendKept(ledger.now + 1)).resolves.toEqual([denied()]);
    await expect(ledger.incidents.keptMails()).resolves.toHaveLength(1);
  });

  it('is not kept where it went out before', async () => {
    await room.send('orders-1', 'outcome-1', 'a', mail);
    await room.keep('orders-1', 'outcome-1', 'a', mail);
    await expect(ledger.incidents.keptMails()).resolves.toEqual([]);
  });
});
