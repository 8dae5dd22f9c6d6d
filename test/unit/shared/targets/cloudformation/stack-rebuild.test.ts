import {
  ChangeSetNotFoundException,
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  type ResourceChange,
  RollbackStackCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { Bucket } from '../../../../../shared/aws/bucket.ts';
import { Stacks } from '../../../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../../../shared/aws/state-machine-aliases.ts';
import { TargetNotRestored, TargetSuperseded } from '../../../../../shared/errors.ts';
import { stackRebuildTarget } from '../../../../../shared/targets/cloudformation/stack-rebuild.ts';
import { stackToken } from '../../../../../shared/targets/rollback-marker.ts';
import { STACK_ID, stackEvent, stackEvents, stackOf } from '../../../fixtures/aws-answers.ts';
import { mockBucket } from '../../../fixtures/mock-bucket.ts';
import { FUNCTION, PROCESSED_KEY, RELEASE, ROLE_ARN, stackRebuildPlan } from '../../../fixtures/records.ts';
import { denied } from '../../../fixtures/sdk-errors.ts';
import { NOW } from '../../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const region = { region: 'eu-west-1' };
const target = stackRebuildTarget({
  stacks: new Stacks(new CloudFormationClient(region)),
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
});
const plan = stackRebuildPlan();
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
const ours = stackToken(RELEASE, 1, 'rebuild');
const key = `templates/rebuilds/${RELEASE}/1/shop-orders.template`;

const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'CreateOrder' } } };
const createOrder = (S3Key: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Key }, Environment: { Stage: { Ref: 'Stage' } } },
});
const Parameters = { Stage: { Type: 'String' }, Size: { Type: 'String' } };
const saved = {
  Parameters,
  Resources: { CreateOrder: createOrder('old.zip'), CreateOrderVersion4: version },
};
const live = { Parameters, Resources: { CreateOrder: createOrder('new.zip'), CreateOrderVersion5: version } };
const made = {
  Parameters,
  Resources: {
    CreateOrder: createOrder('old.zip'),
    CreateOrderVersion5: version,
    CreateOrderVersion4: version,
  },
};
let stored: Map<string, string>;

beforeEach(() => {
  cloudFormation.reset();
  lambda.reset();
  beforeChange.mockClear();
  stored = mockBucket({ [PROCESSED_KEY]: saved }).stored;
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(live) });
  cloudFormation.on(GetStackPolicyCommand).resolves({});
  cloudFormation.on(CreateChangeSetCommand).resolves({});
  cloudFormation.on(UpdateStackCommand).resolves({ StackId: 'arn' });
  cloudFormation.on(RollbackStackCommand).resolves({});
  cloudFormation
    .on(DescribeChangeSetCommand)
    .rejects(new ChangeSetNotFoundException({ message: 'not found', $metadata: {} }));
  lambda
    .on(GetFunctionConfigurationCommand)
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  stackIs({});
  built(undefined);
});

function stackIs(changes: Partial<Stack>, token?: string, began = NOW - 60_000) {
  const Parameters = [
    { ParameterKey: 'Stage', ParameterValue: 'test' },
    { ParameterKey: 'Size', ParameterValue: 'large' },
  ];
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN, Parameters, ...changes }));
  cloudFormation.on(DescribeStackEventsCommand).resolves({
    StackEvents:
      stackEvents(token).StackEvents?.map((event) => ({ ...event, Timestamp: new Date(began) })) ?? [],
  });
}
/** A stack that has the version of the saved template with this number and code. */
function built(number: string | undefined, code = 'sha-of-4') {
  const ids = {
    CreateOrder: FUNCTION,
    ...(number && {
      CreateOrderVersion4: `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:${number}`,
    }),
  };
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: Object.entries(ids).map(([LogicalResourceId, PhysicalResourceId]) => ({
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType: 'any',
      ResourceStatus: 'UPDATE_COMPLETE',
      LastUpdatedTimestamp: new Date(NOW),
    })),
  });
  if (number === undefined) return;
  lambda
    .on(GetFunctionConfigurationCommand, { FunctionName: FUNCTION, Qualifier: number })
    .resolves({ CodeSha256: code, State: 'Active' });
}
function ready(...changes: ResourceChange[]) {
  stored.set(key, JSON.stringify(made));
  cloudFormation.on(DescribeChangeSetCommand).resolves({
    Status: 'CREATE_COMPLETE',
    ExecutionStatus: 'AVAILABLE',
    Changes: changes.map((ResourceChange) => ({ Type: 'Resource', ResourceChange })),
  });
}
const ofFunction: ResourceChange = {
  Action: 'Modify',
  LogicalResourceId: 'CreateOrder',
  ResourceType: 'AWS::Lambda::Function',
  Replacement: 'False',
  Scope: ['Properties'],
};
const updates = () => cloudFormation.commandCalls(UpdateStackCommand).map(({ args: [{ input }] }) => input);

