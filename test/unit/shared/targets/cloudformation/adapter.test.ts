import {
  ChangeSetNotFoundException,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  type ResourceChange,
  type Stack,
  type StackResourceSummary,
  TokenAlreadyExistsException,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { Bucket } from '../../../../../shared/aws/bucket.ts';
import type { Signals } from '../../../../../shared/aws/signals.ts';
import { Stacks } from '../../../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../../../shared/aws/state-machine-aliases.ts';
import { LockLost, TargetLeft, TargetNotRestored } from '../../../../../shared/errors.ts';
import type { AlarmReading } from '../../../../../shared/judge/declared-alarms.ts';
import { stackTarget } from '../../../../../shared/targets/cloudformation/adapter.ts';
import type { StackPlan } from '../../../../../shared/targets/cloudformation/shapes.ts';
import { verifyStack } from '../../../../../shared/targets/cloudformation/verify-stack.ts';
import { stackToken } from '../../../../../shared/targets/rollback-marker.ts';
import { alias, STACK_ID, stackEvent, stackEvents, stackOf } from '../../../fixtures/aws-answers.ts';
import { mockBucket } from '../../../fixtures/mock-bucket.ts';
import {
  FUNCTION,
  PROCESSED_KEY,
  RELEASE,
  ROLE_ARN,
  stackPinPlan,
  stackPlan,
} from '../../../fixtures/records.ts';
import { denied, validationError } from '../../../fixtures/sdk-errors.ts';
import { NOW } from '../../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const region = { region: 'eu-west-1' };
const stacks = new Stacks(new CloudFormationClient(region));
/** States of alarms by name; an alarm without a state does not exist. */
let alarms: Record<string, string>;
const signals = {
  alarms: async (names: readonly string[]) =>
    names.map((name) => ({ name, state: alarms[name] ?? 'missing' }) as AlarmReading),
} as Signals;
const target = stackTarget({
  stacks,
  signals,
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
});
const plan = stackPlan();
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
const ours = stackToken(RELEASE, 1, 'rest');
const pinned = stackToken(RELEASE, 1, 'pin');
const key = `templates/rests/${RELEASE}/1/shop-orders.template`;
const templateUrl = `https://coordinator.s3.eu-west-1.amazonaws.com/${key}`;

const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'CreateOrder' } } };
const aliasOn = (FunctionVersion: unknown) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: { Name: 'live', FunctionVersion },
});
const createOrder = { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x' } };
const Parameters = { Stage: { Type: 'String' }, ApiKey: { Type: 'String' } };
const saved = {
  Parameters,
  Resources: {
    CreateOrder: createOrder,
    Old: version,
    CreateOrderAliaslive: aliasOn({ 'Fn::GetAtt': ['Old', 'Version'] }),
  },
};
const live = {
  Parameters,
  Resources: { CreateOrder: createOrder, New: version, CreateOrderAliaslive: aliasOn('4') },
};
/** The saved template in a form that can be applied without publishing anything. */
const applied = {
  Parameters,
  Resources: { CreateOrder: createOrder, CreateOrderAliaslive: aliasOn('4') },
};
const goal = {
  StackName: 'shop-orders',
  TemplateURL: templateUrl,
  Parameters: [
    { ParameterKey: 'Stage', ParameterValue: 'prod' },
    { ParameterKey: 'ApiKey', UsePreviousValue: true },
  ],
  Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
};
const allowAll = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
const guard = { Effect: 'Deny', Action: ['Update:Delete', 'Update:Replace'], Principal: '*' };
let stored: Map<string, string>;

beforeEach(() => {
  alarms = {};
  cloudFormation.reset();
  lambda.reset();
  beforeChange.mockClear();
  stored = mockBucket({ [PROCESSED_KEY]: saved }).stored;
  lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('4'));
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(live) });
  cloudFormation.on(GetStackPolicyCommand).resolves({});
  resourcesAre({
    CreateOrder: FUNCTION,
    CreateOrderAliaslive: `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:live`,
  });
  cloudFormation.on(CreateChangeSetCommand).resolves({});
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
  cloudFormation.on(UpdateStackCommand).resolves({ StackId: 'arn' });
  stackIs({});
});

