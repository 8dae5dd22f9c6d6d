import type {
  CreateChangeSetInput,
  CreateStackInput,
  DescribeStackResourcesInput,
  DescribeStacksInput,
  ExecuteChangeSetInput,
  UpdateStackInput,
} from '@aws-sdk/client-cloudformation';
import { objectOfUrl } from '../s3/object-url.ts';
import { AwsError } from '../service.ts';
import { SAM_TRANSFORM } from '../template/template.ts';
import {
  on,
  type PermissionScope,
  type RequiredPermission,
  type Requirement,
  type Requirements,
} from './required-permission.ts';
import { type RightsForResource, stackChangePermissions } from './stack-change-permissions.ts';

/**
 * Permissions for calls of CloudFormation.
 *
 * CloudFormation reads a template by its URL as the caller. It changes resources with the service role of the stack's last
 * deployment; without one, it changes them and expands transforms with the caller's permissions.
 *
 * A request with tags changes those of the stack, which is a separate action; a request without tags leaves them. A stack
 * policy for one update alone needs the same permission as a lasting one, which is the stricter reading of the
 * documentation.
 *
 * Sources: Service Authorization Reference, "AWS CloudFormation"; CloudFormation user guide, "Control access with IAM",
 * "CloudFormation service role" and "Prevent updates to stack resources"; API reference, DescribeStacks.
 */
export const cloudFormationPermissions: Requirements = {
  CreateStack: (input: CreateStackInput, scope) => [
    on('cloudformation:CreateStack', stackArn(scope, input.StackName), contextOf(input)),
    ...tagging('CreateStack', input, scope),
    ...policing(input, scope),
    ...byCaller(input, input.RoleARN, scope),
  ],
  UpdateStack: (input: UpdateStackInput, scope) => {
    const stack = scope.stack(input.StackName ?? '');
    return [
      on('cloudformation:UpdateStack', stackArn(scope, input.StackName), contextOf(input)),
      ...tagging('UpdateStack', input, scope),
      ...policing(input, scope),
      // CloudFormation itself refuses a missing stack.
      ...(stack ? byCaller(input, input.RoleARN ?? stack.roleArn, scope) : []),
      ...refusedAtOnce(input, scope),
    ];
  },
  DescribeStacks: ({ StackName }: DescribeStacksInput, scope) =>
    StackName === undefined
      ? [on('cloudformation:DescribeStacks', '*'), on('cloudformation:ListStacks', '*')]
      : [on('cloudformation:DescribeStacks', stackArn(scope, StackName))],
  DescribeStackEvents: onStack('DescribeStackEvents'),
  DescribeStackResource: onStack('DescribeStackResource'),
  DescribeStackResources: ({ StackName, PhysicalResourceId }: DescribeStackResourcesInput, scope) => [
    on(
      'cloudformation:DescribeStackResources',
      StackName === undefined && PhysicalResourceId !== undefined ? '*' : stackArn(scope, StackName),
    ),
  ],
  ListStacks: () => [on('cloudformation:ListStacks', '*')],
  ListStackResources: onStack('ListStackResources'),
  GetTemplate: onStack('GetTemplate'),
  CreateChangeSet: (input: CreateChangeSetInput, scope) => {
    const { ChangeSetName, TemplateBody } = input;
    const expands =
      TemplateBody?.includes(SAM_TRANSFORM) &&
      !(input.RoleARN ?? scope.stack(input.StackName ?? '')?.roleArn);
    return [
      on('cloudformation:CreateChangeSet', stackArn(scope, input.StackName), {
        ...contextOf(input),
        ...(ChangeSetName !== undefined && { [changeSetKey]: ChangeSetName }),
      }),
      ...tagging('CreateChangeSet', input, scope),
      ...reading(input),
      ...(expands ? [on('cloudformation:CreateChangeSet', samTransform(scope))] : []),
    ];
  },
  DescribeChangeSet: onChangeSet('DescribeChangeSet'),
  ExecuteChangeSet: (input: ExecuteChangeSetInput, scope) => [
    ...onChangeSet('ExecuteChangeSet')(input as never, scope),
    ...refusedAtOnce(input, scope),
  ],
  DeleteChangeSet: onChangeSet('DeleteChangeSet'),
  ListChangeSets: onStack('ListChangeSets'),
  GetStackPolicy: onStack('GetStackPolicy'),
  SetStackPolicy: onStack('SetStackPolicy'),
  ListExports: () => [on('cloudformation:ListExports', '*')],
  ListImports: () => [on('cloudformation:ListImports', '*')],
  GetTemplateSummary: ({ StackName }: { StackName?: string }, scope) => [
    on('cloudformation:GetTemplateSummary', StackName === undefined ? '*' : stackArn(scope, StackName)),
  ],
  CancelUpdateStack: onStack('CancelUpdateStack'),
  RollbackStack: givingRole('RollbackStack'),
  ContinueUpdateRollback: givingRole('ContinueUpdateRollback'),
  DeleteStack: onStack('DeleteStack'),
};

/**
 * The caller's rights that CloudFormation needs to change the resources of a stack: none where the stack has a service role.
 */
export function rightsOfCaller(
  input: UpdateStackInput | ExecuteChangeSetInput,
  scope: PermissionScope,
): RightsForResource[] {
  const found =
    'ChangeSetName' in input
      ? scope.changeSet(input.ChangeSetName ?? '', input.StackName)
      : scope.stack(input.StackName ?? '');
  const given = 'RoleARN' in input ? input.RoleARN : undefined;
  return found && !(given ?? found.roleArn) ? stackChangePermissions(scope.stackChanges(input), scope) : [];
}

