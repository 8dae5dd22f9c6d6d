import type { TemplateResource } from './stack-template.ts';

/**
 * The property with which a template names a resource itself. Changing it replaces the resource; without it CloudFormation
 * generates a new name for each resource.
 *
 * Source: CloudFormation user guide, "Name type".
 */
const nameProperty: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::KinesisFirehose::DeliveryStream': 'DeliveryStreamName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** The name that a template gives a resource itself; undefined if it gives none, or the type has none. */
export function identityOf({ Type, Properties }: TemplateResource): unknown {
  return Properties?.[nameProperty[Type] ?? ''];
}