function stackIs(changes: Partial<Stack>, token = pinned) {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, ...changes }));
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
}
function resourcesAre(ids: Record<string, string>) {
  const StackResourceSummaries = Object.entries(ids).map(
    ([LogicalResourceId, PhysicalResourceId]) =>
      ({ LogicalResourceId, PhysicalResourceId }) as StackResourceSummary,
  );
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries });
}
function noChangeSet() {
  cloudFormation
    .on(DescribeChangeSetCommand)
    .rejects(new ChangeSetNotFoundException({ message: 'not found', $metadata: {} }));
}
function changeSetIs(changes: Partial<DescribeChangeSetCommandOutput>) {
  cloudFormation
    .on(DescribeChangeSetCommand, { StackName: 'shop-orders', ChangeSetName: ours })
    .resolves({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', ...changes });
}
/** A complete change set with these changes, and the template it was made from. */
function ready(...changes: ResourceChange[]) {
  stored.set(key, JSON.stringify(applied));
  changeSetIs({ Changes: changes.map((ResourceChange) => ({ Type: 'Resource', ResourceChange })) });
}
const ofFunction: ResourceChange = {
  Action: 'Modify',
  LogicalResourceId: 'CreateOrder',
  ResourceType: 'AWS::Lambda::Function',
  Replacement: 'False',
  Scope: ['Properties'],
};
const removed = (LogicalResourceId: string, ResourceType: string): ResourceChange => ({
  Action: 'Remove',
  LogicalResourceId,
  ResourceType,
});
/** Commands sent that change something, with their names. */
const sent = () =>
  [...cloudFormation.calls(), ...lambda.calls()]
    .map(({ args: [command] }) => [command.constructor.name, command.input] as const)
    .filter(([name]) => !/^(Describe|Get|List)/.test(name));

describe('a stack on the template of the bad release', () => {
  beforeEach(noChangeSet);

  it('is asked what its saved template would change, without publishing anything', async () => {
    await expect(target.read(plan, context)).resolves.toEqual({
      is: 'stranded',
      detail: 'stack shop-orders is UPDATE_COMPLETE on the template of the bad release',
    });
    expect(sent()).toEqual([]);
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'asked CloudFormation what the saved template changes of stack shop-orders',
    });
    // No tags, no topics, no service role, no capability but for IAM.
    expect(sent()).toEqual([
      ['CreateChangeSetCommand', { ...goal, ChangeSetName: ours, ChangeSetType: 'UPDATE' }],
    ]);
    expect(JSON.parse(stored.get(key) ?? '')).toEqual(applied);
  });

  it.each<[string, Partial<Stack>, object, object[]]>([
    [
      'a parameter that the live stack does not have gets the default of the template',
      {},
      { ...Parameters, Colour: { Type: 'String', Default: 'red' } },
      goal.Parameters,
    ],
    [
      'a parameter that the saved template does not have is not sent',
      {},
      { Stage: { Type: 'String' } },
      [{ ParameterKey: 'Stage', ParameterValue: 'prod' }],
    ],
    [
      'a parameter without a saved value keeps the one it has',
      { Parameters: [{ ParameterKey: 'Colour', ParameterValue: 'blue' }] },
      { Colour: { Type: 'String' } },
      [{ ParameterKey: 'Colour', UsePreviousValue: true }],
    ],
  ])('%s', async (_, stack, parameters, expected) => {
    stackIs(stack);
    stored.set(PROCESSED_KEY, JSON.stringify({ ...saved, Parameters: parameters }));
    await target.start(plan, context);
    expect(cloudFormation.commandCalls(CreateChangeSetCommand)[0]?.args[0].input.Parameters).toEqual(
      expected,
    );
  });

  it.each<[string, () => StackPlan]>([
    ['none is planned', () => withoutSnapshot(plan)],
    ['the ledger has none of it after its transforms', () => stackPlan({ snapshot: withoutProcessed() })],
    [
      'it is gone',
      () => {
        stored.delete(PROCESSED_KEY);
        return plan;
      },
    ],
  ])('is left where there is no saved template: %s', async (_, given) => {
    const start = target.start(given(), context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow(
      'Stack shop-orders holds the template of the bad release, and the ledger has no earlier one saved',
    );
    expect(sent()).toEqual([]);
  });

  it('is left where the saved template refers to a version that nothing stands for', async () => {
    const Outputs = { Lone: { Value: { Ref: 'Lone' } } };
    const Resources = { ...saved.Resources, Lone: version };
    stored.set(PROCESSED_KEY, JSON.stringify({ ...saved, Resources, Outputs }));
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow(
      'The saved template of stack shop-orders is not applied, because it refers to versions that are gone: Lone.',
    );
    expect(sent()).toEqual([]);
  });

  it('reads the versions of the aliases that it has under the ids of the saved template', async () => {
    resourcesAre({ CreateOrder: FUNCTION });
    await expect(target.start(plan, context)).rejects.toThrow('it refers to versions that are gone: Old.');
  });

  it('is left where we may not ask', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(denied());
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow('Stack shop-orders stays pinned: not authorized to perform this');
  });

  it('passes on what CloudFormation refuses for another reason', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(validationError('Parameters: [Stage] do not exist'));
    await expect(target.start(plan, context)).rejects.toThrow('Parameters: [Stage] do not exist');
  });

  it('is left without a service role: an update would run with our rights', async () => {
    stackIs({ RoleARN: undefined });
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetLeft);
      await expect(call).rejects.toThrow('Stack shop-orders has no service role');
    }
    expect(sent()).toEqual([]);
  });

  describe('and other stacks', () => {
    const Outputs = { Table: { Value: 'orders', Export: { Name: 'orders-table' } } };
    const exporting = { ...live, Outputs };

    it('is left while another one imports what would vanish, and names it', async () => {
      noChangeSet();
      cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(exporting) });
      cloudFormation.on(ListExportsCommand).resolves({
        Exports: [{ Name: 'orders-table', Value: 'orders', ExportingStackId: STACK_ID }],
      });
      cloudFormation.on(ListImportsCommand).resolves({ Imports: ['shop-search'] });
      const start = target.start(plan, context);
      await expect(start).rejects.toBeInstanceOf(TargetLeft);
      await expect(start).rejects.toThrow(
        'Stack shop-orders stays pinned, because of other stacks: stack shop-search imports orders-table, which would vanish.',
      );
      expect(sent()).toEqual([]);
    });

    it('is left where it would import what no stack exports', async () => {
      noChangeSet();
      const Resources = {
        ...saved.Resources,
        Rule: { Type: 'T', Properties: { 'Fn::ImportValue': 'gone' } },
      };
      stored.set(PROCESSED_KEY, JSON.stringify({ ...saved, Resources }));
      cloudFormation.on(ListExportsCommand).resolves({});
      await expect(target.start(plan, context)).rejects.toThrow(
        'because of other stacks: it would import gone, which no stack exports.',
      );
      expect(sent()).toEqual([]);
    });

    it('is left where an export vanished while its change set was being made', async () => {
      noChangeSet();
      cloudFormation.on(CreateChangeSetCommand).rejects(validationError('No export named gone found.'));
      const start = target.start(plan, context);
      await expect(start).rejects.toBeInstanceOf(TargetLeft);
      await expect(start).rejects.toThrow('Stack shop-orders stays pinned: No export named gone found.');
    });

    it('are not asked for where it neither exports nor imports', async () => {
      noChangeSet();
      await target.start(plan, context);
      expect(cloudFormation.commandCalls(ListExportsCommand)).toEqual([]);
    });
  });

  it('is not only left where something cannot serve without it', async () => {
    stackIs({ RoleARN: undefined });
    const needed = stackPlan({ neededFor: ['CreateOrder: its role is gone'] });
    for (const call of [target.start(needed, context), target.read(needed, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetNotRestored);
      await expect(call).rejects.toThrow(
        'The targets that wait for it cannot serve without it: CreateOrder: its role is gone.',
      );
    }
    expect(sent()).toEqual([]);
  });

  it('leaves its aliases where they are as long as their traffic is not back', async () => {
    noChangeSet();
    lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('5'));
    await target.start(stackPlan({ beforeTraffic: true }), context);
    expect(sent()).toEqual([['CreateChangeSetCommand', expect.anything()]]);
    expect(JSON.parse(stored.get(key) ?? '').Resources.CreateOrderAliaslive.Properties.FunctionVersion).toBe(
      '5',
    );
  });

  it('is asked for without a service role by somebody who may deploy', async () => {
    stackIs({ RoleARN: undefined });
    await expect(target.start(plan, { ...context, byDeployer: true })).resolves.toMatchObject({
      is: 'moving',
    });
    expect(sent().map(([name]) => name)).toEqual(['CreateChangeSetCommand']);
    expect(beforeChange).toHaveBeenCalledWith('make');
  });

  it('is left alone when the incident loses the service just before', async () => {
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(sent()).toEqual([]);
    expect(stored.has(key)).toBe(false);
  });

  function withoutSnapshot({ snapshot: _, ...without }: StackPlan): StackPlan {
    return without;
  }
  function withoutProcessed(): NonNullable<StackPlan['snapshot']> {
    const { processedKey: _, ...without } = plan.snapshot as { processedKey: string };
    return without as NonNullable<StackPlan['snapshot']>;
  }
});

