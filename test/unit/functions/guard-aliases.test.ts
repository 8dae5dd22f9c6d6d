import { GetAliasCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import {
  DescribeStateMachineAliasCommand,
  SFNClient,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/upkeep/guard-aliases/handler.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { alias, STACK_ID } from '../fixtures/aws-answers.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  FUNCTION,
  goodSnapshot,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW } from '../fixtures/times.ts';

const RESTORED = 'orders-20260105T093000Z';
const event = { id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718', detail: { 'stack-id': STACK_ID } };
const lambda = mockClient(LambdaClient);
const sns = mockClient(SNSClient);
const stepFunctions = mockClient(SFNClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  lambda.reset();
  sns.reset();
  stepFunctions.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  lambda.on(UpdateAliasCommand).resolves({});
  lambda.on(GetAliasCommand).resolves(alias('5', {}, 'rev-9'));
  mockBucket({ ...planObject(), ...catalogObject() });
  ledger = new LedgerDouble();
  await ledger.releases.open(releaseRecord({ verdict: 'bad' }));
  await ledger.releases.open({
    releaseId: RESTORED,
    service: 'orders',
    startedAt: '2026-01-05T09:30:00.000Z',
    verdict: 'good',
    deployments: {},
    restoredBy: RELEASE,
  });
  await ledger.incidents.open(incidentRecord());
});

const guard = (input: object = event) => build(runtimeOf(ledger))(input);
const pointed = () => lambda.commandCalls(UpdateAliasCommand).map(({ args: [{ input }] }) => input);
const mails = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);

it('points an alias back that the rollback of a stack put on undone code, and reports it', async () => {
  await expect(guard()).resolves.toEqual({ stray: [`${FUNCTION}:live`] });
  expect(pointed()).toEqual([
    {
      FunctionName: FUNCTION,
      Name: 'live',
      FunctionVersion: '4',
      RoutingConfig: { AdditionalVersionWeights: {} },
      RevisionId: 'rev-9',
    },
  ]);
  const [mail] = mails();
  expect(mail?.Subject).toContain('orders: users were on the bad release again');
  expect(mail?.Message).toContain(`${FUNCTION}:live  pointed from version 5 to 4`);
  expect(mail?.Message).toContain('Stack shop-orders still has the bad release');
});

it('restores an alias of a state machine that the rollback of a stack put on undone code', async () => {
  const stateMachine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:flow';
  const routes = (version: string) => [{ version, weight: 100 }];
  const flow = {
    kind: 'state-machine-alias' as const,
    phase: 'traffic' as const,
    target: 'Flow:live',
    stateMachine,
    alias: 'live',
    fromRoutes: routes('2'),
    toRoutes: routes('1'),
  };
  mockBucket({ ...planObject(servicePlan({ targets: [flow] })), ...catalogObject() });
  const live = [{ stateMachineVersionArn: `${stateMachine}:2`, weight: 100 }];
  stepFunctions.on(DescribeStateMachineAliasCommand).resolves({ routingConfiguration: live });
  stepFunctions.on(UpdateStateMachineAliasCommand).resolves({});
  await expect(guard()).resolves.toEqual({ stray: ['Flow:live'] });
  expect(stepFunctions.commandCalls(UpdateStateMachineAliasCommand)[0]?.args[0].input).toEqual({
    stateMachineAliasArn: `${stateMachine}:live`,
    routingConfiguration: [{ stateMachineVersionArn: `${stateMachine}:1`, weight: 100 }],
  });
  expect(mails()[0]?.Message).toContain('Flow:live  pointed from version 2 to 1');
});

it('points back to the new number of rebuilt code', async () => {
  const builtBy = { stack: 'shop-orders', versionId: 'CreateOrderVersion4' };
  mockBucket({ ...planObject(servicePlan({ targets: [codeDeployPlan({ builtBy })] })), ...catalogObject() });
  await ledger.releases.addSnapshot(
    RESTORED,
    goodSnapshot.map((one) => (isAlias(one) ? { ...one, version: '7' } : one)),
    iso(NOW),
  );
  await guard();
  expect(pointed()).toMatchObject([{ FunctionVersion: '7' }]);
});

it('reports one event once', async () => {
  await guard();
  await guard();
  expect(mails()).toHaveLength(1);
});

it('changes nothing of a service on hold, and gives the commands for it', async () => {
  await ledger.holds.set({ service: 'orders', held: true, by: 'Ada', at: iso(NOW), reason: 'audit' });
  await guard();
  expect(pointed()).toEqual([]);
  const [mail] = mails();
  expect(mail?.Subject).toContain('needs a person');
  expect(mail?.Message).toContain(`--function-name ${FUNCTION} --name live `);
});

it.each([
  ['is where the rollback left it', alias('4')],
  ['is on somebody’s release', alias('6')],
  ['is on a version that was not undone', alias('3')],
  ['has weights: a deployment moves it', alias('5', { '6': 0.1 })],
])('leaves an alias that %s', async (_, state) => {
  lambda.on(GetAliasCommand).resolves(state);
  await expect(guard()).resolves.toEqual({ stray: [] });
  expect(pointed()).toEqual([]);
  expect(mails()).toEqual([]);
});

it('leaves a service to the incident that holds it', async () => {
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
  await guard();
  expect(pointed()).toEqual([]);
});

it('leaves the stacks of others', async () => {
  await guard({ ...event, detail: { 'stack-id': STACK_ID.replace('shop-orders', 'other') } });
  expect(lambda.calls()).toEqual([]);
});
