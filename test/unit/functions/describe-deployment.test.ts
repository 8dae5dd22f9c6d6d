import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  DeploymentDoesNotExistException,
  DeploymentNotStartedException,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import { InvokeCommand, LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/describe-deployment/handler.ts';
import { CatalogUnreadable, InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import {
  deploymentInfo,
  lambdaTarget,
  STACK_ID,
  stackEvent,
  stackEvents,
  stackOf,
  tagsOf,
} from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { compilesMissing } from '../fixtures/compiles-missing.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, FUNCTION, RELEASE } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { RELEASED_AT } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);

beforeEach(() => {
  codeDeploy.reset();
  cloudFormation.reset();
  lambda.reset();
  lambda.on(ListTagsCommand).resolves(tagsOf());
  mockBucket(catalogObject());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({ deploymentTargets: [lambdaTarget()] });
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents('deploy-17'));
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
});

const describeIt = () => build(runtimeOf())({ deploymentId: DEPLOYMENT });
const deploymentIs = (changes: object) =>
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo(changes));

it('has a missing catalog compiled by the first deployment', async () => {
  const compiled = compilesMissing(catalogObject(), lambda);
  await expect(describeIt()).resolves.toMatchObject({ kind: 'release', service: 'orders' });
  await describeIt();
  expect(compiled()).toEqual([{ onlyIfMissing: true }]);
});

it('treats no deployment as unmanaged while there is no catalog', async () => {
  mockBucket();
  const failure = '{"errorType":"TransientFailure","errorMessage":"Rate exceeded"}';
  lambda.on(InvokeCommand).resolves({
    FunctionError: 'Unhandled',
    Payload: Uint8ArrayBlobAdapter.fromString(failure),
  });
  await expect(describeIt()).rejects.toBeInstanceOf(TransientFailure);
  await expect(describeIt()).rejects.toThrow(
    'There is no compiled catalog yet: TransientFailure: Rate exceeded',
  );
  lambda.on(InvokeCommand).rejects(throttled());
  await expect(describeIt()).rejects.toBeInstanceOf(TransientFailure);
});

describe('a release', () => {
  const release = {
    kind: 'release',
    deploymentId: DEPLOYMENT,
    service: 'orders',
    target: 'CreateOrder:live',
    function: FUNCTION,
    alias: 'live',
    fromVersion: '4',
    toVersion: '5',
  };

  it('is described with its service, target and versions', async () => {
    await expect(describeIt()).resolves.toEqual(release);
  });

  it('is described from its AppSpec while CodeDeploy shows no target', async () => {
    codeDeploy
      .on(ListDeploymentTargetsCommand)
      .rejects(new DeploymentNotStartedException({ message: 'not started', $metadata: {} }));
    const content = JSON.stringify({
      version: 0.0,
      Resources: [
        {
          CreateOrder: {
            Type: 'AWS::Lambda::Function',
            Properties: { Name: FUNCTION, Alias: 'live', CurrentVersion: '4', TargetVersion: '5' },
          },
        },
      ],
    });
    codeDeploy.on(GetApplicationRevisionCommand).resolves({
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    });
    await expect(describeIt()).resolves.toEqual(release);
    expect(codeDeploy.commandCalls(GetApplicationRevisionCommand)[0]?.args[0].input).toEqual({
      applicationName: 'shop-orders-ServerlessDeploymentApplication-XY34',
      revision: { revisionType: 'String', string: { sha256: 'a1b2' } },
    });
  });

  it('is retried later while neither shows the versions', async () => {
    codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
    codeDeploy.on(GetApplicationRevisionCommand).resolves({});
    await expect(describeIt()).rejects.toBeInstanceOf(TransientFailure);
  });

  it('is one also when its stack cannot be the reason for going to an older version', async () => {
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [lambdaTarget({ currentVersion: '9', targetVersion: '5' })],
    });
    await expect(describeIt()).resolves.toMatchObject({ kind: 'release', fromVersion: '9' });
  });

  it('needs no stack', async () => {
    const application = 'shop-orders-ServerlessDeploymentApplication-XY34';
    const target = { kind: 'codedeploy', function: FUNCTION, application, deploymentGroup: 'shop-*' };
    mockBucket(catalogObject(ordersEntry({ stack: undefined, targets: [target] })));
    lambda.on(ListTagsCommand).resolves({});
    deploymentIs({ externalId: undefined });
    await expect(describeIt()).resolves.toEqual({ ...release, target: `${FUNCTION}:live` });
    expect(cloudFormation.calls()).toHaveLength(0);
  });

  it('is known by the stack of its function when application and group have other names', async () => {
    deploymentIs({ applicationName: 'CdkApplication', deploymentGroupName: 'CdkGroup' });
    await expect(describeIt()).resolves.toEqual(release);
  });
});