describe('its change set', () => {
  it('is waited for while it is made', async () => {
    changeSetIs({ Status: 'CREATE_PENDING', ExecutionStatus: 'UNAVAILABLE' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'the change set of the rest of stack shop-orders is being made',
    });
    expect(sent()).toEqual([]);
  });

  it('has the stack updated under a policy that lets nothing else be lost', async () => {
    ready(ofFunction, removed('Rule', 'AWS::Events::Rule'), removed('New', 'AWS::Lambda::Version'));
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
    expect(sent()).toEqual([]);
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'stack shop-orders is being updated to the saved template',
    });
    const [[name, input] = ['', {}], ...more] = sent();
    expect([name, more]).toEqual(['UpdateStackCommand', []]);
    const { StackPolicyDuringUpdateBody: policy, ...others } = input as {
      StackPolicyDuringUpdateBody: string;
    };
    // No tags, no topics, no service role, no capability but for IAM.
    expect(others).toEqual({ ...goal, ClientRequestToken: ours });
    expect(JSON.parse(policy)).toEqual({
      Statement: [allowAll, { ...guard, NotResource: ['LogicalResourceId/Rule', 'LogicalResourceId/New'] }],
    });
    expect(beforeChange).toHaveBeenCalledTimes(1);
  });

  it("keeps the team's own stack policy in force", async () => {
    const own = { Effect: 'Deny', Action: 'Update:*', Principal: '*', Resource: 'LogicalResourceId/Table' };
    cloudFormation
      .on(GetStackPolicyCommand, { StackName: 'shop-orders' })
      .resolves({ StackPolicyBody: JSON.stringify({ Statement: [allowAll, own] }) });
    ready(ofFunction);
    await target.start(plan, context);
    const [call] = cloudFormation.commandCalls(UpdateStackCommand);
    expect(JSON.parse(call?.args[0].input.StackPolicyDuringUpdateBody ?? '')).toEqual({
      Statement: [allowAll, own, { ...guard, Resource: '*' }],
    });
  });

  it.each<[string, ResourceChange, string]>([
    [
      'remove a table',
      removed('Table', 'AWS::DynamoDB::Table'),
      'Table (AWS::DynamoDB::Table) would be removed',
    ],
    [
      'replace a function',
      { ...ofFunction, Replacement: 'True' },
      'CreateOrder (AWS::Lambda::Function) would be changed and replaced',
    ],
    [
      'run a custom resource',
      { Action: 'Add', LogicalResourceId: 'Migration', ResourceType: 'Custom::Migration' },
      'Migration (Custom::Migration) would be added',
    ],
  ])('leaves the stack pinned where it would %s', async (_, change, objection) => {
    ready(ofFunction, change);
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetLeft);
      await expect(call).rejects.toThrow(
        `Stack shop-orders stays pinned, because going back may lose or replace something: ${objection}.`,
      );
    }
    expect(sent()).toEqual([]);
  });

  it('has nothing to do where the stack has that template already', async () => {
    changeSetIs({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'No updates are to be performed.',
    });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders has the saved template already',
    });
    expect(sent()).toEqual([]);
  });

  it('is waited for where somebody executes it', async () => {
    changeSetIs({ ExecutionStatus: 'EXECUTE_IN_PROGRESS' });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(sent()).toEqual([]);
  });

  it('is made again where it is out of date', async () => {
    changeSetIs({ ExecutionStatus: 'OBSOLETE' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'stranded',
      detail: 'a change set of stack shop-orders was out of date',
    });
    expect(sent()).toEqual([['DeleteChangeSetCommand', { StackName: 'shop-orders', ChangeSetName: ours }]]);
  });

  it('leaves the stack where it cannot be made', async () => {
    const StatusReason = 'Parameter Colour has no value';
    changeSetIs({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', StatusReason });
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetLeft);
      await expect(call).rejects.toThrow(
        `The saved template of stack shop-orders is not applied: ${StatusReason}.`,
      );
    }
    expect(sent()).toEqual([]);
  });

  it('is of no use where the template that it was made of is gone', async () => {
    ready(ofFunction);
    stored.delete(key);
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(TargetNotRestored);
    expect(sent()).toEqual([]);
  });
});

