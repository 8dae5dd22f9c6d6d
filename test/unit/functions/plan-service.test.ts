import { createHash } from 'node:crypto';
import {
  APIGatewayClient,
  GetDeploymentCommand as GetRestDeploymentCommand,
  GetStageCommand,
  NotFoundException,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  GetDeploymentCommand as GetHttpDeploymentCommand,
  GetStageCommand as GetHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import {
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DescribeParametersCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  GetRuleCommand,
  GetTargetGroupCommand,
  ResourceNotFoundException as LatticeNotFoundException,
  VPCLatticeClient,
} from '@aws-sdk/client-vpc-lattice';
import { mockClient } from 'aws-sdk-client-mock';
import { planServices } from '../../../functions/coordinate/plan-rollback/plan-services.ts';
import { Aliases } from '../../../shared/aws/aliases.ts';
import { ApiStages } from '../../../shared/aws/api-stages.ts';
import { Bucket } from '../../../shared/aws/bucket.ts';
import { Deployments } from '../../../shared/aws/deployments.ts';
import { Hooks } from '../../../shared/aws/hooks.ts';
import { MeshRules } from '../../../shared/aws/mesh-rules.ts';
import { ParameterStore } from '../../../shared/aws/parameter-store.ts';
import { Stacks } from '../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../shared/aws/state-machine-aliases.ts';
import { NoWayBack } from '../../../shared/errors.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { type ServicePlan, servicePlan as servicePlanSchema } from '../../../shared/targets/service-plan.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { alias, deploymentInfo, stackOf } from '../fixtures/aws-answers.ts';
import { ordersEntry } from '../fixtures/catalog.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  FUNCTION,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  lambdaAliasPlan,
  PROCESSED_KEY,
  plannedAlias,
  RELEASE,
  ROLE_ARN,
  releaseRecord,
  savedTemplates,
  stackPinPlan,
  stackPlan,
  stackRebuildPlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { denied } from '../fixtures/sdk-errors.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
const rest = mockClient(APIGatewayClient);
const http = mockClient(ApiGatewayV2Client);
const lattice = mockClient(VPCLatticeClient);
const region = { region: 'eu-west-1' };
const deps = {
  deployments: new Deployments(new CodeDeployClient(region)),
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
  hooks: new Hooks(new LambdaClient(region)),
  parameterStore: new ParameterStore(new SSMClient(region)),
  apiStages: new ApiStages(new APIGatewayClient(region), new ApiGatewayV2Client(region)),
  meshRules: new MeshRules(new VPCLatticeClient(region)),
  stacks: new Stacks(new CloudFormationClient(region)),
};
const older = (day: string, changes: Partial<ReleaseRecord> = {}) =>
  goodRelease({
    releaseId: `orders-202601${day}T090000Z`,
    startedAt: `2026-01-${day}T09:00:00.000Z`,
    ...changes,
  });

const ALARM_ARN = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-errors';

/** Versions of the function that still exist. */
let versions: Set<string>;
let stored: Map<string, string>;

beforeEach(() => {
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN }));
  cloudFormation.on(ListStackResourcesCommand).resolves({});
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: '{"Resources": {}}' });
  codeDeploy.reset();
  lambda.reset();
  ssm.reset();
  rest.reset();
  http.reset();
  lattice.reset();
  versions = new Set(['2', '3', '4', '5']);
  lambda.on(GetAliasCommand).resolves(alias('5'));
  stored = mockBucket(savedTemplates).stored;
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
  lambda.on(GetFunctionConfigurationCommand).callsFake(({ Qualifier }: { Qualifier: string }) => {
    if (versions.has(Qualifier)) return { CodeSha256: `sha-of-${Qualifier}`, State: 'Active' };
    throw new ResourceNotFoundException({ message: 'not found', $metadata: {} });
  });
});

function planFrom(earlier: ReleaseRecord[], bad = releaseRecord(), entry = ordersEntry()) {
  return planReleases([bad, ...earlier], entry, bad.releaseId);
}

/** @param releases newest first */
async function planReleases(
  releases: ReleaseRecord[],
  entry: ReturnType<typeof ordersEntry>,
  badId = RELEASE,
) {
  const planned = await planServices(deps, {
    services: { orders: entry },
    plannedAt: iso(NOW),
    incident: { service: 'orders', releaseId: badId },
    releasesOf: async () => releases,
  });
  if (!('services' in planned)) throw new Error(`superseded by ${planned.supersededBy.releaseId}`);
  return planned.services[0] as ServicePlan;
}

describe('the changes of the release', () => {
  const template = (Resources: object, Metadata: object = {}) => JSON.stringify({ Metadata, Resources });
  const queue = { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 1 } };
  const before = template({ Old: queue, Jobs: queue }, { Commit: '9b01d77' });
  const after = template({ New: queue, Jobs: { ...queue, Properties: { DelaySeconds: 2 } } });
  const keyOf = (text: string) =>
    `templates/orders/${createHash('sha256').update(text).digest('hex')}.template`;
  const parameters = (Stage: string) => [
    { ParameterKey: 'Stage', ParameterValue: Stage },
    { ParameterKey: 'ApiKey', ParameterValue: '****' },
  ];

  beforeEach(() => {
    mockBucket({ ...savedTemplates, [PROCESSED_KEY]: before });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: after });
    const Tags = [{ Key: 'commit', Value: '3f2c91a' }];
    const StackStatus = 'UPDATE_IN_PROGRESS';
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves(stackOf({ RoleARN: ROLE_ARN, StackStatus, Tags, Parameters: parameters('dev') }));
  });

  it('are read from the stack, also while its deployment shifts traffic', async () => {
    await expect(planFrom([goodRelease()])).resolves.toMatchObject({
      change: {
        origin: [{ name: 'commit', value: '3f2c91a' }],
        originBefore: [{ name: 'commit', value: '9b01d77' }],
        added: ['New'],
        removed: ['Old'],
        changed: ['Jobs (DelaySeconds)'],
        parameters: ['Stage'],
      },
    });
  });

  it('are unknown where the stack shows an earlier release, rolled back already or not complete yet', async () => {
    const [stack, ...others] = goodSnapshot.filter(({ kind }) => kind === 'cloudformation');
    const earlier = [{ ...stack, processedKey: keyOf(after) }, ...others] as typeof goodSnapshot;
    const planned = planFrom([goodRelease(), older('03', { snapshot: earlier })]);
    await expect(planned).resolves.not.toHaveProperty('change');
  });

  it('are left out where nothing differs', async () => {
    mockBucket({ ...savedTemplates, [PROCESSED_KEY]: template({ Jobs: queue }) });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: template({ Jobs: queue }) });
    const Parameters = parameters('prod');
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, Parameters }));
    await expect(planFrom([goodRelease()])).resolves.not.toHaveProperty('change');
  });

  it('are left out where the template cannot be read, and the rest is planned', async () => {
    cloudFormation.on(GetTemplateCommand).rejects(denied());
    const planned = planFrom([goodRelease()]);
    await expect(planned).resolves.toMatchObject({ toRelease: GOOD_RELEASE });
    await expect(planned).resolves.not.toHaveProperty('change');
  });
});