it('asks what would change first, with the functions and versions of the saved template in the live one', async () => {
  await expect(target.start(plan, context)).resolves.toEqual({
    is: 'moving',
    detail: 'asked CloudFormation what building the code anew changes of stack shop-orders',
  });
  expect(JSON.parse(stored.get(key) ?? '')).toEqual(made);
  expect(cloudFormation.commandCalls(CreateChangeSetCommand)[0]?.args[0].input).toMatchObject({
    StackName: 'shop-orders',
    ChangeSetName: ours,
    // Parameters that the functions refer to have the saved value; the others are not touched.
    Parameters: [
      { ParameterKey: 'Stage', ParameterValue: 'prod' },
      { ParameterKey: 'Size', UsePreviousValue: true },
    ],
  });
  expect(updates()).toEqual([]);
});

it('builds under a policy that denies deletion and replacement, and says why', async () => {
  ready(ofFunction, {
    Action: 'Add',
    LogicalResourceId: 'CreateOrderVersion4',
    ResourceType: 'AWS::Lambda::Version',
  });

  await expect(target.start(plan, context)).resolves.toEqual({
    is: 'moving',
    detail: `stack shop-orders builds the code anew from its saved template, because version 4 of ${FUNCTION} is gone`,
  });
  const [update] = updates();
  expect(update).toMatchObject({
    StackName: 'shop-orders',
    ClientRequestToken: ours,
    RetainExceptOnCreate: true,
  });
  expect(JSON.parse(update?.StackPolicyDuringUpdateBody ?? '').Statement).toContainEqual({
    Effect: 'Deny',
    Action: ['Update:Delete', 'Update:Replace'],
    Principal: '*',
    Resource: '*',
  });
  expect(beforeChange).toHaveBeenCalledWith('update');
});

it('changes nothing that may hold data, and is a failure then', async () => {
  ready(ofFunction, {
    Action: 'Modify',
    LogicalResourceId: 'Baskets',
    ResourceType: 'AWS::DynamoDB::Table',
    Replacement: 'False',
    Scope: ['Properties'],
  });
  const attempt = target.start(plan, context);
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow('Baskets (AWS::DynamoDB::Table) would be changed');
  expect(updates()).toEqual([]);
});

it('is done once the version is there with the code, and not before the stack is at rest', async () => {
  built('6');
  stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }, ours);
  await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'moving' });
  stackIs({ StackStatus: 'UPDATE_COMPLETE' }, ours);
  await expect(target.read(plan, context)).resolves.toEqual({
    is: 'restored',
    detail: `version 6 of ${FUNCTION} has the code of version 4, which is gone`,
  });
});

it('does nothing more where an earlier attempt built it', async () => {
  built('6');
  stackIs({}, stackToken(RELEASE, 1, 'pin'));
  await expect(target.start(plan, { ...context, attempt: 2 })).resolves.toMatchObject({ is: 'restored' });
  expect(beforeChange).not.toHaveBeenCalled();
});