describe('a stack that gets the service role of the catalog', () => {
  const roleArn = 'arn:aws:iam::111122223333:role/RollbackStack_orders';
  const withRole = stackPlan({ role: { arn: roleArn, attach: true } });
  beforeEach(() => stackIs({ RoleARN: undefined }));

  it('has the rest applied with it', async () => {
    noChangeSet();
    await target.start(withRole, context);
    ready(ofFunction);
    await target.start(withRole, context);
    expect(sent()).toMatchObject([
      ['CreateChangeSetCommand', { RoleARN: roleArn }],
      ['UpdateStackCommand', { RoleARN: roleArn }],
    ]);
  });

  it.each([
    Object.assign(denied(), { message: `not authorized to perform: iam:PassRole on resource: ${roleArn}` }),
    validationError(`Role ${roleArn} is invalid or cannot be assumed`),
  ])('stays pinned where it is refused: $message', async (refusal) => {
    noChangeSet();
    cloudFormation.on(CreateChangeSetCommand).rejects(refusal);
    const start = target.start(withRole, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow(`Stack shop-orders stays pinned: ${refusal.message}`);
  });
});

describe('a stack whose rollback triggers the pin took out', () => {
  const arnOf = (name: string) => `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`;
  const alarmOf = (name: string) => ({ arn: arnOf(name), type: 'AWS::CloudWatch::Alarm' });
  const triggers = { alarms: [alarmOf('errors'), alarmOf('slow')], minutes: 30 };
  const withTriggers = stackPlan({ triggers });
  const configuration = (...names: string[]) => ({
    RollbackTriggers: names.map((name) => ({ Arn: arnOf(name), Type: 'AWS::CloudWatch::Alarm' })),
    MonitoringTimeInMinutes: 30,
  });
  const RollbackConfiguration = configuration('errors', 'slow');
  beforeEach(() => {
    alarms = { errors: 'OK', slow: 'INSUFFICIENT_DATA' };
  });

  it('gets them back with the rest, and says so', async () => {
    noChangeSet();
    await target.start(withTriggers, context);
    ready(ofFunction);
    await target.start(withTriggers, context);
    expect(sent()).toMatchObject([
      ['CreateChangeSetCommand', { RollbackConfiguration }],
      ['UpdateStackCommand', { RollbackConfiguration }],
    ]);
    stackIs({ RollbackConfiguration }, ours);
    await expect(target.start(withTriggers, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders updated to the saved template (UPDATE_COMPLETE), with its rollback triggers',
    });
  });

  it('waits while one of them rings, and for half an hour at most', async () => {
    alarms = { errors: 'ALARM', slow: 'OK' };
    ready(ofFunction);
    const at = (minutes: number) => ({ ...context, now: NOW + minutes * 60_000 });
    for (const standing of [
      await target.read(withTriggers, at(30)),
      await target.start(withTriggers, at(30)),
    ]) {
      expect(standing).toEqual({
        is: 'blocked',
        detail: 'the rest of stack shop-orders waits until its rollback triggers are out of ALARM: errors',
      });
    }
    const late = target.start(withTriggers, at(31));
    await expect(late).rejects.toBeInstanceOf(TargetLeft);
    await expect(late).rejects.toThrow(
      'Stack shop-orders stays pinned, because its rollback triggers ring and would undo the update: errors.',
    );
    expect(sent()).toEqual([]);
  });

  it('goes without them before the traffic: they ring until users are back, who wait for it', async () => {
    alarms = { errors: 'ALARM', slow: 'OK' };
    ready(ofFunction);
    const first = stackPlan({ triggers, beforeTraffic: true, neededFor: ['Sessions is gone'] });
    await target.start(first, { ...context, now: NOW + 31 * 60_000 });
    expect(sent()).toMatchObject([
      ['UpdateStackCommand', { RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 } }],
    ]);
    stackIs({}, ours);
    await expect(target.read(first, context)).resolves.toMatchObject({
      is: 'restored',
      detail: expect.stringContaining(', without rollback triggers (errors, slow, 30 min of monitoring)'),
    });
  });

  it('waits from the pin on, where that came after a long approval', async () => {
    alarms = { errors: 'ALARM', slow: 'OK' };
    ready(ofFunction);
    const Timestamp = new Date(NOW + 3_600_000);
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: pinned, Timestamp })],
    });
    await expect(target.read(withTriggers, { ...context, now: NOW + 3_660_000 })).resolves.toMatchObject({
      is: 'blocked',
    });
  });

  it('gets those back that exist: a missing one would fail the update', async () => {
    alarms = { slow: 'OK' };
    ready(ofFunction);
    await target.start(withTriggers, context);
    expect(sent()).toMatchObject([['UpdateStackCommand', { RollbackConfiguration: configuration('slow') }]]);
    stackIs({ RollbackConfiguration: configuration('slow') }, ours);
    await expect(target.read(withTriggers, context)).resolves.toMatchObject({
      is: 'restored',
      detail: expect.stringContaining(', without rollback triggers (errors)'),
    });
  });

  const lacking =
    'The pin took rollback triggers off stack shop-orders (errors, slow, 30 min of monitoring): CloudFormation keeps it without them, and sam deploy cannot bring them back. Make the change set of the next release with aws cloudformation create-change-set --rollback-configuration ';

  it.each<[string, () => void]>([
    ['after an update that did not bring them back', () => stackIs({}, ours)],
    [
      'where no update of ours is left to bring them back',
      () =>
        changeSetIs({
          Status: 'FAILED',
          ExecutionStatus: 'UNAVAILABLE',
          StatusReason: 'No updates are to be performed.',
        }),
    ],
    [
      'where they are all that would change, and CloudFormation takes that for nothing',
      () => {
        ready();
        cloudFormation.on(UpdateStackCommand).rejects(validationError('No updates are to be performed.'));
      },
    ],
  ])('is left without them, and says how they come back, %s', async (_, given) => {
    given();
    const start = target.start(withTriggers, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    const { message } = (await start.catch((error: Error) => error)) as Error;
    expect(message).toContain(
      'Stack shop-orders has its saved template, and not its rollback triggers: errors, slow, 30 min of monitoring.',
    );
    expect(message).toContain(`${lacking}'${JSON.stringify(RollbackConfiguration)}'.`);
  });

  it.each<[string, Partial<Stack>, string]>([
    ['no service role', { RoleARN: undefined }, pinned],
    ['an update that failed', { StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }, ours],
  ])('says how they come back where it is left with %s', async (_, stack, token) => {
    stackIs(stack, token);
    await expect(target.read(withTriggers, context)).rejects.toThrow(lacking);
  });

  it('says nothing of them where nobody took them out', async () => {
    stackIs({ RoleARN: undefined, RollbackConfiguration });
    await expect(target.read(withTriggers, context)).rejects.not.toThrow('rollback triggers');
  });

  it('quotes a name that would end the quotation', async () => {
    const odd = stackPlan({ triggers: { alarms: [alarmOf("it's")], minutes: 0 } });
    stackIs({ RoleARN: undefined });
    await expect(target.read(odd, context)).rejects.toThrow(String.raw`alarm:it'\''s`);
  });
});