/** The same rights, where the account plays that CloudFormation checks them before it begins. */
function refusedAtOnce(
  input: UpdateStackInput | ExecuteChangeSetInput,
  scope: PermissionScope,
): RequiredPermission[] {
  return scope.missingRights === 'refused'
    ? rightsOfCaller(input, scope).flatMap(({ required }) => required)
    : [];
}

function onStack(operation: string): Requirement {
  return ({ StackName }: { StackName?: string }, scope) => [
    on(`cloudformation:${operation}`, stackArn(scope, StackName)),
  ];
}

/** An operation on a stack that may pass it a service role. */
function givingRole(operation: string): Requirement {
  return (input: { StackName?: string; RoleARN?: string }, scope) => [
    on(`cloudformation:${operation}`, stackArn(scope, input.StackName), contextOf(input)),
    ...passing(input.RoleARN),
  ];
}

const changeSetKey = 'cloudformation:ChangeSetName';

/**
 * A change set is no resource of its own: the permission is checked on its stack, with a condition on the change set's name.
 * The stack of a missing change set is unknown: that needs the permission on all stacks.
 */
function onChangeSet(operation: string): Requirement {
  return ({ StackName, ChangeSetName = '' }: { StackName?: string; ChangeSetName?: string }, scope) => {
    const found = scope.changeSet(ChangeSetName, StackName);
    return [
      on(`cloudformation:${operation}`, stackArn(scope, StackName ?? found?.stackId ?? '*'), {
        [changeSetKey]: found?.name ?? ChangeSetName,
      }),
    ];
  };
}

/** The ARN for a stack given by name matches any id. */
function stackArn(scope: PermissionScope, nameOrId = ''): string {
  return nameOrId.startsWith('arn:') ? nameOrId : scope.arn('cloudformation', `stack/${nameOrId}/*`);
}

type ChangeInput = Pick<UpdateStackInput, 'TemplateURL' | 'RoleARN' | 'Capabilities'>;

function contextOf({ TemplateURL, RoleARN }: ChangeInput): Readonly<Record<string, string>> {
  return {
    ...(TemplateURL !== undefined && { 'cloudformation:TemplateUrl': TemplateURL }),
    ...(RoleARN !== undefined && { 'cloudformation:RoleArn': RoleARN }),
  };
}

type TaggedInput = Pick<CreateStackInput, 'StackName' | 'Tags'>;

/** An empty list removes the stack's tags. */
function tagging(
  createAction: string,
  { StackName, Tags }: TaggedInput,
  scope: PermissionScope,
): RequiredPermission[] {
  if (Tags === undefined) return [];
  const action = Tags.length > 0 ? 'cloudformation:TagResource' : 'cloudformation:UntagResource';
  return [on(action, stackArn(scope, StackName), { 'cloudformation:CreateAction': createAction })];
}

type PolicyInput = Pick<
  UpdateStackInput,
  | 'StackName'
  | 'StackPolicyBody'
  | 'StackPolicyURL'
  | 'StackPolicyDuringUpdateBody'
  | 'StackPolicyDuringUpdateURL'
>;

function policing(
  { StackName, StackPolicyBody, StackPolicyURL, ...input }: Partial<PolicyInput>,
  scope: PermissionScope,
): RequiredPermission[] {
  const { StackPolicyDuringUpdateBody, StackPolicyDuringUpdateURL } = input;
  return (StackPolicyBody ?? StackPolicyURL ?? StackPolicyDuringUpdateBody ?? StackPolicyDuringUpdateURL)
    ? [on('cloudformation:SetStackPolicy', stackArn(scope, StackName))]
    : [];
}

function byCaller(
  input: ChangeInput,
  roleInForce: string | undefined,
  scope: PermissionScope,
): RequiredPermission[] {
  const { Capabilities } = input;
  const required = reading(input);
  if (roleInForce !== undefined) return required;
  // Without that capability a template with a transform cannot be deployed directly.
  if (Capabilities?.includes('CAPABILITY_AUTO_EXPAND')) {
    required.push(on('cloudformation:CreateChangeSet', samTransform(scope)));
  }
  return required;
}

/** The permissions to read the template and to pass a role. */
function reading({ TemplateURL, RoleARN }: ChangeInput): RequiredPermission[] {
  const template = TemplateURL === undefined ? undefined : objectOfUrl(TemplateURL);
  const required: RequiredPermission[] = [];
  if (template) {
    required.push({
      actions: ['s3:GetObject'],
      resource: `arn:aws:s3:::${template.bucket}/${template.key}`,
      refusal: () => new AwsError('ValidationError', 'S3 error: Access Denied'),
    });
  }
  return [...required, ...passing(RoleARN)];
}

function passing(RoleARN: string | undefined): RequiredPermission[] {
  if (RoleARN === undefined) return [];
  return [on('iam:PassRole', RoleARN, { 'iam:PassedToService': 'cloudformation.amazonaws.com' })];
}

/** The transform belongs to AWS, so its ARN names AWS's account. */
function samTransform(scope: PermissionScope): string {
  return scope.arn('cloudformation', 'transform/Serverless-2016-10-31').replace(/:\d{12}:/, ':aws:');
}