describe('the way back', () => {
  it('goes to the newest earlier release that was judged good', async () => {
    await expect(planFrom([goodRelease(), older('03')])).resolves.toEqual({
      service: 'orders',
      fromRelease: RELEASE,
      toRelease: GOOD_RELEASE,
      reason: 'to the release of 2026-01-04 09:00:00 UTC, the newest one verified good that still exists',
      targets: [codeDeployPlan(), stackPinPlan(), stackPlan()],
      unchanged: [],
      undoes: [RELEASE],
      waitsFor: [],
      notifies: [],
      risks: [],
      plannedAt: iso(NOW),
    });
  });

  it.each<[string, Partial<ReleaseRecord>]>([
    ['bad', { verdict: 'bad', incidentId: 'i-1' }],
    ['never judged', { verdict: 'candidate' }],
    ['of which nothing was recorded', { snapshot: undefined } as unknown as Partial<ReleaseRecord>],
    ['that another incident took back with its own', { undoneBy: 'payment-20260104T100000Z' }],
    ['whose version is gone', { snapshot: [{ ...goodSnapshot[0], version: '1' } as TargetSnapshot] }],
    [
      'whose processed template is gone',
      { snapshot: [{ ...goodSnapshot[1], processedKey: 'templates/gone' } as TargetSnapshot] },
    ],
    [
      'whose template is gone',
      { snapshot: [{ ...goodSnapshot[1], templateKey: 'templates/gone' } as TargetSnapshot] },
    ],
  ])('passes over a release that is %s', async (_, changes) => {
    await expect(planFrom([goodRelease(changes), older('03')])).resolves.toMatchObject({
      toRelease: 'orders-20260103T090000Z',
    });
  });

  it.each([
    [1, '1 provisioned execution'],
    [5, '5 provisioned executions'],
  ])('has a risk where its alias has provisioned concurrency: %s', async (provisioned, said) => {
    const [one, ...others] = goodSnapshot;
    const snapshot = [{ ...one, provisioned } as TargetSnapshot, ...others];
    await expect(planFrom([goodRelease({ snapshot })])).resolves.toMatchObject({
      risks: [
        `CreateOrder:live has ${said}: until Lambda has prepared them on version 4, requests meet cold starts`,
      ],
    });
  });

  it.each([
    ['UPDATE_FAILED', undefined, ': it is rolled back first'],
    ['UPDATE_ROLLBACK_FAILED', undefined, ': its rollback is continued first'],
    ['UPDATE_ROLLBACK_FAILED', ['Queue'], ': its rollback is continued first, if need be without Queue'],
    ['UPDATE_ROLLBACK_COMPLETE', undefined, undefined],
    ['ROLLBACK_COMPLETE', undefined, ', which needs a person'],
    ['ROLLBACK_FAILED', undefined, ', which needs a person'],
  ] as const)('has a risk where its stack is %s and may leave %s', async (StackStatus, skip, said) => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus, RoleARN: ROLE_ARN }));
    const targets = [{ kind: 'cloudformation', ...(skip && { skipResources: skip }) }];
    const plan = await planFrom([goodRelease()], releaseRecord(), ordersEntry({ targets }));
    expect(plan.risks).toEqual(said === undefined ? [] : [`stack shop-orders is ${StackStatus}${said}`]);
  });

  it('does not exist where every release is refused, each by name and reason', async () => {
    const gone = { ...goodSnapshot[0], version: '1' } as TargetSnapshot;
    const noTemplate = { ...goodSnapshot[1], templateKey: 'templates/gone' } as TargetSnapshot;
    const { snapshot: _, ...unrecorded } = goodRelease({
      releaseId: 'orders-20251231T090000Z',
      startedAt: '2025-12-31T09:00:00.000Z',
    });
    const attempt = planFrom([
      older('04', { verdict: 'bad', incidentId: 'i-1' }),
      older('03', { verdict: 'candidate' }),
      older('02', { snapshot: [gone] }),
      older('01', { snapshot: [noTemplate] }),
      unrecorded,
    ]);
    await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
    await expect(attempt).rejects.toThrow(
      `The ledger holds no release of orders from before ${RELEASE} that was verified good and still exists. ` +
        'Refused: orders-20260104T090000Z: marked bad by incident i-1; ' +
        'orders-20260103T090000Z: never verified good; ' +
        `orders-20260102T090000Z: version 1 of ${FUNCTION} is gone and cannot be built anew: ` +
        'no stack that is a target of orders has it; deploy that code anew; ' +
        'orders-20260101T090000Z: the template templates/gone is gone; ' +
        'orders-20251231T090000Z: it was never recorded what was live.',
    );
  });

  it('does not exist for a completed release that is the first one known', async () => {
    const attempt = planFrom([]);
    await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
    await expect(attempt).rejects.not.toThrow('Refused');
  });
});

