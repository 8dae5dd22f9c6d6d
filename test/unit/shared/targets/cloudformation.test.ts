import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  RollbackStackCommand,
  type Stack,
  TokenAlreadyExistsException,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, type DeploymentStatus, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { Deployments } from '../../../../shared/aws/deployments.ts';
import { Signals } from '../../../../shared/aws/signals.ts';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { LockLost, NoWayBack, TargetNotRestored, TargetSuperseded } from '../../../../shared/errors.ts';
import { stackTarget, verifyStack } from '../../../../shared/targets/cloudformation.ts';
import { stackToken } from '../../../../shared/targets/rollback-marker.ts';
import { deploymentInfo, stackEvent, stackEvents, stackOf } from '../../fixtures/aws-answers.ts';
import { RELEASE, stackPlan, TEMPLATE_KEY } from '../../fixtures/records.ts';
import { validationError } from '../../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const region = { region: 'eu-west-1' };
const stacks = new Stacks(new CloudFormationClient(region));
const target = stackTarget({
  stacks,
  deployments: new Deployments(new CodeDeployClient(region)),
  signals: new Signals(new CloudWatchClient(region)),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
});
const plan = stackPlan();
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
const ours = stackToken(RELEASE, 1);

beforeEach(() => {
  cloudFormation.reset();
  cloudWatch.reset();
  stackIs({});
  alarmIs('OK');
  cloudFormation.on(UpdateStackCommand).resolves({ StackId: 'arn' });
});

function stackIs(changes: Partial<Stack>, token = 'deploy-17') {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf(changes));
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
}
function alarmIs(StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA') {
  cloudWatch
    .on(DescribeAlarmsCommand)
    .resolves({ MetricAlarms: [{ AlarmName: 'orders-errors', StateValue }] });
}
const queue = { LogicalResourceId: 'Queue', PhysicalResourceId: 'shop-orders-queue' };
const updates = () => cloudFormation.commandCalls(UpdateStackCommand).map(({ args }) => args[0].input);

describe('where a stack stands', () => {
  it.each([
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  ] as const)('is moving while it is %s', async (StackStatus) => {
    stackIs({ StackStatus });
    await expect(target.read(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: `stack shop-orders is ${StackStatus}`,
    });
  });

  it('is restored when it rolled itself back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'restored',
      detail: 'stack shop-orders rolled itself back (UPDATE_ROLLBACK_COMPLETE)',
    });
    expect(updates()).toEqual([]);
  });

  it('is a failure when the update it rolled back was ours', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        stackEvent('UPDATE_ROLLBACK_COMPLETE', { ClientRequestToken: ours }),
        stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: ours }),
        stackEvent('UPDATE_FAILED', { ...queue, ResourceStatusReason: 'the name is taken' }),
        stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: ours }),
      ],
    });
    const read = target.read(plan, context);
    await expect(read).rejects.toBeInstanceOf(TargetNotRestored);
    await expect(read).rejects.toThrow(
      'The update of stack shop-orders to the saved template failed and was rolled back by CloudFormation ' +
        '(UPDATE_ROLLBACK_COMPLETE): Queue (the name is taken).',
    );
  });

  it('is restored when our update completed', async () => {
    stackIs({ StackStatus: 'UPDATE_COMPLETE' }, ours);
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'restored',
      detail: 'stack shop-orders updated to the saved template (UPDATE_COMPLETE)',
    });
    expect(updates()).toEqual([]);
  });

  it("is stranded when the update that completed was an earlier attempt's", async () => {
    stackIs({ StackStatus: 'UPDATE_COMPLETE' }, stackToken(RELEASE, 1));
    await expect(target.read(plan, { ...context, attempt: 2 })).resolves.toMatchObject({ is: 'stranded' });
  });

  it.each(['UPDATE_COMPLETE', 'CREATE_COMPLETE', 'IMPORT_COMPLETE'] as const)(
    'is stranded when it is %s on the template of the bad release',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
    },
  );

  it('is held while an alarm rings that would stop its update', async () => {
    alarmIs('ALARM');
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'held',
      detail: 'stack shop-orders waits for orders-errors: a ringing alarm would stop its update',
    });
    expect(updates()).toEqual([]);
  });

  it('is not held by an alarm without data', async () => {
    alarmIs('INSUFFICIENT_DATA');
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
  });

  it.each([
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
    'CREATE_FAILED',
    'DELETE_COMPLETE',
    'DELETE_FAILED',
  ] as const)('needs a person when it is %s', async (StackStatus) => {
    stackIs({ StackStatus, StackStatusReason: 'Table is in use' });
    for (const call of [target.read(plan, context), target.start(plan, context), verifyStack(stacks, plan)]) {
      await expect(call).rejects.toBeInstanceOf(TargetNotRestored);
      await expect(call).rejects.toThrow(
        `Stack shop-orders is ${StackStatus}: Table is in use; it needs a person`,
      );
    }
  });
});