describe('a rollback', () => {
  const rollback = {
    kind: 'rollback',
    deploymentId: DEPLOYMENT,
    service: 'orders',
    target: 'CreateOrder:live',
  };

  it('by CodeDeploy is known by its creator', async () => {
    deploymentIs({ creator: 'codeDeployRollback' });
    await expect(describeIt()).resolves.toEqual({ ...rollback, by: 'codedeploy' });
  });

  it('by CodeDeploy is known by the deployment it undoes', async () => {
    deploymentIs({ creator: 'user', rollbackInfo: { rollbackTriggeringDeploymentId: 'd-ORDERS004' } });
    await expect(describeIt()).resolves.toEqual({ ...rollback, by: 'codedeploy', rollbackOf: 'd-ORDERS004' });
  });

  it('by CloudFormation is known by its creator', async () => {
    deploymentIs({ creator: 'CloudFormationRollback' });
    await expect(describeIt()).resolves.toEqual({ ...rollback, by: 'cloudformation' });
  });

  it('by CloudFormation is known by its older version and a stack that rolls back', async () => {
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [lambdaTarget({ currentVersion: '10', targetVersion: '9' })],
    });
    cloudFormation
      .on(DescribeStackEventsCommand)
      .resolves({ StackEvents: [stackEvent('UPDATE_ROLLBACK_IN_PROGRESS')] });
    await expect(describeIt()).resolves.toEqual({ ...rollback, by: 'cloudformation' });
  });

  it('by the coordinator is known by the text in its description', async () => {
    deploymentIs({ creator: 'user', description: `rollback-coordinator:${RELEASE}:d-ORDERS004` });
    await expect(describeIt()).resolves.toEqual({
      ...rollback,
      by: 'coordinator',
      rollbackOf: 'd-ORDERS004',
    });
  });

  it('by the coordinator is known by the token of the stack update it belongs to', async () => {
    cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(`rollback-coordinator-${RELEASE}-1`));
    await expect(describeIt()).resolves.toEqual({ ...rollback, by: 'coordinator' });
  });
});

describe.each([
  ['no externalId', undefined],
  ['an empty externalId', ''],
])('a deployment with %s', (_, externalId) => {
  const ours = `rollback-coordinator-${RELEASE}-1`;
  const createTime = new Date(Date.parse(RELEASED_AT) + 60_000);
  const events = (...newestFirst: ReturnType<typeof stackEvent>[]) =>
    cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: newestFirst });
  const update = (ClientRequestToken: string, ResourceStatus: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE') =>
    stackEvent(ResourceStatus, { ClientRequestToken });
  const kind = async () => {
    const found = await describeIt();
    return found.kind === 'rollback' ? `rollback by ${found.by}` : found.kind;
  };

  beforeEach(() => deploymentIs({ externalId, createTime, creator: 'user' }));

  it('is ours when the stack of its function was in our update then', async () => {
    events(update(ours, 'UPDATE_IN_PROGRESS'));
    await expect(kind()).resolves.toBe('rollback by coordinator');
    const [call] = cloudFormation.commandCalls(DescribeStackEventsCommand);
    expect(call?.args[0].input).toEqual({ StackName: STACK_ID });
  });

  it('is a release when the stack was in an update of the team', async () => {
    events(update('deploy-18', 'UPDATE_IN_PROGRESS'), update(ours, 'UPDATE_COMPLETE'));
    await expect(kind()).resolves.toBe('release');
  });

  it('is a release made by hand when the stack has been at rest since our update', async () => {
    events(update(ours, 'UPDATE_COMPLETE'), update(ours, 'UPDATE_IN_PROGRESS'));
    await expect(kind()).resolves.toBe('release');
  });

  it('is a release when our update began after it', async () => {
    const later = new Date(createTime.getTime() + 1).toISOString();
    events(
      stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: ours, at: later }),
      update('deploy-18', 'UPDATE_COMPLETE'),
    );
    await expect(kind()).resolves.toBe('release');
  });

  it('is ours at rest too when its creator says that a stack made it', async () => {
    deploymentIs({ externalId, createTime, creator: 'CloudFormation' });
    events(update(ours, 'UPDATE_COMPLETE'), update(ours, 'UPDATE_IN_PROGRESS'));
    await expect(kind()).resolves.toBe('rollback by coordinator');
  });

  it.each([
    ['UPDATE_ROLLBACK_IN_PROGRESS' as const, 'rollback by cloudformation'],
    ['UPDATE_ROLLBACK_COMPLETE' as const, 'release'],
  ])('that goes back a version while the stack is in %s', async (status, expected) => {
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [lambdaTarget({ currentVersion: '10', targetVersion: '9' })],
    });
    events(stackEvent(status));
    await expect(kind()).resolves.toBe(expected);
  });

  it('of a nested stack is ours when the stack above it is in our update', async () => {
    const target = {
      kind: 'codedeploy',
      function: 'CreateOrder',
      application: 'shop-orders-*',
      deploymentGroup: 'shop-*',
    };
    mockBucket(catalogObject(ordersEntry({ targets: [target] })));
    lambda.on(ListTagsCommand).resolves(tagsOf('shop-orders-Functions-1A'));
    cloudFormation
      .on(DescribeStackEventsCommand)
      .resolves({ StackEvents: [update('', 'UPDATE_IN_PROGRESS')] })
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders' })
      .resolves({ StackEvents: [update(ours, 'UPDATE_IN_PROGRESS')] });
    await expect(kind()).resolves.toBe('rollback by coordinator');
  });

  it('is looked for in the stack of its service when its function has no tags', async () => {
    lambda.on(ListTagsCommand).resolves({});
    events(update(ours, 'UPDATE_IN_PROGRESS'));
    await expect(kind()).resolves.toBe('rollback by coordinator');
    const [call] = cloudFormation.commandCalls(DescribeStackEventsCommand);
    expect(call?.args[0].input).toEqual({ StackName: 'shop-orders' });
  });
});

