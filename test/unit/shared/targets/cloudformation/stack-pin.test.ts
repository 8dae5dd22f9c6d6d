import {
  CancelUpdateStackCommand,
  ChangeSetNotFoundException,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  InvalidChangeSetStatusException,
  ListStackResourcesCommand,
  type ResourceChange,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import {
  CodeDeployClient,
  type DeploymentStatus,
  GetDeploymentCommand,
  ListDeploymentsCommand,
} from '@aws-sdk/client-codedeploy';
import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeStateMachineAliasCommand,
  SFNClient,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { Bucket } from '../../../../../shared/aws/bucket.ts';
import { Deployments } from '../../../../../shared/aws/deployments.ts';
import { Stacks } from '../../../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../../../shared/aws/state-machine-aliases.ts';
import { LockLost, TargetLeft, TargetNotRestored } from '../../../../../shared/errors.ts';
import type { StackPinPlan } from '../../../../../shared/targets/cloudformation/shapes.ts';
import { pinTemplateKey, stackPinTarget } from '../../../../../shared/targets/cloudformation/stack-pin.ts';
import { stackToken } from '../../../../../shared/targets/rollback-marker.ts';
import { alias, deploymentInfo, stackEvent, stackEvents, stackOf } from '../../../fixtures/aws-answers.ts';
import { mockBucket } from '../../../fixtures/mock-bucket.ts';
import { FUNCTION, plannedAlias, RELEASE, ROLE_ARN, stackPinPlan } from '../../../fixtures/records.ts';
import { denied, validationError } from '../../../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const stepFunctions = mockClient(SFNClient);
const region = { region: 'eu-west-1' };
const target = stackPinTarget({
  stacks: new Stacks(new CloudFormationClient(region)),
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  deployments: new Deployments(new CodeDeployClient(region)),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
});
const plan = stackPinPlan();
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
const ours = stackToken(RELEASE, 1, 'pin');
const key = pinTemplateKey(RELEASE, 1, 'shop-orders');

const live = {
  Resources: {
    CreateOrder: { Type: 'AWS::Lambda::Function', Properties: {} },
    CreateOrderUrl: { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } },
    CreateOrderAliaslive: {
      Type: 'AWS::Lambda::Alias',
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: {} },
      Properties: { Name: 'live', FunctionVersion: { 'Fn::GetAtt': ['CreateOrderVersion', 'Version'] } },
    },
  },
};
const aliasArn = `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:live`;
const ofAlias: ResourceChange = {
  Action: 'Modify',
  LogicalResourceId: 'CreateOrderAliaslive',
  ResourceType: 'AWS::Lambda::Alias',
  Replacement: 'False',
  Scope: ['Properties', 'UpdatePolicy'],
};
let stored: Map<string, string>;

beforeEach(() => {
  for (const mock of [cloudFormation, codeDeploy, lambda, stepFunctions]) mock.reset();
  beforeChange.mockClear();
  stored = mockBucket().stored;
  lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('4'));
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(live) });
  resourcesAre({ CreateOrder: FUNCTION, CreateOrderAliaslive: aliasArn });
  cloudFormation.on(CreateChangeSetCommand).resolves({});
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
  cloudFormation.on(ExecuteChangeSetCommand).resolves({});
  stackIs({});
});