describe('a deleted version', () => {
  const processed = (resources: object = {}) =>
    JSON.stringify({
      Resources: {
        CreateOrder: { Type: 'AWS::Lambda::Function', Properties: {} },
        CreateOrderVersion4: {
          Type: 'AWS::Lambda::Version',
          Properties: { FunctionName: { Ref: 'CreateOrder' } },
        },
        CreateOrderAliaslive: {
          Type: 'AWS::Lambda::Alias',
          Properties: { FunctionVersion: { 'Fn::GetAtt': ['CreateOrderVersion4', 'Version'] } },
        },
        ...resources,
      },
    });
  const arn = (qualifier: string) =>
    `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:${qualifier}`;
  const resourcesAre = (ids: Record<string, string> = {}) =>
    cloudFormation.on(ListStackResourcesCommand).resolves({
      StackResourceSummaries: Object.entries({
        CreateOrder: FUNCTION,
        CreateOrderVersion5: arn('5'),
        CreateOrderAliaslive: arn('live'),
        ...ids,
      }).map(([LogicalResourceId, PhysicalResourceId]) => ({
        LogicalResourceId,
        PhysicalResourceId,
        ResourceType: 'any',
        ResourceStatus: 'UPDATE_COMPLETE',
        LastUpdatedTimestamp: new Date(NOW),
      })),
    });
  const builtBy = { stack: 'shop-orders', versionId: 'CreateOrderVersion4' };

  beforeEach(() => {
    versions.delete('4');
    resourcesAre();
    stored.set(PROCESSED_KEY, processed());
    // The same environment, as far as old code needs it.
    cloudFormation.on(GetTemplateCommand).resolves({
      TemplateBody: JSON.stringify({ Resources: { CreateOrder: { Type: 'AWS::Lambda::Function' } } }),
    });
  });

  it('is rebuilt by its stack before the alias goes to it, which is a risk', async () => {
    const plan = await planFrom([goodRelease(), older('03')]);

    expect(plan.toRelease).toBe(GOOD_RELEASE);
    expect(plan.targets).toEqual([
      stackRebuildPlan(),
      codeDeployPlan({ builtBy }),
      stackPinPlan({ aliases: [plannedAlias({ builtBy })] }),
      stackPlan({ aliases: [plannedAlias({ builtBy })] }),
    ]);
    expect(plan.risks).toEqual([
      expect.stringMatching(/^shop-orders has to build code anew, which takes minutes/),
    ]);
    expect(servicePlanSchema.parse(plan)).toEqual(plan);
  });

  it('is the same for the stack that has rebuilt it in an earlier attempt', async () => {
    resourcesAre({ CreateOrderVersion4: arn('6') });
    lambda
      .on(GetFunctionConfigurationCommand, { FunctionName: FUNCTION, Qualifier: '6' })
      .resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
    await expect(planFrom([goodRelease()])).resolves.toMatchObject({ toRelease: GOOD_RELEASE });
  });

  it.each([
    ['under its own name', { TableName: 'sessions' }],
    ['under another one', {}],
  ])(
    'is rebuilt with its missing resources, made again %s, before any other part of the stack',
    async (_, Properties) => {
      const Environment = { Variables: { TABLE: { Ref: 'Sessions' } } };
      stored.set(
        PROCESSED_KEY,
        processed({
          CreateOrder: { Type: 'AWS::Lambda::Function', Properties: { Environment } },
          Sessions: { Type: 'AWS::DynamoDB::Table', Properties },
        }),
      );
      lambda.on(GetAliasCommand).resolves(alias('5'));
      const plan = await planFrom([goodRelease()]);
      expect(plan).toMatchObject({ toRelease: GOOD_RELEASE, targets: [stackRebuildPlan(), {}, {}, {}] });
      expect(plan).not.toHaveProperty('order');
      expect(plan.risks).toContain(
        `${FUNCTION}: in its environment, Sessions (AWS::DynamoDB::Table) is gone: it may behave otherwise than it did`,
      );
    },
  );

  it.each<[string, () => void, string]>([
    [
      'the stack has no service role',
      () => cloudFormation.on(DescribeStacksCommand).resolves(stackOf({})),
      'stack shop-orders has no service role',
    ],
    [
      'the stack cannot be updated',
      () =>
        cloudFormation
          .on(DescribeStacksCommand)
          .resolves(stackOf({ RoleARN: ROLE_ARN, StackStatus: 'ROLLBACK_FAILED' })),
      'stack shop-orders is ROLLBACK_FAILED and cannot be updated',
    ],
    [
      'the stack has a version of that name, which is another one',
      () => resourcesAre({ CreateOrderVersion4: arn('5') }),
      'stack shop-orders has CreateOrderVersion4 already',
    ],
    [
      'the stack has a version of that name, which is gone',
      () => resourcesAre({ CreateOrderVersion4: arn('4') }),
      'stack shop-orders has CreateOrderVersion4 already',
    ],
    [
      'the saved template has a literal number',
      () =>
        stored.set(
          PROCESSED_KEY,
          processed({
            CreateOrderAliaslive: { Type: 'AWS::Lambda::Alias', Properties: { FunctionVersion: '4' } },
          }),
        ),
      'the saved template of stack shop-orders publishes no version for CreateOrder:live',
    ],
    [
      'the function was replaced',
      () => resourcesAre({ CreateOrder: 'shop-orders-CreateOrder-other' }),
      `stack shop-orders has another function than ${FUNCTION} as CreateOrder`,
    ],
  ])('is refused where %s, and an older release is used', async (_, given, said) => {
    given();
    const older2 = older('03', {
      snapshot: [{ ...goodSnapshot[0], version: '3', codeSha256: 'sha-of-3' } as TargetSnapshot],
    });
    const plan = await planFrom([goodRelease(), older2]);

    expect(plan.toRelease).toBe('orders-20260103T090000Z');
    expect(plan.risks[0]).toContain(
      `${GOOD_RELEASE} is passed over: version 4 of ${FUNCTION} is gone and cannot be built anew: ${said}`,
    );
  });

  it('is refused where the digest of its code is not known', async () => {
    const snapshot = [{ ...goodSnapshot[0], codeSha256: '' } as TargetSnapshot, ...goodSnapshot.slice(1)];
    await expect(planFrom([goodRelease({ snapshot })])).rejects.toThrow(
      'the digest of its code was not recorded',
    );
  });

  it('is refused where the stack is no target', async () => {
    const entry = ordersEntry({ targets: [{ kind: 'codedeploy', function: 'CreateOrder', alias: 'live' }] });
    await expect(planFrom([goodRelease()], releaseRecord(), entry)).rejects.toThrow(
      'no stack that is a target of orders has it',
    );
  });
});