describe('a stack whose rollback failed', () => {
  const asked = () =>
    cloudFormation.commandCalls(ContinueUpdateRollbackCommand).map(({ args }) => args[0].input);
  const skipping = stackPlan({ skipResources: ['Queue', 'Topic'] });

  /** `tries` are the tokens of the rollbacks that failed, the first that of the release's own update. */
  function failedOn(resources: readonly string[], ...tries: string[]) {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_FAILED' }));
    const StackEvents = tries
      .toReversed()
      .flatMap((ClientRequestToken) => [
        stackEvent('UPDATE_ROLLBACK_FAILED', { ClientRequestToken }),
        ...resources.map((LogicalResourceId) =>
          stackEvent('UPDATE_FAILED', { ...queue, LogicalResourceId, ResourceStatusReason: 'in use' }),
        ),
        stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken }),
      ]);
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [...StackEvents, stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: 'deploy-17' })],
    });
    cloudFormation.on(ContinueUpdateRollbackCommand).resolves({});
  }
  const again = stackToken(RELEASE, 1, 'continue');
  const without = stackToken(RELEASE, 1, 'skip');

  it('has it continued as it is at first, whatever may be skipped', async () => {
    failedOn(['Queue'], 'deploy-17');
    await expect(target.start(skipping, context)).resolves.toEqual({
      is: 'moving',
      detail: 'the rollback of stack shop-orders is continued; it could not put back: Queue (in use)',
    });
    expect(asked()).toEqual([{ StackName: 'shop-orders', ClientRequestToken: again }]);
  });

  it('has it continued without what the catalog lets it leave, where that failed too', async () => {
    failedOn(['Queue'], 'deploy-17', again);
    await expect(target.start(skipping, context)).resolves.toMatchObject({
      is: 'moving',
      detail: expect.stringContaining('without Queue, which the catalog lets stay as it is'),
    });
    expect(asked()).toEqual([
      { StackName: 'shop-orders', ResourcesToSkip: ['Queue'], ClientRequestToken: without },
    ]);
  });

  it.each([
    ['nothing may be skipped', stackPlan(), ['Queue'], ['deploy-17', again]],
    ['something else failed beside it', skipping, ['Queue', 'Table'], ['deploy-17', again]],
    ['it failed without that too', skipping, ['Queue'], ['deploy-17', again, without]],
  ])('needs a person where %s', async (_, stack, resources, tries) => {
    failedOn(resources, ...tries);
    for (const step of ['read', 'start'] as const) {
      await expect(target[step](stack, context)).rejects.toThrow(
        /^Stack shop-orders is UPDATE_ROLLBACK_FAILED: .*Queue \(in use\)/,
      );
    }
    expect(asked()).toEqual([]);
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
    await expect(target.start(skipping, context)).resolves.toMatchObject({ is: 'moving' });
    expect(asked()).toEqual([]);
  });
});

describe('a stack that was told not to roll back', () => {
  it('is rolled back', async () => {
    stackIs({ StackStatus: 'UPDATE_FAILED' });
    cloudFormation.on(RollbackStackCommand).resolves({});
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'stack shop-orders, left UPDATE_FAILED, is being rolled back',
    });
    expect(cloudFormation.commandCalls(RollbackStackCommand)[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      ClientRequestToken: stackToken(RELEASE, 1, 'rollback'),
    });
  });
});

describe('an update that is still under way', () => {
  const codeDeploy = mockClient(CodeDeployClient);
  const cancelled = () =>
    cloudFormation.commandCalls(CancelUpdateStackCommand).map(({ args }) => args[0].input);
  const underWay = stackPlan({ undoneSince: RELEASED_AT, deployments: ['d-1', 'd-2'] });

  beforeEach(() => {
    codeDeploy.reset();
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
    await expect(target.start(underWay, context)).resolves.toMatchObject({ is: 'moving' });
    expect(cancelled()).toEqual([
      { StackName: 'shop-orders', ClientRequestToken: stackToken(RELEASE, 1, 'cancel') },
    ]);
  });

  it.each(['Stopped', 'Failed', 'InProgress'] as const)(
    'is waited for where one of them is %s',
    async (status) => {
      ended('Succeeded', status);
      await expect(target.start(underWay, context)).resolves.toMatchObject({ is: 'moving' });
      expect(cancelled()).toEqual([]);
    },
  );

  it('is waited for where it began after what is undone: it is not the bad release', async () => {
    const undoneSince = new Date(Date.parse(RELEASED_AT) - 60_000).toISOString();
    await target.start({ ...underWay, undoneSince }, context);
    expect(cancelled()).toEqual([]);
  });

  it('is waited for where it is ours', async () => {
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ours);
    await target.start(underWay, context);
    expect(cancelled()).toEqual([]);
  });
});

