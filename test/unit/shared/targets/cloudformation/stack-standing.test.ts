import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
  type Stack,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, GetDeploymentCommand, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PreconditionFailedException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { Bucket } from '../../../../../shared/aws/bucket.ts';
import { Deployments } from '../../../../../shared/aws/deployments.ts';
import { Signals } from '../../../../../shared/aws/signals.ts';
import { Stacks } from '../../../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../../../shared/aws/state-machine-aliases.ts';
import { LockLost, TargetLeft, TargetNotRestored, TargetSuperseded } from '../../../../../shared/errors.ts';
import { stackTarget } from '../../../../../shared/targets/cloudformation/adapter.ts';
import { stackPinTarget } from '../../../../../shared/targets/cloudformation/stack-pin.ts';
import { stackToken } from '../../../../../shared/targets/rollback-marker.ts';
import type { ChangeContext, TargetContext } from '../../../../../shared/targets/target-adapter.ts';
import { alias, deploymentInfo, stackEvent, stackEvents, stackOf } from '../../../fixtures/aws-answers.ts';
import {
  FUNCTION,
  plannedAlias,
  RELEASE,
  ROLE_ARN,
  stackPinPlan,
  stackPlan,
} from '../../../fixtures/records.ts';
import { validationError } from '../../../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const region = { region: 'eu-west-1' };
const clients = {
  stacks: new Stacks(new CloudFormationClient(region)),
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  deployments: new Deployments(new CodeDeployClient(region)),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
  signals: new Signals(new CloudWatchClient(region)),
};
const pin = stackPinTarget(clients);
const rest = stackTarget(clients);
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
type Changes = Partial<Pick<ReturnType<typeof stackPinPlan>, 'aliases' | 'skipResources' | 'undoneSince'>>;

const adapters = {
  'the pin': {
    read: (changes: Changes = {}, at: TargetContext = context) => pin.read(stackPinPlan(changes), at),
    start: (changes: Changes = {}, at: ChangeContext = context) => pin.start(stackPinPlan(changes), at),
  },
  'the rest': {
    read: (changes: Changes = {}, at: TargetContext = context) => rest.read(stackPlan(changes), at),
    start: (changes: Changes = {}, at: ChangeContext = context) => rest.start(stackPlan(changes), at),
  },
};

beforeEach(() => {
  for (const mock of [cloudFormation, codeDeploy, lambda]) mock.reset();
  beforeChange.mockClear();
  lambda.on(GetAliasCommand).resolves(alias('4'));
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  lambda.on(UpdateAliasCommand).resolves({});
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Stopped' }));
  // Our own change set: an adapter creates it once the stack is stable.
  cloudFormation.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_IN_PROGRESS' });
  cloudFormation.on(GetTemplateCommand).resolves(templateOnVersion('LiveVersion'));
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      resource('LiveAlias', `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:live`),
      resource('LiveVersion', `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:4`),
      resource('BadVersion', `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:5`),
    ],
  });
  stackIs({});
});

function resource(LogicalResourceId: string, PhysicalResourceId: string) {
  const times = { LastUpdatedTimestamp: new Date(NOW), ResourceStatus: 'UPDATE_COMPLETE' as const };
  return { LogicalResourceId, PhysicalResourceId, ResourceType: 'AWS::Lambda::Alias', ...times };
}

/** The stack's target template, with its alias on a version. */
function templateOnVersion(version: string) {
  const FunctionVersion = { 'Fn::GetAtt': [version, 'Version'] };
  const Resources = { LiveAlias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionVersion } } };
  return { TemplateBody: JSON.stringify({ Resources }) };
}

function stackIs(changes: Partial<Stack>, token = 'deploy-17') {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, ...changes }));
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
}
const isWrite = (name: string) => !/^(Describe|Get|List)/.test(name);
/** Names of the commands that change something. */
const writes = () =>
  [...cloudFormation.calls(), ...codeDeploy.calls(), ...lambda.calls()]
    .map(({ args: [command] }) => command.constructor.name)
    .filter(isWrite);