function stackIs(changes: Partial<Stack>, token = 'deploy-17') {
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
const ready = (...changes: ResourceChange[]) =>
  changeSetIs({ Changes: changes.map((ResourceChange) => ({ Type: 'Resource', ResourceChange })) });
/** Commands sent that change the stack, with their names. */
const sent = () =>
  cloudFormation
    .calls()
    .map(({ args: [command] }) => [command.constructor.name, command.input] as const)
    .filter(([name]) => !/^(Describe|Get|List)/.test(name));

describe('a stack that is not pinned', () => {
  beforeEach(noChangeSet);

  it('is asked what its pin would change', async () => {
    await expect(target.read(plan, context)).resolves.toEqual({
      is: 'stranded',
      detail: 'stack shop-orders is not pinned',
    });
    expect(sent()).toEqual([]);
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'asked CloudFormation what it changes to pin stack shop-orders',
    });
    // No tags, no topics, no service role, no rollback triggers of its own, no capability but for IAM.
    expect(sent()).toEqual([
      [
        'CreateChangeSetCommand',
        {
          StackName: 'shop-orders',
          ChangeSetName: ours,
          ChangeSetType: 'UPDATE',
          TemplateURL: `https://coordinator.s3.eu-west-1.amazonaws.com/${key}`,
          Parameters: [
            { ParameterKey: 'Stage', UsePreviousValue: true },
            { ParameterKey: 'ApiKey', UsePreviousValue: true },
          ],
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
          RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 },
        },
      ],
    ]);
    expect(JSON.parse(stored.get(key) ?? '')).toEqual({
      Resources: {
        ...live.Resources,
        CreateOrderAliaslive: {
          Type: 'AWS::Lambda::Alias',
          Properties: { Name: 'live', FunctionVersion: '4' },
        },
      },
    });
  });

  it('is pinned to the version that users are on, which may be a newer number of the planned code', async () => {
    lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('7'));
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
    await target.start(plan, context);
    expect(stored.get(key)).toContain('"FunctionVersion":"7"');
  });

  describe('and has an alias of a state machine', () => {
    const stateMachine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:flow';
    const withFlow: StackPinPlan = {
      ...plan,
      machineAliases: [
        {
          kind: 'state-machine-alias',
          phase: 'traffic',
          target: 'Flow:live',
          stateMachine,
          alias: 'live',
          fromRoutes: [{ version: '2', weight: 100 }],
          toRoutes: [{ version: '1', weight: 100 }],
        },
      ],
    };
    const flowIs = (...routes: [version: string, weight: number][]) =>
      stepFunctions.on(DescribeStateMachineAliasCommand).resolves({
        routingConfiguration: routes.map(([version, weight]) => ({
          stateMachineVersionArn: `${stateMachine}:${version}`,
          weight,
        })),
      });
    const flow = {
      Type: 'AWS::StepFunctions::StateMachineAlias',
      Properties: { Name: 'live', DeploymentPreference: { Type: 'ALL_AT_ONCE' } },
    };
    beforeEach(() => {
      resourcesAre({ CreateOrderAliaslive: aliasArn, FlowAliaslive: `${stateMachine}:live` });
      const Resources = { ...live.Resources, FlowAliaslive: flow };
      cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify({ Resources }) });
    });

    it('is pinned with its routes as well', async () => {
      flowIs(['1', 100]);
      await target.start(withFlow, context);
      expect(JSON.parse(stored.get(key) ?? '').Resources.FlowAliaslive.Properties).toEqual({
        Name: 'live',
        RoutingConfiguration: [{ StateMachineVersionArn: `${stateMachine}:1`, Weight: 100 }],
      });
    });

    it('is executed where only these aliases change', async () => {
      flowIs(['1', 100]);
      ready(ofAlias, { ...ofAlias, LogicalResourceId: 'FlowAliaslive', ResourceType: flow.Type });
      await expect(target.read(withFlow, context)).resolves.toEqual({
        is: 'stranded',
        detail: 'stack shop-orders is ready to be pinned',
      });
    });

    it('has it put back where the stack led it to the undone version, whatever else the stack does', async () => {
      flowIs(['1', 90], ['2', 10]);
      stackIs({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' });
      await expect(target.start(withFlow, context)).resolves.toEqual({
        is: 'moving',
        detail: 'Flow:live was moved onto version 1 (90 %) and version 2 (10 %) and is put back to version 1',
      });
      expect(stepFunctions.commandCalls(UpdateStateMachineAliasCommand)[0]?.args[0].input).toEqual({
        stateMachineAliasArn: `${stateMachine}:live`,
        routingConfiguration: [{ stateMachineVersionArn: `${stateMachine}:1`, weight: 100 }],
      });
      expect(beforeChange).toHaveBeenCalledWith('route');
    });

    it('leaves it where somebody released over it', async () => {
      flowIs(['1', 50], ['3', 50]);
      await target.start(withFlow, context);
      expect(stepFunctions.commandCalls(UpdateStateMachineAliasCommand)).toEqual([]);
    });
  });

  it('is read as it is after its transforms', async () => {
    await target.start(plan, context);
    expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      TemplateStage: 'Processed',
    });
  });

  it('is pinned where the alias has a function URL, which has the same physical id', async () => {
    resourcesAre({ CreateOrderUrl: aliasArn, CreateOrderAliaslive: aliasArn });
    await target.start(plan, context);
    const { Resources } = JSON.parse(stored.get(key) ?? '') as typeof live;
    expect(Resources.CreateOrderAliaslive.Properties.FunctionVersion).toBe('4');
    expect(Resources.CreateOrderUrl).toEqual(live.Resources.CreateOrderUrl);
  });

  it('leaves aliases alone that are of another stack, or of a function of a longer name', async () => {
    const aliases = [plannedAlias(), plannedAlias({ target: 'Other:live', function: 'Other' })];
    resourcesAre({ CreateOrderAliaslive: aliasArn, Longer: aliasArn.replace(FUNCTION, `${FUNCTION}2`) });
    lambda.on(GetAliasCommand, { FunctionName: 'Other', Name: 'live' }).resolves(alias('4'));
    await target.start(stackPinPlan({ aliases }), context);
    expect(stored.get(key)?.match(/"FunctionVersion":"4"/g)).toHaveLength(1);
  });

  it('is pinned without a service role too: we may move its aliases anyway', async () => {
    stackIs({ RoleARN: undefined });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(sent().map(([name]) => name)).toEqual(['CreateChangeSetCommand']);
  });

  it('is left where we may not ask', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(denied());
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow('Stack shop-orders is not pinned: not authorized to perform this');
  });

  it('passes on every other refusal', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(new Error('Rate exceeded'));
    await expect(target.start(plan, context)).rejects.toThrow('Rate exceeded');
  });

  it('is left alone when the incident loses the service just before', async () => {
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(sent()).toEqual([]);
    expect(stored.size).toBe(0);
  });
});