describe('without a good release, deployments that never completed', () => {
  it.each(['InProgress', 'Stopped', 'Failed'] as const)(
    'are undone to the versions they began from: %s',
    async (status) => {
      codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status }));
      const plan = await planFrom([older('03', { verdict: 'candidate' })]);
      expect(plan).not.toHaveProperty('toRelease');
      expect(plan.reason).toMatch(/^to the versions from before the deployment/);
      const { snapshot: _, ...withoutSnapshot } = stackPlan();
      expect(plan.targets).toEqual([codeDeployPlan(), stackPinPlan(), withoutSnapshot]);
    },
  );

  it('have no way back when the version they began from is deleted', async () => {
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'InProgress' }));
    versions.delete('4');
    await expect(planFrom([])).rejects.toBeInstanceOf(NoWayBack);
  });

  it('have no way back when one of them completed', async () => {
    codeDeploy
      .on(GetDeploymentCommand, { deploymentId: 'd-1' })
      .resolves(deploymentInfo({ status: 'Stopped' }));
    const deployments = {
      'd-1': watchedDeployment({ deploymentId: 'd-1' }),
      'd-2': watchedDeployment({ deploymentId: 'd-2', target: 'ListOrders:live' }),
    };
    await expect(planFrom([], releaseRecord({ deployments }))).rejects.toBeInstanceOf(NoWayBack);
  });

  it('have no way back where none was watched', async () => {
    await expect(planFrom([], releaseRecord({ deployments: {} }))).rejects.toBeInstanceOf(NoWayBack);
  });
});

