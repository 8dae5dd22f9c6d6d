import type { Change, ResourceChange } from '@aws-sdk/client-cloudformation';
import { on, type PermissionScope, type RequiredPermission } from './required-permission.ts';

/** Actions to change a resource of a type: one action stands for the rest. */
const ACTIONS: Readonly<Record<string, string>> = {
  'AWS::CodeDeploy::Application': 'codedeploy:UpdateApplication',
  'AWS::CodeDeploy::DeploymentGroup': 'codedeploy:UpdateDeploymentGroup',
  'AWS::CloudWatch::Alarm': 'cloudwatch:PutMetricAlarm',
  'AWS::DynamoDB::Table': 'dynamodb:UpdateTable',
  'AWS::IAM::Role': 'iam:PutRolePolicy',
  'AWS::Lambda::Function': 'lambda:UpdateFunctionCode',
  'AWS::Lambda::Version': 'lambda:PublishVersion',
  'AWS::S3::Bucket': 's3:CreateBucket',
  'AWS::SNS::Topic': 'sns:SetTopicAttributes',
  'AWS::SQS::Queue': 'sqs:SetQueueAttributes',
  'AWS::SSM::Parameter': 'ssm:PutParameter',
};

/** The rights to change one resource of a stack. */
export interface RightsForResource {
  readonly logicalId: string;
  readonly required: readonly RequiredPermission[];
}

/** CloudFormation's handler needs this in addition for an alias; only the team's own role has it. */
const MORE_FOR_ALIASES = 'lambda:PutProvisionedConcurrencyConfig';

/**
 * The caller's rights that CloudFormation needs to change the resources of a stack without a service role.
 *
 * The actions for an alias are not documented: the setting `pinRights` says whether the rights to update it are enough.
 *
 * Source: CloudFormation user guide, "Control CloudFormation access with IAM", "CloudFormation service role".
 */
export function stackChangePermissions(
  changes: readonly Change[],
  scope: Pick<PermissionScope, 'arn' | 'pinRights'>,
): RightsForResource[] {
  return changes.flatMap(({ ResourceChange }) =>
    ResourceChange && !isOnlyPossible(ResourceChange)
      ? [
          {
            logicalId: ResourceChange.LogicalResourceId ?? '',
            required: resourcePermissions(ResourceChange, scope),
          },
        ]
      : [],
  );
}

function resourcePermissions(
  change: ResourceChange,
  scope: Pick<PermissionScope, 'arn' | 'pinRights'>,
): RequiredPermission[] {
  const { ResourceType = '', PhysicalResourceId = '' } = change;
  if (ResourceType === 'AWS::Lambda::Alias') return aliasPermissions(change, scope);
  if (ResourceType === 'AWS::Lambda::Function') {
    const name = PhysicalResourceId || '*';
    return [on('lambda:UpdateFunctionCode', scope.arn('lambda', `function:${name}`))];
  }
  return [on(actionOf(ResourceType), '*')];
}

function aliasPermissions(
  { Action, PhysicalResourceId = '' }: ResourceChange,
  scope: Pick<PermissionScope, 'arn' | 'pinRights'>,
): RequiredPermission[] {
  const functionArn = /^(.*:function:[^:]+):/.exec(PhysicalResourceId)?.[1];
  const resource = functionArn ?? scope.arn('lambda', 'function:*');
  const actions =
    Action === 'Add'
      ? ['lambda:CreateAlias']
      : Action === 'Remove'
        ? ['lambda:DeleteAlias']
        : ['lambda:GetAlias', 'lambda:UpdateAlias'];
  if (scope.pinRights === 'denied') actions.push(MORE_FOR_ALIASES);
  return actions.map((action) => on(action, resource));
}

/** A change that only follows from another may turn out to be none. */
function isOnlyPossible({ Action, Details = [] }: ResourceChange): boolean {
  return Action === 'Modify' && Details.every(({ ChangeSource }) => ChangeSource === 'ResourceAttribute');
}

/** The action of an unlisted type has the name of the type: `sns:UpdateSubscription`. */
function actionOf(type: string): string {
  const [, service = '', name = ''] = type.split('::');
  return ACTIONS[type] ?? `${service.toLowerCase() || 'cloudformation'}:Update${name}`;
}