describe('a stack without a service role, for which the catalog names one,', () => {
  const roleArn = 'arn:aws:iam::111122223333:role/RollbackStack_orders';
  const withRole = stackPinPlan({ role: { arn: roleArn, attach: true } });
  const roles = () =>
    cloudFormation.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input.RoleARN);

  beforeEach(() => {
    noChangeSet();
    stackIs({ RoleARN: undefined });
  });

  it('gets it with the pin', async () => {
    await target.start(withRole, context);
    expect(roles()).toEqual([roleArn]);
  });

  it('keeps one that it has got since it was planned', async () => {
    stackIs({ RoleARN: ROLE_ARN });
    await target.start(withRole, context);
    expect(roles()).toEqual([undefined]);
  });

  it('gets none of a person, who has rights of their own', async () => {
    await target.start(withRole, { ...context, byDeployer: true });
    expect(roles()).toEqual([undefined]);
  });

  it.each([
    Object.assign(denied(), {
      message: `User: us is not authorized to perform: iam:PassRole on resource: ${roleArn}`,
    }),
    validationError(`Role ${roleArn} is invalid or cannot be assumed`),
  ])('is pinned without it where it is refused: $message', async (refusal) => {
    cloudFormation.on(CreateChangeSetCommand).rejectsOnce(refusal).resolves({});
    await expect(target.start(withRole, context)).resolves.toMatchObject({ is: 'moving' });
    expect(roles()).toEqual([roleArn, undefined]);
  });

  it('is left where something else is refused: the role says nothing about that', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(denied());
    await expect(target.start(withRole, context)).rejects.toBeInstanceOf(TargetLeft);
    expect(roles()).toEqual([roleArn]);
  });

  it.each([
    [{ RoleARN: roleArn }, `is pinned with the service role ${roleArn}, which the stack keeps for good`],
    [{}, 'is pinned'],
  ])('says whether it has got it: %j', async (stack, detail) => {
    stackIs({ RoleARN: undefined, ...stack }, ours);
    await expect(target.read(withRole, context)).resolves.toEqual({
      is: 'restored',
      detail: `stack shop-orders ${detail}`,
    });
  });
});