describe('a deployment that is not ours', () => {
  it('goes to another platform than Lambda', async () => {
    deploymentIs({ computePlatform: 'ECS' });
    await expect(describeIt()).resolves.toEqual({
      kind: 'unmanaged',
      deploymentId: DEPLOYMENT,
      reason: 'it deploys to ECS, not to Lambda',
    });
    expect(codeDeploy.calls()).toHaveLength(1);
  });

  it('is of an application the catalog does not name', async () => {
    deploymentIs({ applicationName: 'shop-orders-v2-ServerlessDeploymentApplication-XY34' });
    lambda.on(ListTagsCommand).resolves(tagsOf('shop-orders-v2'));
    await expect(describeIt()).resolves.toMatchObject({
      kind: 'unmanaged',
      reason:
        'no service of the catalog has application shop-orders-v2-ServerlessDeploymentApplication-XY34 and group ' +
        `shop-orders-CreateOrderDeploymentGroup-ZW56, for ${FUNCTION}:live (CreateOrder of stack shop-orders-v2)`,
    });
  });

  it('has names like ours, and the function of another stack', async () => {
    lambda.on(ListTagsCommand).resolves(tagsOf('shop-orders-v2'));
    await expect(describeIt()).resolves.toMatchObject({ kind: 'unmanaged' });
  });

  it('does not show its versions, and has no name of ours', async () => {
    deploymentIs({ applicationName: 'billing' });
    codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
    codeDeploy.on(GetApplicationRevisionCommand).resolves({});
    await expect(describeIt()).resolves.toEqual({
      kind: 'unmanaged',
      deploymentId: DEPLOYMENT,
      reason:
        'no service of the catalog has application billing and group shop-orders-CreateOrderDeploymentGroup-ZW56',
    });
    expect(lambda.calls()).toHaveLength(0);
  });
});

describe('refusals', () => {
  it.each([
    [{}, 'deploymentId: '],
    [{ deploymentId: 'orders' }, 'deploymentId: must be the id of a CodeDeploy deployment'],
    [{ deploymentId: DEPLOYMENT, generation: 0 }, 'generation: '],
    [{ deploymentId: DEPLOYMENT, seen: { phase: 'baking' } }, 'seen.verdict: '],
    [{ deploymentId: DEPLOYMENT, service: 'orders' }, 'service: is not a known field'],
  ])('refuses %j', async (input, reason) => {
    const attempt = build(runtimeOf())(input);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('refuses a deployment CodeDeploy does not know', async () => {
    codeDeploy
      .on(GetDeploymentCommand)
      .rejects(new DeploymentDoesNotExistException({ message: 'none', $metadata: {} }));
    const attempt = describeIt();
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(`deploymentId: CodeDeploy knows no deployment "${DEPLOYMENT}"`);
  });

  it('throws CatalogUnreadable when the compiled catalog is damaged', async () => {
    mockBucket({ 'catalog/compiled.json': '{' });
    await expect(describeIt()).rejects.toBeInstanceOf(CatalogUnreadable);
  });

  it('throws TransientFailure when CodeDeploy throttles', async () => {
    codeDeploy.on(GetDeploymentCommand).rejects(throttled());
    await expect(describeIt()).rejects.toBeInstanceOf(TransientFailure);
  });
});

describe('a function of a nested stack', () => {
  beforeEach(() => {
    lambda.on(ListTagsCommand).resolves(tagsOf('shop-orders-Workers-1A2B', 'Worker'));
    deploymentIs({ applicationName: 'generated-1', deploymentGroupName: 'generated-2' });
  });

  it('belongs to the service that names the stack at the top', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RootId: STACK_ID }));
    await expect(describeIt()).resolves.toMatchObject({
      kind: 'release',
      service: 'orders',
      target: `${FUNCTION}:live`,
    });
  });

  it('belongs to no service where the stack at the top belongs to none, or is missing', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves(stackOf({ RootId: STACK_ID.replace('/shop-orders/', '/shop-other/') }));
    await expect(describeIt()).resolves.toMatchObject({ kind: 'unmanaged' });
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
    await expect(describeIt()).resolves.toMatchObject({ kind: 'unmanaged' });
    const gone = Object.assign(new Error('Stack with id x does not exist'), { name: 'ValidationError' });
    cloudFormation.on(DescribeStacksCommand).rejects(gone);
    await expect(describeIt()).resolves.toMatchObject({ kind: 'unmanaged' });
  });
});