it('moves no user onto other code: the code object was overwritten', async () => {
  built('6', 'sha-of-something-else');
  stackIs({}, ours);
  await expect(target.read(plan, context)).rejects.toThrow(
    /version 6 of .* has other code than version 4 had \(sha-of-something-else instead of sha-of-4\)/,
  );
});

it('is no retry where CloudFormation refused it, and says why', async () => {
  stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }, ours);
  const refused = stackEvent('CREATE_FAILED', {
    LogicalResourceId: 'CreateOrderVersion4',
    PhysicalResourceId: '',
    ResourceStatusReason: 'A version for this Lambda function exists ( 3 ).',
  });
  const { StackEvents = [] } = stackEvents(ours);
  cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: [refused, ...StackEvents] });
  const attempt = target.start(plan, context);
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow(
    'CreateOrderVersion4 (A version for this Lambda function exists ( 3 ).). No alias was moved. Deploy the code of that release anew.',
  );
  expect(updates()).toEqual([]);
});

it('is needed where the stack rolled the undone release back itself and has no version either', async () => {
  stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
});

it('leaves a stack that somebody updated since the plan', async () => {
  stackIs({}, undefined, NOW + 60_000);
  await expect(target.start(plan, context)).rejects.toBeInstanceOf(TargetSuperseded);
});

it.each<[string, () => void, string]>([
  ['has no service role', () => stackIs({ RoleARN: undefined }), 'Stack shop-orders has no service role'],
  [
    'is refused by the rights',
    () => cloudFormation.on(CreateChangeSetCommand).rejects(denied()),
    'Stack shop-orders cannot build the code anew: ',
  ],
  [
    'has lost its saved template',
    () => stored.delete(PROCESSED_KEY),
    'The saved template of stack shop-orders is gone',
  ],
  [
    'has no change set that could be made',
    () =>
      cloudFormation
        .on(DescribeChangeSetCommand)
        .resolves({ Status: 'FAILED', StatusReason: 'no such export' }),
    'Stack shop-orders cannot build the code anew: no such export.',
  ],
  [
    'has nothing to build',
    () =>
      cloudFormation
        .on(DescribeChangeSetCommand)
        .resolves({ Status: 'FAILED', StatusReason: "The submitted information didn't contain changes." }),
    'stack shop-orders has nothing to build, but CreateOrderVersion4 is no version of',
  ],
])('is a failure with what to do where the stack %s', async (_, given, said) => {
  given();
  const attempt = target.start(plan, context);
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow(said);
  await expect(target.start(plan, context)).rejects.toThrow('Deploy the code of that release anew.');
});

describe('a stack that exports a value', () => {
  const exporting = (Value: unknown) => ({ Outputs: { Table: { Value, Export: { Name: 'orders-table' } } } });
  beforeEach(() => {
    cloudFormation.on(ListImportsCommand).resolves({ Imports: ['shop-search'] });
  });
  function exportsNow(Value: string) {
    cloudFormation
      .on(ListExportsCommand)
      .resolves({ Exports: [{ Name: 'orders-table', Value, ExportingStackId: STACK_ID }] });
  }

  it('builds with its exports as they are: parameters that the code does not refer to keep their values', async () => {
    const template = { ...live, ...exporting({ Ref: 'Size' }) };
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(template) });
    exportsNow('large');
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
  });

  it('is a failure where building would change one that another stack imports, which it names', async () => {
    const template = { ...live, ...exporting({ Ref: 'Stage' }) };
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(template) });
    exportsNow('test');
    await expect(target.start(plan, context)).rejects.toThrow(
      'Stack shop-orders cannot build the code anew, because of other stacks: stack shop-search imports orders-table, ' +
        'which would change. Deploy the code of that release anew.',
    );
    expect(cloudFormation.commandCalls(CreateChangeSetCommand)).toEqual([]);
  });
});

it('brings a stack to rest first that was left failed', async () => {
  stackIs({ StackStatus: 'UPDATE_FAILED' });
  await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
  expect(cloudFormation.commandCalls(RollbackStackCommand)).toHaveLength(1);
});