describe('a stack with rollback triggers', () => {
  const arn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders: errors';
  const withTriggers = stackPinPlan({
    triggers: { alarms: [{ arn, type: 'AWS::CloudWatch::Alarm' }], minutes: 10 },
  });

  it('says that they are empty once it is pinned', async () => {
    stackIs({}, ours);
    await expect(target.read(withTriggers, context)).resolves.toEqual({
      is: 'restored',
      detail:
        'stack shop-orders is pinned; its rollback triggers are empty (orders: errors, 10 min of monitoring)',
    });
  });

  it('is not updated for them alone, where CloudFormation takes that for a change', async () => {
    ready();
    await expect(target.start(withTriggers, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders has the versions that users are on already',
    });
    expect(sent()).toEqual([]);
  });

  it("says the stack's own reason where an alarm rolled the pin back", async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }));
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        stackEvent('UPDATE_ROLLBACK_COMPLETE', { ClientRequestToken: ours }),
        stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', {
          ClientRequestToken: ours,
          ResourceStatusReason: 'Rollback trigger orders-errors is in ALARM state. ',
        }),
        stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: ours }),
      ],
    });
    await expect(target.read(withTriggers, context)).rejects.toThrow(
      'was rolled back by CloudFormation: Rollback trigger orders-errors is in ALARM state.',
    );
  });
});

describe('a stack that the catalog makes no target', () => {
  const { deployments: _, ...alone } = stackPinPlan({ waitOnly: true });

  it('is pinned once it is at rest', async () => {
    noChangeSet();
    await expect(target.start(alone, context)).resolves.toMatchObject({ is: 'moving' });
    expect(sent().map(([name]) => name)).toEqual(['CreateChangeSetCommand']);
  });

  it.each(['UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED'] as const)(
    'is not brought to rest by us: %s',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(target.start(alone, context)).rejects.toBeInstanceOf(TargetNotRestored);
      expect(sent()).toEqual([]);
    },
  );
});

describe('while a deployment of one of its groups runs', () => {
  const [group] = plan.groups;

  it.each(['Created', 'Queued', 'InProgress', 'Baking', 'Ready'] as const)(
    'a stack is not touched: %s',
    async (status) => {
      codeDeploy
        .on(ListDeploymentsCommand, {
          applicationName: group?.application,
          deploymentGroupName: group?.deploymentGroup,
        })
        .resolves({ deployments: ['d-RUNNING'] });
      codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ deploymentId: 'd-RUNNING', status }));
      for (const standing of [await target.read(plan, context), await target.start(plan, context)]) {
        expect(standing).toEqual({
          is: 'moving',
          detail: `stack shop-orders waits for deployment d-RUNNING, which is ${status}`,
        });
      }
      expect(sent()).toEqual([]);
    },
  );

  it('asks for those that run alone: a group has many that have ended', async () => {
    noChangeSet();
    await target.read(plan, context);
    expect(codeDeploy.commandCalls(ListDeploymentsCommand)[0]?.args[0].input).toMatchObject({
      includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
    });
    expect(codeDeploy.commandCalls(GetDeploymentCommand)).toEqual([]);
  });

  it('goes on where it has ended since it was listed', async () => {
    noChangeSet();
    codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ['d-ENDED'] });
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
  });
});