describe('a stack that was pinned and is left', () => {
  it.each([
    ['lacks its UpdatePolicy', undefined, true],
    ['has it already', { CodeDeployLambdaAliasUpdate: {} }, false],
  ])(
    'says that the next release may come without its canary where an alias %s',
    async (_, policy, isSaid) => {
      const Resources = {
        ...live.Resources,
        CreateOrderAliaslive: { ...aliasOn('4'), ...(policy && { UpdatePolicy: policy }) },
      };
      cloudFormation
        .on(GetTemplateCommand)
        .resolves({ TemplateBody: JSON.stringify({ ...live, Resources }) });
      stackIs({ RoleARN: undefined });
      const refusal = await target.read(plan, context).catch((error: Error) => error.message);
      expect(String(refusal).includes('may shift all its traffic at once')).toBe(isSaid);
    },
  );

  it('says nothing of an alias that CodeDeploy does not shift', async () => {
    stackIs({ RoleARN: undefined });
    const { shifted: _, ...unshifted } = plan;
    await expect(target.read(unshifted, context)).rejects.not.toThrow('at once');
  });
});

describe('the update', () => {
  beforeEach(() => ready(ofFunction));

  it('is left alone when the incident loses the service just before', async () => {
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(sent()).toEqual([]);
  });

  it('is done where there is nothing to change', async () => {
    cloudFormation.on(UpdateStackCommand).rejects(validationError('No updates are to be performed.'));
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders has the saved template already',
    });
  });

  it('is under way when the answer to our first request was lost', async () => {
    cloudFormation
      .on(UpdateStackCommand)
      .rejects(new TokenAlreadyExistsException({ message: 'Token exists', $metadata: {} }));
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'stack shop-orders is being updated to the saved template',
    });
  });

  it('is looked at again where somebody else began one just then', async () => {
    cloudFormation
      .on(UpdateStackCommand)
      .rejects(validationError('Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.'));
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'moving',
      detail: expect.stringContaining('too late'),
    });
  });

  it('is not made where we may not', async () => {
    cloudFormation.on(UpdateStackCommand).rejects(denied());
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow('Stack shop-orders stays pinned: not authorized to perform this');
  });

  it('passes on what CloudFormation refuses for another reason', async () => {
    cloudFormation.on(UpdateStackCommand).rejects(validationError('Parameters: [Stage] do not exist'));
    await expect(target.start(plan, context)).rejects.toThrow('Parameters: [Stage] do not exist');
  });

  it.each(['UPDATE_COMPLETE', 'IMPORT_COMPLETE'] as const)(
    'has restored the stack: %s',
    async (StackStatus) => {
      stackIs({ StackStatus }, ours);
      await expect(target.start(plan, context)).resolves.toEqual({
        is: 'restored',
        detail: `stack shop-orders updated to the saved template (${StackStatus})`,
      });
      expect(sent()).toEqual([]);
    },
  );

  it('is a failure where CloudFormation rolled it back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    const Queue = { LogicalResourceId: 'Queue', PhysicalResourceId: 'shop-orders-queue' };
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        stackEvent('UPDATE_ROLLBACK_COMPLETE', { ClientRequestToken: ours }),
        stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: ours }),
        stackEvent('UPDATE_FAILED', { ...Queue, ResourceStatusReason: 'the name is taken' }),
        stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: ours }),
      ],
    });
    const read = target.read(plan, context);
    await expect(read).rejects.toBeInstanceOf(TargetNotRestored);
    await expect(read).rejects.toThrow(
      'The update of stack shop-orders to the saved template failed and was rolled back by CloudFormation ' +
        '(UPDATE_ROLLBACK_COMPLETE): Queue (the name is taken).',
    );
    expect(sent()).toEqual([]);
  });

  it('of an earlier attempt is none of this one', async () => {
    stackIs({}, ours);
    noChangeSet();
    await expect(target.read(plan, { ...context, attempt: 2 })).resolves.toMatchObject({ is: 'stranded' });
  });

  it('is asked for once when it is started again and again', async () => {
    noChangeSet();
    cloudFormation.on(CreateChangeSetCommand).callsFake(() => {
      changeSetIs({ Changes: [{ Type: 'Resource', ResourceChange: ofFunction }] });
      return {};
    });
    cloudFormation.on(UpdateStackCommand).callsFake(({ ClientRequestToken }) => {
      stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ClientRequestToken);
      return {};
    });
    for (let start = 0; start < 4; start += 1) await target.start(plan, context);
    stackIs({}, ours);
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'restored' });
    expect(sent().map(([name]) => name)).toEqual(['CreateChangeSetCommand', 'UpdateStackCommand']);
  });
});