const statuses = Object.values(StackStatus);
const queue = { LogicalResourceId: 'Queue', PhysicalResourceId: 'shop-orders-queue' };

describe.each(Object.entries(adapters))('%s of a stack', (_, target) => {
  describe('whose way has moved an alias onto undone code', () => {
    beforeEach(() => {
      lambda.on(GetAliasCommand).resolves(alias('5', {}, 'rev-9'));
    });

    it.each(statuses)('has it pointed back while it is %s', async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(target.read()).resolves.toMatchObject({
        is: 'stranded',
        detail: `${FUNCTION}:live on version 5, which is undone`,
      });
      expect(writes()).toEqual([]);
      await expect(target.start()).resolves.toEqual({
        is: 'moving',
        detail: `${FUNCTION}:live was moved onto version 5 and is pointed back to 4`,
        pointed: plannedAlias(),
      });
      expect(writes()).toEqual(['UpdateAliasCommand']);
      expect(lambda.commandCalls(UpdateAliasCommand)[0]?.args[0].input).toEqual({
        FunctionName: FUNCTION,
        Name: 'live',
        FunctionVersion: '4',
        RoutingConfig: { AdditionalVersionWeights: {} },
        RevisionId: 'rev-9',
      });
    });

    it('has it pointed back where it was moved while the stack was read', async () => {
      lambda.on(GetAliasCommand).resolves(alias('4'));
      cloudFormation.on(DescribeStacksCommand).callsFake(async () => {
        lambda.on(GetAliasCommand).resolves(alias('5', {}, 'rev-9'));
        return stackOf({ RoleARN: ROLE_ARN, StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
      });
      await expect(target.read()).resolves.toMatchObject({ is: 'stranded' });
    });

    it('has it pointed back where only a share of its traffic is there', async () => {
      lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
      await expect(target.start()).resolves.toMatchObject({ pointed: { toVersion: '4' } });
      expect(writes()).toEqual(['UpdateAliasCommand']);
    });

    it("is left where a version of somebody's release is being shifted in", async () => {
      lambda.on(GetAliasCommand).resolves(alias('4', { '7': 0.1 }));
      await expect(target.start()).resolves.not.toHaveProperty('pointed');
      expect(writes()).not.toContain('UpdateAliasCommand');
    });

    it('has each of several pointed back, one in a step', async () => {
      const other = plannedAlias({ target: 'ListOrders:live', function: 'ListOrders' });
      let moved = [FUNCTION, 'ListOrders'];
      lambda
        .on(GetAliasCommand)
        .callsFake(({ FunctionName }) => alias(moved.includes(FunctionName) ? '5' : '4'));
      lambda.on(UpdateAliasCommand).callsFake(({ FunctionName }) => {
        moved = moved.filter((one) => one !== FunctionName);
        return {};
      });
      const aliases = [plannedAlias(), other];
      await expect(target.start({ aliases })).resolves.toMatchObject({ pointed: plannedAlias() });
      await expect(target.start({ aliases })).resolves.toMatchObject({ pointed: other });
      await expect(target.start({ aliases })).resolves.not.toHaveProperty('pointed');
    });

    it('says so where somebody else changed it just then', async () => {
      lambda
        .on(UpdateAliasCommand)
        .rejects(new PreconditionFailedException({ message: 'RevisionId', $metadata: {} }));
      await expect(target.start()).resolves.toEqual({
        is: 'moving',
        detail: `${FUNCTION}:live was changed by somebody else just now`,
      });
    });

    it('leaves it when the incident loses the service just before', async () => {
      beforeChange.mockRejectedValueOnce(new LockLost('gone'));
      await expect(target.start()).rejects.toBeInstanceOf(LockLost);
      expect(writes()).toEqual([]);
    });
  });

  it.each([
    ['the planned code under a newer number', '6', 'sha-of-4'],
    ['what somebody else released since', '7', 'sha-of-7'],
  ])('leaves an alias that is on %s', async (_, version, CodeSha256) => {
    lambda.on(GetAliasCommand).resolves(alias(version));
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256, State: 'Active' });
    await target.start();
    expect(writes()).toEqual([]);
  });

  it.each(statuses.filter((status) => status.endsWith('_IN_PROGRESS')))(
    'is waited for while it is %s',
    async (StackStatus) => {
      stackIs({ StackStatus }, stackToken(RELEASE, 1, 'pin'));
      for (const standing of [await target.read(), await target.start()]) {
        expect(standing).toEqual({ is: 'moving', detail: `stack shop-orders is ${StackStatus}` });
      }
      expect(writes()).toEqual([]);
    },
  );

  it.each([
    'CREATE_FAILED',
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'DELETE_COMPLETE',
    'DELETE_FAILED',
    'IMPORT_ROLLBACK_FAILED',
  ] as const)('needs a person when it is %s', async (StackStatus) => {
    stackIs({ StackStatus, StackStatusReason: 'Table is in use' });
    for (const call of [target.read(), target.start()]) {
      await expect(call).rejects.toBeInstanceOf(TargetNotRestored);
      await expect(call).rejects.toThrow(
        `Stack shop-orders is ${StackStatus}: Table is in use; it needs a person to bring it to rest.`,
      );
    }
    expect(writes()).toEqual([]);
  });

  it.each(['UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED'] as const)(
    'is left %s where its rollback would delete what may hold data',
    async (StackStatus) => {
      const made = (LogicalResourceId: string, ResourceType: string) =>
        stackEvent('CREATE_COMPLETE', {
          LogicalResourceId,
          ResourceType,
          PhysicalResourceId: LogicalResourceId,
        });
      stackIs({ StackStatus });
      cloudFormation.on(DescribeStackEventsCommand).resolves({
        StackEvents: [
          stackEvent(StackStatus),
          made('Baskets', 'AWS::DynamoDB::Table'),
          made('Version6', 'AWS::Lambda::Version'),
          stackEvent('UPDATE_IN_PROGRESS', {}),
        ],
      });
      for (const call of [target.read(), target.start()]) {
        await expect(call).rejects.toBeInstanceOf(TargetLeft);
        await expect(call).rejects.toThrow(
          `Stack shop-orders stays ${StackStatus}, because its rollback may lose what was written since: ` +
            'Baskets (AWS::DynamoDB::Table) would be deleted.',
        );
      }
      expect(writes()).toEqual([]);
    },
  );

  it('is restored when it rolled itself back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(target.start()).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders rolled itself back (UPDATE_ROLLBACK_COMPLETE)',
    });
    expect(writes()).toEqual([]);
  });

  it('is not restored when it rolled itself back to undone code, because it was not pinned', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    cloudFormation.on(GetTemplateCommand).resolves(templateOnVersion('BadVersion'));
    lambda
      .on(GetFunctionConfigurationCommand, { Qualifier: '5' })
      .resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
    await expect(target.read()).resolves.toMatchObject({ is: 'moving' });
  });

  it('does not take the rollback of a later update for the way back', async () => {
    const undoneSince = new Date(Date.parse(RELEASED_AT) - 3_600_000).toISOString();
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(target.read({ undoneSince })).resolves.not.toMatchObject({ is: 'restored' });
  });

  it.each(['UPDATE_COMPLETE', 'CREATE_COMPLETE', 'IMPORT_COMPLETE'] as const)(
    'is left alone, to be planned again, where somebody updated it after the plan: %s',
    async (StackStatus) => {
      stackIs({ StackStatus });
      const at = { ...context, plannedAt: Date.parse(RELEASED_AT) - 1 };
      for (const call of [target.read({}, at), target.start({}, at)]) {
        await expect(call).rejects.toBeInstanceOf(TargetSuperseded);
        await expect(call).rejects.toThrow(
          `stack shop-orders was updated by somebody else after the rollback was planned (${StackStatus})`,
        );
      }
      expect(writes()).toEqual([]);
    },
  );

  it('is not superseded by an update of an earlier attempt', async () => {
    stackIs({}, stackToken(RELEASE, 1, 'rest'));
    const at = { ...context, attempt: 2, plannedAt: Date.parse(RELEASED_AT) - 1 };
    await expect(target.read({}, at)).resolves.toMatchObject({ is: 'moving' });
  });

  describe('that was told not to roll back', () => {
    beforeEach(() => {
      stackIs({ StackStatus: 'UPDATE_FAILED' });
      cloudFormation.on(RollbackStackCommand).resolves({});
    });

    it('is rolled back', async () => {
      await expect(target.read()).resolves.toMatchObject({ is: 'stranded' });
      expect(writes()).toEqual([]);
      await expect(target.start()).resolves.toEqual({
        is: 'moving',
        detail: 'stack shop-orders, left UPDATE_FAILED, is being rolled back',
      });
      expect(cloudFormation.commandCalls(RollbackStackCommand)[0]?.args[0].input).toEqual({
        StackName: 'shop-orders',
        ClientRequestToken: stackToken(RELEASE, 1, 'rollback'),
      });
      expect(beforeChange).toHaveBeenCalledTimes(1);
    });

    it('is left without a service role: it would be rolled back with our rights', async () => {
      stackIs({ StackStatus: 'UPDATE_FAILED', RoleARN: undefined });
      for (const call of [target.read(), target.start()]) {
        await expect(call).rejects.toBeInstanceOf(TargetLeft);
        await expect(call).rejects.toThrow('Stack shop-orders is UPDATE_FAILED and has no service role');
      }
      expect(writes()).toEqual([]);
    });

    it('is rolled back without a service role by somebody who may deploy', async () => {
      stackIs({ StackStatus: 'UPDATE_FAILED', RoleARN: undefined });
      await expect(target.start({}, { ...context, byDeployer: true })).resolves.toMatchObject({
        is: 'moving',
      });
      expect(writes()).toEqual(['RollbackStackCommand']);
      expect(beforeChange).toHaveBeenCalledWith('rollback');
    });

    it('is moving where somebody was faster', async () => {
      cloudFormation
        .on(RollbackStackCommand)
        .rejects(
          validationError('Stack is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be rolled back.'),
        );
      await expect(target.start()).resolves.toEqual({
        is: 'moving',
        detail: 'stack shop-orders, left UPDATE_FAILED, is being rolled back: too late, it has moved on',
      });
    });

    it('is left alone when the incident loses the service just before', async () => {
      beforeChange.mockRejectedValueOnce(new LockLost('gone'));
      await expect(target.start()).rejects.toBeInstanceOf(LockLost);
      expect(writes()).toEqual([]);
    });
  });

  describe('whose rollback failed', () => {
    const asked = () =>
      cloudFormation.commandCalls(ContinueUpdateRollbackCommand).map(({ args }) => args[0].input);
    const skipping = { skipResources: ['Queue', 'Topic'] };
    const again = stackToken(RELEASE, 1, 'continue');
    const without = stackToken(RELEASE, 1, 'skip');

    /** `tries` are the tokens of the rollbacks that failed; the first is the token of the release's own update. */
    function failedOn(resources: readonly string[], ...tries: string[]) {
      const StackEvents = tries
        .toReversed()
        .flatMap((ClientRequestToken) => [
          stackEvent('UPDATE_ROLLBACK_FAILED', { ClientRequestToken }),
          ...resources.map((LogicalResourceId) =>
            stackEvent('UPDATE_FAILED', { ...queue, LogicalResourceId, ResourceStatusReason: 'in use' }),
          ),
          stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken }),
        ]);
      stackIs({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
      cloudFormation.on(DescribeStackEventsCommand).resolves({
        StackEvents: [...StackEvents, stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: 'deploy-17' })],
      });
      cloudFormation.on(ContinueUpdateRollbackCommand).resolves({});
    }

    it('has it continued as it is at first, whatever may be skipped', async () => {
      failedOn(['Queue'], 'deploy-17');
      await expect(target.start(skipping)).resolves.toEqual({
        is: 'moving',
        detail: 'the rollback of stack shop-orders is continued; it could not put back: Queue (in use)',
      });
      expect(asked()).toEqual([{ StackName: 'shop-orders', ClientRequestToken: again }]);
    });

    it('has it continued without what the catalog lets it leave, where that failed too', async () => {
      failedOn(['Queue'], 'deploy-17', again);
      await expect(target.start(skipping)).resolves.toMatchObject({
        is: 'moving',
        detail: expect.stringContaining('without Queue, which the catalog lets stay as it is'),
      });
      expect(asked()).toEqual([
        { StackName: 'shop-orders', ResourcesToSkip: ['Queue'], ClientRequestToken: without },
      ]);
    });

    it.each<[string, Changes, string[], string[]]>([
      ['nothing may be skipped', {}, ['Queue'], ['deploy-17', again]],
      ['something else failed beside it', skipping, ['Queue', 'Table'], ['deploy-17', again]],
      ['it failed without that too', skipping, ['Queue'], ['deploy-17', again, without]],
      ['nobody says what failed', skipping, [], ['deploy-17', again]],
    ])('needs a person where %s', async (_, changes, resources, tries) => {
      failedOn(resources, ...tries);
      for (const call of [target.read(changes), target.start(changes)]) {
        await expect(call).rejects.toBeInstanceOf(TargetNotRestored);
        await expect(call).rejects.toThrow(/^Stack shop-orders is UPDATE_ROLLBACK_FAILED.*needs a person/);
      }
      expect(asked()).toEqual([]);
    });

    it('is left without a service role: its rollback would be continued with our rights', async () => {
      failedOn(['Queue'], 'deploy-17');
      cloudFormation
        .on(DescribeStacksCommand)
        .resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_FAILED', RoleARN: undefined }));
      for (const call of [target.read(skipping), target.start(skipping)]) {
        await expect(call).rejects.toBeInstanceOf(TargetLeft);
        await expect(call).rejects.toThrow('UPDATE_ROLLBACK_FAILED: Queue (in use) and has no service role');
      }
      expect(asked()).toEqual([]);
    });

    it('is continued without a service role by somebody who may deploy', async () => {
      failedOn(['Queue'], 'deploy-17');
      cloudFormation
        .on(DescribeStacksCommand)
        .resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_FAILED', RoleARN: undefined }));
      await expect(target.start(skipping, { ...context, byDeployer: true })).resolves.toMatchObject({
        is: 'moving',
      });
      expect(asked()).toHaveLength(1);
    });

    it('is tried afresh by the next attempt', async () => {
      failedOn(['Queue'], 'deploy-17', again, without);
      await target.start(skipping, { ...context, attempt: 2 });
      expect(asked()).toEqual([
        { StackName: 'shop-orders', ClientRequestToken: stackToken(RELEASE, 2, 'continue') },
      ]);
    });

    it('is moving where the status was read before it went on', async () => {
      failedOn(['Queue'], 'deploy-17');
      cloudFormation.on(DescribeStackEventsCommand).resolves({
        StackEvents: [stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: again })],
      });
      await expect(target.start(skipping)).resolves.toMatchObject({ is: 'moving' });
      expect(asked()).toEqual([]);
    });

    it('names five of the resources that failed, and how many there are besides', async () => {
      failedOn(['A', 'B', 'C', 'D', 'E', 'F', 'G'], 'deploy-17');
      await expect(target.start()).resolves.toMatchObject({
        detail: expect.stringMatching(/: (\w \(in use\), ){4}\w \(in use\) and 2 more$/),
      });
    });
  });
});