describe('the targets of the plan', () => {
  const listOrders = { ...goodSnapshot[0], target: 'ListOrders:live', version: '3' } as TargetSnapshot;
  const two = ordersEntry({
    targets: [
      { kind: 'codedeploy', function: 'CreateOrder' },
      { kind: 'codedeploy', function: 'ListOrders' },
    ],
  });
  const good = goodRelease({ snapshot: [...goodSnapshot, listOrders] });

  it("leave out a target that has that release's state already", async () => {
    lambda.on(GetAliasCommand).resolvesOnce(alias('5')).resolves(alias('3'));
    await expect(planFrom([good], releaseRecord(), two)).resolves.toMatchObject({
      targets: [
        codeDeployPlan(),
        { target: 'stack pin', waitOnly: true },
        { target: 'stack', waitOnly: true },
      ],
      unchanged: [{ target: 'ListOrders:live', reason: 'it is on version 3, as in that release' }],
    });
  });

  it.each([
    ['another version', alias('5'), '5'],
    ['a share of another version', alias('3', { '5': 0.1 }), '3'],
  ])(
    'contain a target without a deployment of its own that is on %s, to be pointed back',
    async (_, live, from) => {
      lambda.on(GetAliasCommand).resolves(live);
      const { targets } = await planFrom([good], releaseRecord(), two);
      expect(targets[1]).toEqual(
        lambdaAliasPlan({
          target: 'ListOrders:live',
          fromVersion: from,
          toVersion: '3',
        }),
      );
    },
  );

  it('contain the running deployment of a target that the ledger does not know, to be stopped', async () => {
    lambda.on(GetAliasCommand).resolves(alias('3', { '5': 0.1 }));
    codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ['d-UNSEEN'] });
    const sibling = watchedDeployment({ target: 'ListOrders:live', deploymentGroup: 'orders-ListOrders' });
    const earlier = { ...good, deployments: { 'd-EARLIER': sibling } };
    const { targets } = await planFrom([earlier], releaseRecord(), two);
    expect(targets[1]).toMatchObject({
      kind: 'codedeploy',
      target: 'ListOrders:live',
      deploymentId: 'd-UNSEEN',
      deploymentGroup: 'orders-ListOrders',
      fromVersion: '5',
      toVersion: '3',
    });
  });

  it('leave out a target without an earlier record', async () => {
    const plan = await planFrom([goodRelease({ snapshot: [listOrders] })]);
    expect(plan.unchanged).toEqual([
      { target: 'CreateOrder:live', reason: 'nothing is recorded of it before' },
    ]);
  });

  it('leave out a target that the release did not change', async () => {
    const plan = await planFrom([goodRelease()], releaseRecord(), two);
    expect(plan.unchanged).toEqual([{ target: 'ListOrders:live', reason: 'the release did not change it' }]);
  });

  it('leave out the stack when the release did not come through it', async () => {
    const { stack: _, ...bad } = releaseRecord();
    const plan = await planFrom([goodRelease()], bad);
    expect(plan.targets.map(({ kind }) => kind)).toEqual(['codedeploy']);
    expect(plan.unchanged).toEqual([
      { target: 'stack', reason: 'the release did not come through the stack' },
    ]);
  });

  describe('of a stack that the release came through and that the catalog does not name as a target', () => {
    const { deployments: _, ...pin } = stackPinPlan({ waitOnly: true });
    const { snapshot: __, ...rest } = stackPlan({ waitOnly: true });
    const entry = ordersEntry({ targets: [{ kind: 'codedeploy', function: 'CreateOrder' }] });

    it('contain its pin, and wait for it', async () => {
      const { targets } = await planFrom([goodRelease()], releaseRecord({ stack: 'shop-orders' }), entry);
      expect(targets.slice(1)).toEqual([pin, rest]);
    });

    it('only wait for it where no alias goes back', async () => {
      const parameters: ReleaseRecord['snapshot'] = [
        { kind: 'parameter', target: '/orders/limit', parameters: [] },
      ];
      const ofParameter = ordersEntry({ targets: [{ kind: 'parameter', name: '/orders/limit' }] });
      ssm.on(DescribeParametersCommand).resolves({});
      const { targets } = await planFrom(
        [goodRelease({ snapshot: parameters })],
        releaseRecord({ deployments: {}, stack: 'shop-orders' }),
        ofParameter,
      );
      expect(targets).toMatchObject([{ kind: 'cloudformation', waitOnly: true }]);
    });
  });

  describe('of a stack', () => {
    const triggers = { alarms: [{ arn: ALARM_ARN, type: 'AWS::CloudWatch::Alarm' }], minutes: 10 };
    const live = (changes: Partial<Stack>) =>
      cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, ...changes }));
    const recorded = goodRelease({
      snapshot: goodSnapshot.map((one) => (one.kind === 'cloudformation' ? { ...one, triggers } : one)),
    });

    it('have its current rollback triggers, before those of the ledger', async () => {
      live({
        RollbackConfiguration: {
          RollbackTriggers: [{ Arn: ALARM_ARN, Type: 'AWS::CloudWatch::Alarm' }],
          MonitoringTimeInMinutes: 5,
        },
      });
      const { targets } = await planFrom([recorded]);
      expect(targets.slice(1)).toMatchObject([
        { target: 'stack pin', triggers: { ...triggers, minutes: 5 } },
        { target: 'stack', triggers: { ...triggers, minutes: 5 } },
      ]);
    });

    it('have those of the ledger where an earlier pin took them out', async () => {
      const { targets } = await planFrom([recorded]);
      expect(targets.slice(1)).toMatchObject([{ triggers }, { triggers }]);
    });

    const roleArn = 'arn:aws:iam::111122223333:role/RollbackStack_orders';
    const withRole = ordersEntry({
      targets: [
        { kind: 'codedeploy', function: 'CreateOrder' },
        { kind: 'cloudformation', roleArn, attachRoleForGood: true },
      ],
    });

    it('give it the role of the catalog, and say so, where it has none', async () => {
      live({ RoleARN: undefined });
      const { targets, risks } = await planFrom([goodRelease()], releaseRecord(), withRole);
      const role = { arn: roleArn, attach: true };
      expect(targets.slice(1)).toMatchObject([{ role }, { role }]);
      expect(risks).toEqual([
        `stack shop-orders has no service role and gets ${roleArn}, as the catalog says: it keeps that for good, for all operations of everybody`,
      ]);
    });

    it('keep its own role', async () => {
      const { targets, risks } = await planFrom([goodRelease()], releaseRecord(), withRole);
      expect(targets.slice(1)).toMatchObject([{ role: { arn: ROLE_ARN } }, { role: { arn: ROLE_ARN } }]);
      expect(risks).toEqual([]);
    });
  });

  it('have the pin of a stack before its rest, after all aliases, whatever the order in the catalog', async () => {
    lambda.on(GetAliasCommand).resolves(alias('5'));
    const entry = ordersEntry({
      targets: [
        { kind: 'cloudformation', skipResources: ['Queue'] },
        { kind: 'codedeploy', function: 'CreateOrder' },
        { kind: 'codedeploy', function: 'ListOrders' },
      ],
    });
    const { targets } = await planFrom([good], releaseRecord(), entry);
    const aliases = [
      plannedAlias(),
      plannedAlias({ target: 'ListOrders:live', fromVersion: '5', toVersion: '3' }),
    ];
    expect(targets).toMatchObject([{ target: 'CreateOrder:live' }, { target: 'ListOrders:live' }, {}, {}]);
    expect(targets.slice(2)).toEqual([
      // No deployment group moves the other alias.
      stackPinPlan({ aliases, skipResources: ['Queue'] }),
      stackPlan({ aliases, skipResources: ['Queue'] }),
    ]);
  });

  it('have a risk where the stack has no service role: the coordinator may not apply its rest', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
    await expect(planFrom([goodRelease()])).resolves.toMatchObject({
      risks: [
        'stack shop-orders has no service role: its aliases are pinned, and the rest of it is left to somebody who may deploy it',
      ],
    });
  });

  describe('compared with the saved template', () => {
    const stateful = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'sessions' } };
    const saved = {
      CreateOrder: {
        Type: 'AWS::Lambda::Function',
        Properties: { Environment: { Variables: { TABLE: { Ref: 'Sessions' } } } },
      },
      Sessions: stateful,
      Api: { Type: 'AWS::ApiGatewayV2::Api' },
    };
    const { Sessions: _, ...withoutTable } = saved;
    const gone = `${FUNCTION}: in its environment, Sessions (AWS::DynamoDB::Table) is gone`;
    const first = ['hook-before', 'parameters', 'stack', 'traffic', 'hook-after'];
    const compared = (live: object, before: object = saved) => {
      mockBucket({ ...savedTemplates, [PROCESSED_KEY]: { Resources: before } });
      cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify({ Resources: live }) });
      cloudFormation.on(ListStackResourcesCommand).resolves({
        StackResourceSummaries: [
          { LogicalResourceId: 'CreateOrder', PhysicalResourceId: FUNCTION },
          { LogicalResourceId: 'Api', PhysicalResourceId: 'a1b2c3' },
        ] as StackResourceSummary[],
      });
      lambda.on(GetAliasCommand).resolves(alias('5'));
    };

    it('go before the traffic where its version cannot serve without them', async () => {
      compared(withoutTable);
      await expect(planFrom([goodRelease()])).resolves.toMatchObject({
        order: first,
        targets: [codeDeployPlan(), stackPinPlan(), stackPlan({ beforeTraffic: true, neededFor: [gone] })],
        risks: [`${gone}: the stack goes before the traffic`],
      });
    });

    it('come after the traffic where it is only at risk', async () => {
      compared({ ...saved, Sessions: { ...stateful, Properties: { TableName: 'sessions', Tags: [] } } });
      const plan = await planFrom([goodRelease()]);
      expect(plan).not.toHaveProperty('order');
      expect(plan).toMatchObject({
        targets: [codeDeployPlan(), stackPinPlan(), stackPlan()],
        risks: [
          `${FUNCTION}: in its environment, Sessions (AWS::DynamoDB::Table) has changed: it may behave otherwise than it did`,
        ],
      });
    });

    it.each<[string, object, Record<string, unknown>, object, string]>([
      [
        'it would come back under another name',
        { RoleARN: ROLE_ARN },
        {},
        { ...saved, Sessions: { Type: 'AWS::DynamoDB::Table' } },
        'and stack shop-orders would not bring it back under the same name',
      ],
      [
        'the stack has no service role',
        {},
        {},
        saved,
        'and stack shop-orders has no service role by which it could be brought back first',
      ],
      [
        'the stack is no target',
        { RoleARN: ROLE_ARN },
        { targets: [{ kind: 'codedeploy', function: 'CreateOrder' }] },
        saved,
        'and the catalog does not make stack shop-orders a target',
      ],
    ])(
      'refuse a release whose version cannot serve, where %s',
      async (_case, stack, entry, before, reason) => {
        compared(withoutTable, before);
        cloudFormation.on(DescribeStacksCommand).resolves(stackOf(stack));
        const planned = planFrom([goodRelease()], releaseRecord(), ordersEntry(entry));
        await expect(planned).rejects.toBeInstanceOf(NoWayBack);
        await expect(planned).rejects.toThrow(
          `version 4 of ${FUNCTION} cannot serve: in its environment, Sessions (AWS::DynamoDB::Table) is gone, ${reason}`,
        );
      },
    );

    it('refuse nothing for a function that stays on its version', async () => {
      compared(withoutTable);
      cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
      lambda.on(GetAliasCommand).resolves(alias('4'));
      await expect(planFrom([goodRelease()])).resolves.toMatchObject({ toRelease: GOOD_RELEASE });
    });

    it.each(['UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS'] as const)(
      'are not compared while nothing is deleted from the template: %s',
      async (StackStatus) => {
        compared(withoutTable);
        cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, StackStatus }));
        await expect(planFrom([goodRelease()])).resolves.not.toHaveProperty('order');
        // The template is read once, for the release's changes, and not for the way back.
        expect(cloudFormation.commandCalls(GetTemplateCommand)).toHaveLength(1);
      },
    );

    it('are not compared where the entry names another stack by now', async () => {
      compared(withoutTable);
      const entry = ordersEntry({ stack: 'shop-orders-2' });
      await expect(planFrom([goodRelease()], releaseRecord(), entry)).resolves.not.toHaveProperty('order');
    });

    it('let a stage wait only if its API may not call a path', async () => {
      const GetPermission = {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: { Ref: 'CreateOrder' }, SourceArn: { Ref: 'Api' } },
      };
      compared(saved, { ...saved, GetPermission });
      http.on(GetHttpStageCommand).resolves({ DeploymentId: 'dep-2' });
      http.on(GetHttpDeploymentCommand).resolves({ DeploymentId: 'dep-1' });
      const stage = {
        kind: 'api-stage',
        target: 'a1b2c3/prod',
        protocol: 'http',
        api: 'a1b2c3',
        stage: 'prod',
        deploymentId: 'dep-1',
      } as const;
      const entry = ordersEntry({
        targets: [
          { kind: 'codedeploy', function: 'CreateOrder' },
          { kind: 'api-stage', protocol: 'http', api: 'a1b2c3', stage: 'prod' },
          { kind: 'cloudformation' },
        ],
      });
      const release = goodRelease({ snapshot: [...goodSnapshot, stage] });
      const plan = await planFrom([release], releaseRecord(), entry);
      const why = 'a1b2c3: the permission GetPermission, by which it calls its function, is gone';
      expect(plan).not.toHaveProperty('order');
      expect(plan).toMatchObject({
        targets: [
          codeDeployPlan(),
          apiStagePlan({ phase: 'after-stack' }),
          stackPinPlan(),
          stackPlan({ neededFor: [why] }),
        ],
        risks: [
          `${FUNCTION}: the permission GetPermission is gone: it may behave otherwise than it did`,
          `${why}: its stages wait for the stack`,
        ],
      });
      expect(servicePlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    });
  });

  it('have no such risk where the stack is only waited for', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
    const entry = ordersEntry({ targets: [{ kind: 'codedeploy', function: 'CreateOrder' }] });
    await expect(planFrom([goodRelease()], releaseRecord(), entry)).resolves.toMatchObject({ risks: [] });
  });

  it('fit into the plan store', async () => {
    const plan = await planFrom([goodRelease()]);
    expect(servicePlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});

describe('parameters', () => {
  const writtenAt = '2026-01-04T08:00:00.000Z';
  const entry = ordersEntry({ targets: [{ kind: 'parameter', path: '/orders' }] });
  const recorded = (name: string, version: number) =>
    ({ name, version, writtenAt, type: 'String', tier: 'Standard' }) as const;
  const good = goodRelease({
    snapshot: [
      {
        kind: 'parameter',
        target: '/orders/*',
        parameters: [recorded('/orders/a', 3), recorded('/orders/b', 1), recorded('/orders/c', 2)],
      },
    ],
  });
  const live = (Name: string, Version: number, more: object = {}) => ({
    Name,
    Version,
    Type: 'String' as const,
    Tier: 'Standard' as const,
    LastModifiedDate: new Date(writtenAt),
    ...more,
  });
  const kept = (Name: string, Version: number, at = writtenAt) => ({
    Name,
    Version,
    LastModifiedDate: new Date(at),
  });
  const all = [kept('/orders/a', 3), kept('/orders/b', 1), kept('/orders/c', 2)];

  beforeEach(() => {
    ssm.on(GetParametersCommand).resolves({ Parameters: all });
    ssm.on(DescribeParametersCommand).resolves({
      Parameters: [live('/orders/a', 5), live('/orders/b', 1), live('/orders/c', 4, { Tier: 'Advanced' })],
    });
  });

  it('go back where they are on another version, with the tier they cannot leave', async () => {
    const { targets } = await planFrom([good], releaseRecord({ deployments: {}, stack: undefined }), entry);
    expect(targets).toEqual([
      {
        kind: 'parameter',
        phase: 'parameters',
        target: '/orders/*',
        parameters: [
          { name: '/orders/a', fromVersion: 5, toVersion: 3, type: 'String', tier: 'Standard' },
          { name: '/orders/c', fromVersion: 4, toVersion: 2, type: 'String', tier: 'Advanced' },
        ],
      },
    ]);
    // The check whether a version is kept does not read its value.
    expect(ssm.commandCalls(GetParametersCommand)[0]?.args[0].input).toEqual({
      Names: ['/orders/a:3', '/orders/b:1', '/orders/c:2'],
    });
  });

  describe('that were set by others after the release', () => {
    const setAt = '2026-01-05T09:04:00.000Z';
    const had = (a: number) => [
      { kind: 'parameter' as const, target: '/orders/*', parameters: [recorded('/orders/a', a)] },
    ];
    const setSince = async (bad: ReturnType<typeof releaseRecord>, at = setAt) => {
      ssm.on(DescribeParametersCommand).resolves({
        Parameters: [live('/orders/a', 5, { LastModifiedDate: new Date(at) }), live('/orders/c', 4)],
      });
      const { targets } = await planFrom([good], bad, entry);
      return targets.flatMap((one) =>
        one.kind === 'parameter' ? one.parameters.map((each) => each.setSince) : [],
      );
    };

    it.each([
      ['by the beginning of its deployment', releaseRecord(), setAt, [setAt, undefined]],
      [
        'though it was recorded with the release later',
        releaseRecord({ snapshot: had(5) }),
        setAt,
        [setAt, undefined],
      ],
      ['and not by the release itself', releaseRecord(), '2026-01-05T08:59:58.000Z', [undefined, undefined]],
      [
        'by what a release without deployments had',
        releaseRecord({ deployments: {}, stack: undefined, snapshot: had(4) }),
        setAt,
        [setAt, undefined],
      ],
      [
        'and not what a release without deployments brought in',
        releaseRecord({ deployments: {}, stack: undefined, snapshot: had(5) }),
        setAt,
        [undefined, undefined],
      ],
    ])('are marked, %s', async (_, bad, at, expected) => {
      await expect(setSince(bad, at)).resolves.toEqual(expected);
    });
  });

  it('are labelled where the target asks for it', async () => {
    const labelled = ordersEntry({ targets: [{ kind: 'parameter', path: '/orders', labels: true }] });
    const bad = releaseRecord({ deployments: {}, stack: undefined });
    const { targets } = await planFrom([good], bad, labelled);
    expect(targets).toMatchObject([{ kind: 'parameter', labels: true }]);
  });

  it('stay where all of them are on their version', async () => {
    ssm.on(DescribeParametersCommand).resolves({
      Parameters: [live('/orders/a', 3), live('/orders/b', 1), live('/orders/c', 2)],
    });
    const { targets, unchanged } = await planFrom([good], releaseRecord({ deployments: {} }), entry);
    expect(targets.filter(({ kind }) => kind === 'parameter')).toEqual([]);
    expect(unchanged).toEqual([{ target: '/orders/*', reason: 'it is on the version of that release' }]);
  });

  it.each([
    ['dropped from the newest 100', all.slice(1), 'version 3 of parameter /orders/a is gone'],
    [
      'of a parameter that was deleted and made anew',
      [kept('/orders/a', 3, '2026-01-04T12:00:00.000Z'), ...all.slice(1)],
      'version 3 of parameter /orders/a is another one: the parameter was deleted and made anew',
    ],
  ])('refuse a release with a version %s', async (_, Parameters, objection) => {
    ssm.on(GetParametersCommand).resolves({ Parameters });
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
    await expect(planFrom([good], releaseRecord(), entry)).rejects.toThrow(objection);
  });
});

describe('a hook', () => {
  const entry = ordersEntry({
    targets: [{ kind: 'hook', function: 'RollbackHook_orders', when: 'after', form: 'callback' }],
  });

  it('is invoked whenever the service goes back', async () => {
    lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'RollbackHook_orders' }).resolves({});
    const { targets } = await planFrom([goodRelease()], releaseRecord(), entry);
    expect(targets[0]).toEqual({
      kind: 'hook',
      phase: 'hook-after',
      target: 'RollbackHook_orders after',
      function: 'RollbackHook_orders',
      form: 'callback',
      timeoutSeconds: 600,
      heartbeatSeconds: 300,
    });
  });

  describe('of a service that an earlier attempt has restored', () => {
    const putBack = (changes: Partial<ReleaseRecord> = {}) =>
      goodRelease({
        releaseId: 'orders-20260105T091000Z',
        startedAt: '2026-01-05T09:10:00.000Z',
        restores: GOOD_RELEASE,
        restoredBy: RELEASE,
        ...changes,
      });
    const planAgain = (...newer: ReleaseRecord[]) => {
      lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'RollbackHook_orders' }).resolves({});
      return planReleases([...newer, releaseRecord({ deployments: {} }), goodRelease()], entry);
    };

    it('is not invoked again', async () => {
      const { targets, unchanged } = await planAgain(putBack());
      expect(targets).toMatchObject([{ kind: 'cloudformation' }]);
      expect(unchanged).toEqual([
        {
          target: 'RollbackHook_orders after',
          reason: 'it did its part when this incident put the service back',
        },
      ]);
    });

    it.each<[string, ReleaseRecord[]]>([
      ['it was released again since', [older('06', { verdict: 'candidate' }), putBack()]],
      ['it is another state that was put back', [putBack({ restores: 'orders-20260103T090000Z' })]],
    ])('is invoked all the same where %s', async (_, newer) => {
      const { targets } = await planAgain(...newer);
      expect(targets).toMatchObject([{ kind: 'hook' }, { kind: 'cloudformation' }]);
    });
  });

  it('that does not exist leaves no way back', async () => {
    const attempt = planFrom([goodRelease()], releaseRecord(), entry);
    await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
    await expect(attempt).rejects.toThrow('The hook RollbackHook_orders does not exist');
  });
});

