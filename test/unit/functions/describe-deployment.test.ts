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
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/describe-deployment/handler.ts';
import { CatalogUnreadable, InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { deploymentInfo, lambdaTarget, stackEvents, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, FUNCTION, RELEASE } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const codeDeploy = mockClient(CodeDeployClient);
const cloudFormation = mockClient(CloudFormationClient);

beforeEach(() => {
  codeDeploy.reset();
  cloudFormation.reset();
  mockBucket(catalogObject());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({ deploymentTargets: [lambdaTarget()] });
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents('deploy-17'));
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_IN_PROGRESS' }));
});

const describeIt = () => build(runtimeOf())({ deploymentId: DEPLOYMENT });
const deploymentIs = (changes: object) =>
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo(changes));

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

  it('is described from its AppSpec while CodeDeploy has no target of it', async () => {
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

  it('is tried again later while neither shows the versions', async () => {
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
    codeDeploy.on(GetDeploymentCommand).resolves({
      deploymentInfo: { ...deploymentInfo().deploymentInfo, externalId: undefined },
    });
    await expect(describeIt()).resolves.toEqual(release);
    expect(cloudFormation.calls()).toHaveLength(0);
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
      .on(DescribeStacksCommand)
      .resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }));
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

describe('a deployment that is not ours', () => {
  it('goes to another platform than Lambda', async () => {
    deploymentIs({ computePlatform: 'ECS' });
    await expect(describeIt()).resolves.toEqual({
      kind: 'unmanaged',
      deploymentId: DEPLOYMENT,
      reason: 'it deploys to ECS, not to Lambda',
    });
  });

  it('is of an application the catalog does not name', async () => {
    deploymentIs({ applicationName: 'shop-orders-v2-ServerlessDeploymentApplication-XY34' });
    await expect(describeIt()).resolves.toMatchObject({
      kind: 'unmanaged',
      reason: expect.stringContaining('application shop-orders-v2-'),
    });
  });
});

describe('refusals', () => {
  it.each([
    [{}, 'deploymentId: '],
    [{ deploymentId: 'orders' }, 'deploymentId: must be a CodeDeploy deployment id, d-…'],
    [{ deploymentId: DEPLOYMENT, generation: 0 }, 'generation: '],
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

  it('throws CatalogUnreadable when no catalog was compiled', async () => {
    mockBucket();
    await expect(describeIt()).rejects.toBeInstanceOf(CatalogUnreadable);
  });

  it('throws TransientFailure when CodeDeploy throttles', async () => {
    codeDeploy.on(GetDeploymentCommand).rejects(throttled());
    await expect(describeIt()).rejects.toBeInstanceOf(TransientFailure);
  });
});
