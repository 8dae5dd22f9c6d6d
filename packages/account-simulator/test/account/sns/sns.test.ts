import {
  CreateTopicCommand,
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { Sns } from '../../../account/sns/sns.ts';
import { ACCOUNT, type AnyClient, Bench, CALLER } from '../wire/wired.ts';

let bench: Bench;
let sns: Sns;
let client: AnyClient;
let TopicArn: string;

beforeEach(() => {
  bench = new Bench();
  sns = new Sns({ random: bench.random, account: ACCOUNT });
  TopicArn = sns.createTopic('stakeholders').arn;
  sns.subscribe(TopicArn, 'oncall@example.com');
  client = new SNSClient(bench.wire({ sns }).clientConfig(CALLER));
});

afterEach(() => {
  bench.clock.uninstall();
});

const send = (command: object) => bench.settle(client.send(command));
const refusal = (command: object) => bench.refusal(client.send(command));
const publish = (more: object) => new PublishCommand({ TopicArn, Message: 'm', ...more });

describe('Sns', () => {
  it('delivers to a subscription with a filter policy only messages with one of its values for each attribute', async () => {
    sns.subscribe(TopicArn, 'pager@example.com', { severity: ['critical', 'fatal'] });
    const severity = (StringValue: string) => ({
      MessageAttributes: { severity: { DataType: 'String', StringValue } },
    });
    for (const more of [severity('info'), {}, severity('critical')]) await send(publish(more));
    const of = (address: string) => sns.inbox().filter(({ to }) => to === address);
    expect([of('oncall@example.com').length, of('pager@example.com').length]).toEqual([3, 1]);
  });

  it('delivers a publication to every confirmed subscriber', async () => {
    sns.subscribe(TopicArn, 'team@example.com');
    const { MessageId } = await send(
      publish({ Subject: 'orders: rolled back', Message: 'line 1\nlinie 2 — ü' }),
    );
    const mail = {
      at: expect.any(Number),
      topicArn: TopicArn,
      subject: 'orders: rolled back',
      body: 'line 1\nlinie 2 — ü',
      messageId: MessageId,
      publishedBy: CALLER.principal,
    };
    expect(sns.inbox()).toEqual([
      { ...mail, to: 'oncall@example.com' },
      { ...mail, to: 'team@example.com' },
    ]);
    expect(sns.inbox()[0]?.at).toBeGreaterThan(bench.clock.startedAt);
    expect(sns.inbox()[0]?.at).toBeLessThan(bench.clock.now());
  });

  it('gives a mail without subject the default subject of AWS', async () => {
    await send(publish({}));
    expect(sns.inbox()[0]?.subject).toBe('AWS Notification Message');
  });

  it('sends the part for e-mail of a structured message, else the default', async () => {
    const structured = (parts: object) =>
      publish({ MessageStructure: 'json', Message: JSON.stringify(parts) });
    await send(structured({ default: 'short', email: 'long' }));
    await send(structured({ default: 'short', sqs: 'other' }));
    expect(sns.inbox().map(({ body }) => body)).toEqual(['long', 'short']);
    const broken = [
      structured({ email: 'long' }),
      publish({ MessageStructure: 'json', Message: '{' }),
      publish({ MessageStructure: 'xml' }),
    ];
    for (const command of broken) expect(await refusal(command)).toBeInstanceOf(InvalidParameterException);
  });

  it('sends the part of its protocol to a phone and to an address by HTTPS, and no long text to a phone', async () => {
    const Message = JSON.stringify({ default: 'x'.repeat(1601), sms: 'short' });
    sns.subscribe(TopicArn, '+14155550100', undefined, 'sms');
    sns.subscribe(TopicArn, 'https://events.example.com', undefined, 'https');
    await send(publish({ MessageStructure: 'json', Message }));
    await send(publish({ Message: 'x'.repeat(1601) }));
    const lengths = (address: string) =>
      sns.inbox().flatMap(({ to, body }) => (to === address ? body.length : []));
    expect(lengths('+14155550100')).toEqual([5]);
    expect(lengths('https://events.example.com')).toEqual([1601, 1601]);
    expect(() => sns.subscribe(TopicArn, '0415', undefined, 'sms')).toThrow('Endpoint for sms');
  });

  it('takes a message of exactly 262,144 bytes and none larger', async () => {
    await send(publish({ Message: 'x'.repeat(262_144) }));
    const error = await refusal(publish({ Message: `${'x'.repeat(262_143)}ü` }));
    expect(error).toBeInstanceOf(InvalidParameterException);
    expect(error.message).toBe('Invalid parameter: Message too long');
    expect((await refusal(publish({ Message: '' }))).message).toBe('Invalid parameter: Empty message');
  });

  it.each([
    ['longer than 99 characters', 'x'.repeat(100)],
    ['with a line break', 'orders\nrolled back'],
    ['with a control character', 'orders\u0007'],
    ['outside ASCII', 'orders — rolled back'],
    ['beginning with a blank', ' orders'],
    ['that is empty', ''],
  ])('refuses a subject %s', async (_, Subject) => {
    const error = await refusal(publish({ Subject }));
    expect(error).toBeInstanceOf(InvalidParameterException);
    expect(error.message).toBe('Invalid parameter: Subject');
    expect(sns.inbox()).toEqual([]);
  });

  it('takes a subject of 99 characters', async () => {
    await send(publish({ Subject: 'x'.repeat(99) }));
    expect(sns.inbox()).toHaveLength(1);
  });

  it('refuses a topic that does not exist', async () => {
    const error = await refusal(publish({ TopicArn: `${TopicArn}-2` }));
    expect(error).toBeInstanceOf(NotFoundException);
    expect(error.$metadata).toMatchObject({ httpStatusCode: 404 });
  });

  it('creates a topic once and lists it', async () => {
    const first = await send(new CreateTopicCommand({ Name: 'alerts' }));
    const second = await send(new CreateTopicCommand({ Name: 'alerts' }));
    expect(first.TopicArn).toBe('arn:aws:sns:us-east-1:111122223333:alerts');
    expect(second.TopicArn).toBe(first.TopicArn);
    const { Topics } = await send(new ListTopicsCommand({}));
    expect(Topics).toEqual([{ TopicArn }, { TopicArn: first.TopicArn }]);
    expect(await refusal(new CreateTopicCommand({ Name: 'no spaces' }))).toBeInstanceOf(
      InvalidParameterException,
    );
  });

  it('sends no mail to a subscriber who has not confirmed', async () => {
    const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'new@example.com' });
    expect((await send(subscribe)).SubscriptionArn).toBe('pending confirmation');
    await send(publish({}));
    expect(sns.inbox().map(({ to }) => to)).toEqual(['oncall@example.com']);
    const { Subscriptions } = await send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions.map(({ SubscriptionArn }: { SubscriptionArn: string }) => SubscriptionArn)).toEqual([
      expect.stringMatching(/^arn:aws:sns:us-east-1:111122223333:stakeholders:[0-9a-f-]{36}$/),
      'PendingConfirmation',
    ]);
  });

  it('stops mail to a removed subscriber', async () => {
    const { arn } = sns.subscribe(TopicArn, 'oncall@example.com');
    await send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    await send(publish({}));
    expect(sns.inbox()).toEqual([]);
  });

  it('refuses unsimulated features by name', async () => {
    const refused: Array<[object, string]> = [
      [new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] }), 'sns:PublishBatch'],
      [publish({ MessageGroupId: 'g' }), 'sns:Publish with MessageGroupId'],
      [new PublishCommand({ PhoneNumber: '+1', Message: 'm' }), 'sns:Publish with PhoneNumber'],
      [new CreateTopicCommand({ Name: 'alerts.fifo' }), 'a FIFO topic'],
      [new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: 'arn' }), 'protocol sqs'],
    ];
    for (const [command, named] of refused) {
      const { message } = await refusal(command);
      expect(message).toContain('UnsupportedOperation');
      expect(message).toContain(named);
    }
  });
});