describe('a stage of an API', () => {
  const place = { protocol: 'rest', api: 'a1', stage: 'prod' } as const;
  const entry = ordersEntry({ targets: [{ kind: 'api-stage', ...place }] });
  const good = goodRelease({
    snapshot: [{ kind: 'api-stage', target: 'a1/prod', ...place, deploymentId: 'd1' }],
  });
  const plan = () => planFrom([good], releaseRecord({ deployments: {} }), entry);

  beforeEach(() => {
    rest.on(GetRestDeploymentCommand).resolves({ id: 'd1' });
    rest.on(GetStageCommand).resolves({ deploymentId: 'd2' });
  });

  it('goes back to the deployment of the good release', async () => {
    expect((await plan()).targets[0]).toEqual({
      kind: 'api-stage',
      phase: 'traffic',
      target: 'a1/prod',
      ...place,
      fromDeployment: 'd2',
      toDeployment: 'd1',
    });
  });

  it('stays where it has that deployment, unless a canary takes a part', async () => {
    rest.on(GetStageCommand).resolves({ deploymentId: 'd1' });
    expect((await plan()).unchanged).toEqual([
      { target: 'a1/prod', reason: 'it is on deployment d1, as in that release' },
    ]);
    rest.on(GetStageCommand).resolves({ deploymentId: 'd1', canarySettings: { percentTraffic: 10 } });
    expect((await plan()).targets[0]).toMatchObject({ kind: 'api-stage', toDeployment: 'd1' });
  });

  it('refuses a release whose deployment is gone', async () => {
    rest.on(GetRestDeploymentCommand).rejects(new NotFoundException({ message: 'gone', $metadata: {} }));
    await expect(plan()).rejects.toThrow('deployment d1 of API a1 is gone');
  });
});

