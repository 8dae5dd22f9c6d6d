import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { MailRoom } from '../../../../shared/mail/mail-room.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { throttled } from '../../fixtures/sdk-errors.ts';

const mail = { subject: '[prod] orders: rolled back', body: 'orders: rolled back' };
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
let room: MailRoom;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  room = new MailRoom(new SNSClient({ region: 'eu-west-1' }), 'arn:topic', ledger.incidents);
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

it('leaves a mail to the owner that is sending it, who tries until it is out', async () => {
  sns.on(PublishCommand).rejectsOnce(throttled()).resolves({ MessageId: 'm-1' });
  await expect(room.send('orders-1', 'outcome-1', 'a', mail)).rejects.toThrow('Rate exceeded');
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
