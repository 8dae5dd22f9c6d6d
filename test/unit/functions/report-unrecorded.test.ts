import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/record/report-unrecorded/handler.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';

const sns = mockClient(SNSClient);
let ledger: LedgerDouble;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
});

const report = (input: object) =>
  build(runtimeOf(ledger))({ executionArn: EXECUTION_ARN, services: 150, lost: 0, unrecorded: [], ...input });
const mails = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
const reasonOf = async (error: string | null, cause: string | null) => {
  await report({ unrecorded: [{ service: 'orders', error, cause }] });
  return /^ {2}orders {2}(.*)$/m.exec(mails()[0]?.Message ?? '')?.[1];
};

it('lists in one mail every service that could not be recorded', async () => {
  const unrecorded = Array.from({ length: 140 }, (_, index) => ({
    service: `service-${index}`,
    error: 'TransientFailure',
    cause: '{"errorType":"TransientFailure","errorMessage":"Rate exceeded","trace":["at',
  }));
  await expect(report({ unrecorded })).resolves.toEqual({ unrecorded: 140 });
  expect(mails()).toHaveLength(1);
  expect(mails()[0]?.Subject).toContain('140 of 150 services could not be recorded');
  const body = mails()[0]?.Message ?? '';
  for (const { service } of unrecorded) {
    expect(body).toMatch(new RegExp(`^ {2}${service} +TransientFailure: Rate exceeded$`, 'm'));
  }
  expect(body).toContain(EXECUTION_ARN);
});

it('reports it once, however often it runs', async () => {
  const unrecorded = [{ service: 'orders', error: 'TransientFailure', cause: null }];
  await report({ unrecorded });
  await report({ unrecorded });
  expect(mails()).toHaveLength(1);
});

it('counts those that ended without an error', async () => {
  await expect(report({ lost: 3 })).resolves.toEqual({ unrecorded: 3 });
  expect(mails()[0]?.Message).toContain('3 more, whose executions broke off');
});

it.each([
  ['States.Timeout', '', 'States.Timeout'],
  ['States.Timeout', null, 'States.Timeout'],
  [null, null, 'no cause was given'],
  ['E', '{"errorType":"E","errorMessage":"says \\"no\\"\\nat all","trace":[]}', 'E: says "no" at all'],
  ['E', '{"errorMessage":"cut in the mid', 'E: cut in the mid'],
  ['E', 'evaluating $.errorMessage failed', 'E: evaluating $.errorMessage failed'],
  ['E', '{"requestId":"r-1"', 'E: {"requestId":"r-1"'],
])('puts error %j with cause %j into words', async (error, cause, words) => {
  await expect(reasonOf(error, cause)).resolves.toBe(words);
});