describe('a stack that is only waited for', () => {
  const { snapshot: _, shifted: __, ...bare } = stackPlan();
  const waited = { ...bare, waitOnly: true as const };

  it.each(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_COMPLETE'] as const)(
    'is left as it is once it is %s, with or without a service role',
    async (StackStatus) => {
      for (const RoleARN of [ROLE_ARN, undefined]) {
        stackIs({ StackStatus, RoleARN }, 'deploy-17');
        await expect(target.start(waited, context)).resolves.toEqual({
          is: 'restored',
          detail: `stack shop-orders is at rest (${StackStatus})`,
        });
      }
      expect(sent()).toEqual([]);
    },
  );

  it('is waited for while it rolls itself back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' });
    await expect(target.read(waited, context)).resolves.toMatchObject({ is: 'moving' });
  });

  it('has an alias pointed back that it moves onto undone code', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' });
    lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('5'));
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
    lambda.on(UpdateAliasCommand).resolves({});
    await expect(target.start(waited, context)).resolves.toMatchObject({ pointed: { toVersion: '4' } });
    expect(sent().map(([name]) => name)).toEqual(['UpdateAliasCommand']);
  });

  it.each(['UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED', 'ROLLBACK_COMPLETE'] as const)(
    'calls a person when it is %s',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(target.start(waited, context)).rejects.toBeInstanceOf(TargetNotRestored);
      await expect(target.read(waited, context)).rejects.toThrow(StackStatus);
      expect(sent()).toEqual([]);
    },
  );
});