describe('a rule of a mesh', () => {
  const place = {
    service: 'svc-0123456789abcdef0',
    listener: 'listener-0123456789abcdef0',
    rule: 'rule-0123456789abcdef0',
  };
  const entry = ordersEntry({ targets: [{ kind: 'mesh', ...place }] });
  const toWeights = [
    { targetGroup: 'tg-1', weight: 100 },
    { targetGroup: 'tg-2', weight: 0 },
  ];
  const good = goodRelease({
    snapshot: [{ kind: 'mesh', target: place.rule, ...place, weights: toWeights }],
  });
  const plan = () => planFrom([good], releaseRecord({ deployments: {} }), entry);
  const forwards = (...groups: [string, number][]) =>
    lattice.on(GetRuleCommand).resolves({
      action: {
        forward: {
          targetGroups: groups.map(([targetGroupIdentifier, weight]) => ({ targetGroupIdentifier, weight })),
        },
      },
    });

  beforeEach(() => {
    lattice.on(GetTargetGroupCommand).resolves({ status: 'ACTIVE' });
    forwards(['tg-2', 40], ['tg-1', 60]);
  });

  it('goes back to the weights of the good release', async () => {
    expect((await plan()).targets[0]).toEqual({
      kind: 'mesh',
      phase: 'traffic',
      target: place.rule,
      ...place,
      fromWeights: [
        { targetGroup: 'tg-1', weight: 60 },
        { targetGroup: 'tg-2', weight: 40 },
      ],
      toWeights,
    });
  });

  it('stays where it has equal weights', async () => {
    forwards(['tg-1', 7]);
    expect((await plan()).unchanged).toEqual([
      { target: place.rule, reason: 'it has the weights of that release' },
    ]);
  });

  it('refuses a release with a deleted target group, unless the group got nothing', async () => {
    const gone = new LatticeNotFoundException({
      message: 'gone',
      resourceId: '',
      resourceType: '',
      $metadata: {},
    });
    lattice.on(GetTargetGroupCommand, { targetGroupIdentifier: 'tg-2' }).rejects(gone);
    await expect(plan()).resolves.toMatchObject({ toRelease: GOOD_RELEASE });
    lattice.on(GetTargetGroupCommand, { targetGroupIdentifier: 'tg-1' }).rejects(gone);
    await expect(plan()).rejects.toThrow('target group tg-1 is gone');
  });
});

