import type { SeededRandom } from '../../random/seeded-random.ts';

/** Longest name of a type, where it is shorter than the usual 255 characters. */
const LONGEST: Readonly<Record<string, number>> = {
  'AWS::Lambda::Function': 64,
  'AWS::IAM::Role': 64,
  'AWS::CodeDeploy::Application': 100,
  'AWS::CodeDeploy::DeploymentGroup': 100,
  'AWS::SQS::Queue': 80,
  'AWS::S3::Bucket': 63,
};

/** The property in which a template sets a resource's name. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::CodeDeploy::Application': 'ApplicationName',
  'AWS::CodeDeploy::DeploymentGroup': 'DeploymentGroupName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/** The name that a template sets for a resource. */
export function ownName(type: string, properties: Readonly<Record<string, unknown>>): string | undefined {
  const own = properties[NAME_PROPERTY[type] ?? ''];
  return typeof own === 'string' ? own : undefined;
}

/**
 * The name of a new resource: its own from the template, else `<stack>-<logical id>-<12 random characters>`, the first part
 * cut to the type's longest name.
 */
export function newPhysicalName(
  stackName: string,
  logicalId: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  random: SeededRandom,
): string {
  const own = ownName(type, properties);
  if (own !== undefined) return own;
  const suffix = random.alphanumeric(12);
  const room = (LONGEST[type] ?? 255) - suffix.length - 1;
  return `${`${stackName}-${logicalId}`.slice(0, room)}-${suffix}`;
}