describe('verifying', () => {
  it.each(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] as const)(
    'finds %s at rest',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(verifyStack(stacks, plan)).resolves.toBe(`stack shop-orders is ${StackStatus}`);
    },
  );

  const triggers = {
    alarms: [{ arn: 'a:b:c:d:e:alarm:errors', type: 'AWS::CloudWatch::Alarm' }],
    minutes: 5,
  };
  const RollbackConfiguration = {
    RollbackTriggers: [{ Arn: 'a:b:c:d:e:alarm:errors', Type: 'AWS::CloudWatch::Alarm' }],
    MonitoringTimeInMinutes: 5,
  };
  const roleArn = 'arn:aws:iam::111122223333:role/RollbackStack_orders';

  it.each<[Parameters<typeof verifyStack>[1], Partial<Stack>, string]>([
    [stackPlan({ triggers }), { RollbackConfiguration }, ', with its rollback triggers'],
    [stackPlan({ triggers }), {}, ', without rollback triggers (errors, 5 min of monitoring)'],
    [stackPinPlan(), {}, ''],
    [stackPinPlan({ triggers }), {}, '; its rollback triggers are empty (errors, 5 min of monitoring)'],
    [
      stackPinPlan({ role: { arn: roleArn, attach: true } }),
      { RoleARN: roleArn },
      ` with the service role ${roleArn}, which the stack keeps for good`,
    ],
    [stackPinPlan({ role: { arn: roleArn, attach: true } }), { RoleARN: undefined }, ''],
  ])('says what it got and lost: %#', async (given, stack, said) => {
    stackIs(stack);
    await expect(verifyStack(stacks, given)).resolves.toBe(`stack shop-orders is UPDATE_COMPLETE${said}`);
  });

  it('says what a stack lacks that is pinned and no more', async () => {
    stackIs({});
    await expect(verifyStack(stacks, stackPlan({ waitOnly: true, triggers }))).resolves.toMatch(
      /^stack shop-orders is UPDATE_COMPLETE\. The pin took the UpdatePolicy of .* The pin took rollback triggers off/,
    );
  });

  it.each(['UPDATE_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'DELETE_COMPLETE', 'UPDATE_FAILED'] as const)(
    'does not find %s at rest',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(verifyStack(stacks, plan)).rejects.toBeInstanceOf(TargetNotRestored);
    },
  );
});