describe('its change set', () => {
  it('is waited for while it is made', async () => {
    changeSetIs({ Status: 'CREATE_IN_PROGRESS', ExecutionStatus: 'UNAVAILABLE' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'the change set that pins stack shop-orders is being made',
    });
    expect(sent()).toEqual([]);
  });

  it('pins the stack where it changes the aliases alone', async () => {
    ready(ofAlias);
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
    expect(sent()).toEqual([]);
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'stack shop-orders is being pinned to the versions that users are on',
    });
    expect(sent()).toEqual([
      [
        'ExecuteChangeSetCommand',
        { StackName: 'shop-orders', ChangeSetName: ours, ClientRequestToken: ours },
      ],
    ]);
    expect(beforeChange).toHaveBeenCalledTimes(1);
  });

  it.each<[string, ResourceChange, string]>([
    [
      'a function, whose description came back with question marks',
      {
        Action: 'Modify',
        LogicalResourceId: 'CreateOrder',
        ResourceType: 'AWS::Lambda::Function',
        Replacement: 'False',
      },
      'CreateOrder (AWS::Lambda::Function) would be changed',
    ],
    [
      'an alias of somebody else',
      { ...ofAlias, LogicalResourceId: 'ReportAliaslive' },
      'ReportAliaslive (AWS::Lambda::Alias) would be changed',
    ],
    [
      'a nested stack',
      { Action: 'Modify', LogicalResourceId: 'Nested', ResourceType: 'AWS::CloudFormation::Stack' },
      'Nested (AWS::CloudFormation::Stack) would be changed',
    ],
  ])('leaves the stack where it changes %s', async (_, change, objection) => {
    ready(ofAlias, change);
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetLeft);
      await expect(call).rejects.toThrow(
        `Stack shop-orders is not pinned, because more would change: ${objection}.`,
      );
    }
    expect(sent()).toEqual([]);
  });

  it('leaves the stack with eight objections named, and the number of the others', async () => {
    ready(...Array.from({ length: 10 }, (_, n) => ({ ...ofAlias, LogicalResourceId: `Alias${n}` })));
    await expect(target.read(plan, context)).rejects.toThrow(/Alias0 .*; Alias7 \([^;]*; and 2 more\.$/);
  });

  it('has nothing to do where the stack has those versions already', async () => {
    changeSetIs({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: "The submitted information didn't contain changes.",
    });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders has the versions that users are on already',
    });
    expect(sent()).toEqual([]);
  });

  it.each(['EXECUTE_IN_PROGRESS', 'EXECUTE_COMPLETE'] as const)(
    'is waited for where the stack does not show yet that it is %s',
    async (ExecutionStatus) => {
      changeSetIs({ ExecutionStatus });
      for (const standing of [await target.read(plan, context), await target.start(plan, context)]) {
        expect(standing).toMatchObject({
          is: 'moving',
          detail: expect.stringContaining('is being executed'),
        });
      }
      expect(sent()).toEqual([]);
    },
  );

  it('is made again where it is out of date', async () => {
    changeSetIs({ ExecutionStatus: 'OBSOLETE' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'stranded',
      detail: 'a change set of stack shop-orders was out of date',
    });
    expect(sent()).toEqual([['DeleteChangeSetCommand', { StackName: 'shop-orders', ChangeSetName: ours }]]);
  });

  it('leaves the stack where it cannot be made, rather than make it again and again', async () => {
    changeSetIs({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'S3 error: Access Denied',
    });
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetLeft);
      await expect(call).rejects.toThrow('Stack shop-orders is not pinned: S3 error: Access Denied.');
    }
    expect(sent()).toEqual([]);
  });

  it('leaves the stack where we may not execute it', async () => {
    ready(ofAlias);
    cloudFormation.on(ExecuteChangeSetCommand).rejects(denied());
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetLeft);
    await expect(start).rejects.toThrow('Stack shop-orders is not pinned: not authorized to perform this');
  });

  it('is looked at again where it went out of date just then', async () => {
    ready(ofAlias);
    cloudFormation
      .on(ExecuteChangeSetCommand)
      .rejects(new InvalidChangeSetStatusException({ message: 'ChangeSet is OBSOLETE', $metadata: {} }));
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'moving',
      detail: expect.stringContaining('too late'),
    });
  });

  it('is not executed when the incident loses the service just before', async () => {
    ready(ofAlias);
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(sent()).toEqual([]);
  });
});