describe('functions that the bad release added or removed', () => {
  const worker = 'shop-orders-Worker-CD34';
  const moved = {
    target: 'Worker:live',
    function: worker,
    alias: 'live',
    fromVersion: '6',
    toVersion: '7',
    movedAt: RELEASED_AT,
    baseline: { requests: 0, errors: 0, minutes: 0 },
  };
  const saved = {
    kind: 'lambda-alias' as const,
    target: 'Worker:live',
    function: worker,
    alias: 'live',
    version: '6',
    codeSha256: 'sha-of-6',
  };
  const good = goodRelease({ snapshot: [...goodSnapshot, saved] });

  beforeEach(() => {
    versions.add('6');
    lambda.on(GetAliasCommand, { FunctionName: worker }).resolves(alias('7'));
  });

  it('go back with it although the catalog does not name them', async () => {
    const bad = releaseRecord({ moved: { 'Worker:live': moved } });
    const { targets } = await planFrom([good], bad);
    const goal = { function: worker, fromVersion: '7', toVersion: '6', toCodeSha256: 'sha-of-6' };
    expect(targets).toMatchObject([codeDeployPlan(), { kind: 'lambda-alias', ...goal }, {}, {}]);
  });

  it('are left to their stack where they are deleted, and do not keep the other targets from going back', async () => {
    lambda
      .on(GetAliasCommand, { FunctionName: worker })
      .rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    lambda
      .on(GetFunctionConfigurationCommand, { FunctionName: worker })
      .rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    const entry = ordersEntry({
      targets: [
        { kind: 'codedeploy', function: 'CreateOrder' },
        { kind: 'lambda-alias', function: 'Worker' },
        { kind: 'cloudformation' },
      ],
    });
    const { targets, unchanged } = await planFrom([good], releaseRecord(), entry);
    expect(targets).toMatchObject([codeDeployPlan(), {}, {}]);
    expect(unchanged).toEqual([
      {
        target: 'Worker:live',
        reason: 'it is gone: the release took it away, and only its stack can make it anew',
      },
    ]);
  });

  it('that are new stay, because there is no earlier record of them', async () => {
    const { fromVersion: _, ...made } = moved;
    const bad = releaseRecord({ moved: { 'Worker:live': made } });
    const { targets, unchanged } = await planFrom([goodRelease()], bad);
    expect(targets).toMatchObject([codeDeployPlan(), {}, {}]);
    expect(unchanged).toEqual([{ target: 'Worker:live', reason: 'nothing is recorded of it before' }]);
  });
});
