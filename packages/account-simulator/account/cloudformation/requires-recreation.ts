import type { RequiresRecreation } from '@aws-sdk/client-cloudformation';

/** Properties whose change replaces a resource, by type; `*` is every property. */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Deployment': ['RestApiId'],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::CompositeAlarm': ['AlarmName'],
  'AWS::CodeDeploy::Application': ['ApplicationName', 'ComputePlatform'],
  'AWS::CodeDeploy::DeploymentGroup': ['ApplicationName', 'DeploymentGroupName'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Path', 'Description'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::Lambda::Alias': ['FunctionName', 'Name'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceArn', 'StartingPosition'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Lambda::LayerVersion': ['*'],
  'AWS::Lambda::Permission': ['*'],
  'AWS::Lambda::Url': ['TargetFunctionArn', 'Qualifier'],
  'AWS::Lambda::Version': ['*'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SSM::Parameter': ['Name', 'Type'],
};

/** Properties that replace a resource only for some of their values. */
const PERHAPS_REPLACING: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['AttributeDefinitions'],
};

/**
 * Whether a change of a property makes CloudFormation replace the resource (resource reference, "Update
 * requires"). Types that are not listed are changed in place.
 */
export function requiresRecreation(type: string, property: string): RequiresRecreation {
  const replacing = REPLACING[type] ?? [];
  if (replacing.includes(property) || replacing.includes('*')) return 'Always';
  return PERHAPS_REPLACING[type]?.includes(property) ? 'Conditionally' : 'Never';
}