describe('our update', () => {
  it.each(['UPDATE_COMPLETE', 'IMPORT_COMPLETE'] as const)(
    'has pinned the stack: %s',
    async (StackStatus) => {
      stackIs({ StackStatus }, ours);
      await expect(target.start(plan, context)).resolves.toEqual({
        is: 'restored',
        detail: 'stack shop-orders is pinned',
      });
      expect(sent()).toEqual([]);
    },
  );

  it('has failed where CloudFormation rolled it back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        stackEvent('UPDATE_ROLLBACK_COMPLETE', { ClientRequestToken: ours }),
        stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: ours }),
        stackEvent('UPDATE_FAILED', {
          LogicalResourceId: 'CreateOrderAliaslive',
          PhysicalResourceId: aliasArn,
          ResourceStatusReason: 'no rights',
        }),
        stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: ours }),
      ],
    });
    for (const call of [target.read(plan, context), target.start(plan, context)]) {
      await expect(call).rejects.toBeInstanceOf(TargetNotRestored);
      await expect(call).rejects.toThrow(
        'The pin of stack shop-orders failed and was rolled back by CloudFormation: CreateOrderAliaslive (no rights).',
      );
    }
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
      ready(ofAlias);
      return {};
    });
    cloudFormation.on(ExecuteChangeSetCommand).callsFake(({ ClientRequestToken }) => {
      stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ClientRequestToken);
      return {};
    });
    for (let start = 0; start < 4; start += 1) await target.start(plan, context);
    stackIs({}, ours);
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'restored' });
    expect(sent().map(([name]) => name)).toEqual(['CreateChangeSetCommand', 'ExecuteChangeSetCommand']);
  });
});

describe('an update of the undone release that is still under way', () => {
  const underWay = stackPinPlan({ deployments: ['d-1', 'd-2'] });
  const cancelled = () =>
    cloudFormation.commandCalls(CancelUpdateStackCommand).map(({ args }) => args[0].input);

  beforeEach(() => {
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' });
    cloudFormation.on(CancelUpdateStackCommand).resolves({});
    ended('Succeeded', 'Succeeded');
  });
  function ended(...statuses: DeploymentStatus[]) {
    for (const [index, status] of statuses.entries()) {
      codeDeploy
        .on(GetDeploymentCommand, { deploymentId: `d-${index + 1}` })
        .resolves(deploymentInfo({ deploymentId: `d-${index + 1}`, status }));
    }
  }

  it('is cancelled where all its deployments succeeded', async () => {
    await expect(target.start(underWay, context)).resolves.toEqual({
      is: 'moving',
      detail: 'the update of stack shop-orders to the bad release cancelled',
    });
    expect(cancelled()).toEqual([
      { StackName: 'shop-orders', ClientRequestToken: stackToken(RELEASE, 1, 'cancel') },
    ]);
    expect(beforeChange).toHaveBeenCalledTimes(1);
  });

  it.each(['Stopped', 'Failed', 'InProgress'] as const)(
    'is waited for where one of them is %s',
    async (status) => {
      ended('Succeeded', status);
      await expect(target.start(underWay, context)).resolves.toMatchObject({ is: 'moving' });
      expect(cancelled()).toEqual([]);
    },
  );

  it.each<[string, () => void, object]>([
    ['nobody says what its deployments are', () => {}, { deployments: undefined }],
    [
      'it has no service role: it would be rolled back with our rights',
      () => stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', RoleARN: undefined }),
      {},
    ],
    [
      'it began after what is undone: it is not the bad release',
      () => {},
      { undoneSince: new Date(Date.parse(RELEASED_AT) - 60_000).toISOString() },
    ],
    ['it is ours', () => stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ours), {}],
    ['it is cleaning up', () => stackIs({ StackStatus: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }), {}],
    ['it rolls itself back', () => stackIs({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }), {}],
  ])('is waited for where %s', async (_, given, changes) => {
    given();
    await expect(target.start({ ...underWay, ...changes }, context)).resolves.toMatchObject({ is: 'moving' });
    expect(cancelled()).toEqual([]);
  });
});
