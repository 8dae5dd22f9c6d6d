import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/announce-incident/handler.ts';
import { InvalidInput, LedgerCorrupt, LockLost } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { incidentRecord, PLAN_KEY, planObject, RELEASE } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const input = { incidentId: RELEASE, planKey: PLAN_KEY };
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket(planObject());
});

it('mails the reason why the release is bad and the action in progress', async () => {
  await ledger.incidents.open(incidentRecord());
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ incidentId: RELEASE });
  const [call] = sns.commandCalls(PublishCommand);
  expect(call?.args[0].input).toMatchObject({
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:stakeholders',
    Subject: expect.stringContaining('orders: bad release, rolling back'),
  });
  expect(call?.args[0].input.Message).toContain('21.4 % of 140 requests failed');
  expect(call?.args[0].input.Message).toContain('back from version 5 to version 4');
});

it('mails once when it runs twice', async () => {
  await ledger.incidents.open(incidentRecord());
  await build(runtimeOf(ledger))(input);
  await build(runtimeOf(ledger))(input);
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
});

it('does not delay the rollback where SNS refuses the mail', async () => {
  await ledger.incidents.open(incidentRecord());
  sns.on(PublishCommand).rejectsOnce(throttled());
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ incidentId: RELEASE });
  await expect(ledger.mails.outbox()).resolves.toMatchObject([{ step: 'opened-1' }]);
});

it('sends nothing about an incident that was ended meanwhile', async () => {
  await ledger.incidents.open(incidentRecord({ status: 'closed', outcome: 'needs-person' }));
  await expect(build(runtimeOf(ledger))(input)).rejects.toBeInstanceOf(LockLost);
  expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
});

it('mails each attempt of an incident', async () => {
  await ledger.incidents.open(incidentRecord({ attempt: 2 }));
  await build(runtimeOf(ledger))(input);
  expect(sns.commandCalls(PublishCommand)[0]?.args[0].input.Subject).toContain('(attempt 2)');
});

it('refuses an input of another form, naming the field', async () => {
  const attempt = build(runtimeOf(ledger))({ incidentId: RELEASE, planKey: 7, colour: 'red' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/planKey: .*colour: is not a known field/);
});

it('throws LedgerCorrupt for an incident the ledger does not hold', async () => {
  await expect(build(runtimeOf(ledger))(input)).rejects.toBeInstanceOf(LedgerCorrupt);
  expect(sns.calls()).toHaveLength(0);
});