it('does not take the rollback of a later update for the way back', async () => {
  const undoneSince = new Date(Date.parse(RELEASED_AT) - 3_600_000).toISOString();
  stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  await expect(target.read(stackPlan({ undoneSince }), context)).resolves.toMatchObject({ is: 'stranded' });
});

it('is left alone, to be planned again, where somebody updated it after the plan', async () => {
  const plannedAt = Date.parse(RELEASED_AT) - 1;
  const start = target.start(plan, { ...context, plannedAt });
  await expect(start).rejects.toBeInstanceOf(TargetSuperseded);
  await expect(start).rejects.toThrow(
    'stack shop-orders was updated by somebody else after the rollback was planned',
  );
  expect(updates()).toEqual([]);
});

describe('a stack that is only waited for', () => {
  const { snapshot: _, ...bare } = stackPlan();
  const waited = { ...bare, waitOnly: true as const };

  it.each(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_COMPLETE'] as const)(
    'is left as it is once it is %s',
    async (StackStatus) => {
      stackIs({ StackStatus });
      await expect(target.start(waited, context)).resolves.toMatchObject({ is: 'restored' });
      expect(updates()).toEqual([]);
    },
  );

  it('is waited for while it rolls itself back', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' });
    await expect(target.read(waited, context)).resolves.toMatchObject({ is: 'moving' });
  });

  it('calls a person when it is stuck', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    await expect(target.read(waited, context)).rejects.toThrow('UPDATE_ROLLBACK_FAILED');
  });
});

describe('a stranded stack', () => {
  it('is updated to the saved template with the values it had then, and keeps its tags', async () => {
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'stack shop-orders is being updated to the saved template',
    });
    expect(updates()).toEqual([
      {
        StackName: 'shop-orders',
        TemplateURL: `https://coordinator.s3.eu-west-1.amazonaws.com/${TEMPLATE_KEY}`,
        Parameters: [
          { ParameterKey: 'Stage', ParameterValue: 'prod' },
          { ParameterKey: 'ApiKey', UsePreviousValue: true },
        ],
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
        ClientRequestToken: ours,
      },
    ]);
  });

  it('is left alone when the service is no longer ours the moment before', async () => {
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(updates()).toEqual([]);
  });

  it('is restored when it has that template already', async () => {
    cloudFormation.on(UpdateStackCommand).rejects(validationError('No updates are to be performed.'));
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'restored',
      detail: 'stack shop-orders has the saved template already',
    });
  });

  it('is moving when the answer to our first update was lost', async () => {
    cloudFormation
      .on(UpdateStackCommand)
      .rejects(new TokenAlreadyExistsException({ message: 'Token exists', $metadata: {} }));
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
  });

  it('passes on what CloudFormation refuses for another reason', async () => {
    cloudFormation.on(UpdateStackCommand).rejects(validationError('Parameters: [Stage] do not exist'));
    await expect(target.start(plan, context)).rejects.toThrow('Parameters: [Stage] do not exist');
  });

  it('has no way back without a saved template, and says what to do', async () => {
    const { snapshot: _, ...without } = plan;
    const start = target.start(without, context);
    await expect(start).rejects.toBeInstanceOf(NoWayBack);
    await expect(start).rejects.toThrow('Deploy the last good template of shop-orders by hand.');
    expect(updates()).toEqual([]);
  });

  it('is updated once when it is started twice', async () => {
    cloudFormation.on(UpdateStackCommand).callsFake(({ ClientRequestToken }) => {
      stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ClientRequestToken);
      return {};
    });
    await target.start(plan, context);
    await target.start(plan, context);
    stackIs({ StackStatus: 'UPDATE_COMPLETE' }, ours);
    await target.start(plan, context);
    expect(updates()).toHaveLength(1);
  });
});

it('is verified as at rest', async () => {
  stackIs({ StackStatus: 'UPDATE_COMPLETE' });
  await expect(verifyStack(stacks, plan)).resolves.toBe('stack shop-orders is UPDATE_COMPLETE');
});

it('is not verified while it moves', async () => {
  stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' });
  await expect(verifyStack(stacks, plan)).rejects.toBeInstanceOf(TargetNotRestored);
});
