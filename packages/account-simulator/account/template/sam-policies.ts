import type { TemplateMap, TemplateValue } from './template-value.ts';
import { member } from './template-value.ts';

interface PolicyTemplate {
  /** The template's only parameter, if it has one. */
  readonly parameter?: string;
  readonly actions: readonly string[];
  /** ARNs with the parameter's name in braces. */
  readonly resources: readonly string[];
}

/**
 * The statement of a SAM policy template; undefined for a template that is not simulated.
 *
 * Source: AWS SAM developer guide, "AWS SAM policy templates", those that public templates use most.
 */
export function policyStatement(name: string, values: TemplateValue | undefined): TemplateMap | undefined {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined;
  if (!template) return undefined;
  const { parameter, actions, resources } = template;
  const value = parameter === undefined ? undefined : member(values, parameter);
  const arns = resources.map((arn): TemplateValue => {
    const text = arn.replaceAll('{', '${');
    if (arn === '*') return arn;
    if (value === undefined || parameter === undefined) return { 'Fn::Sub': text };
    const variable = parameter.charAt(0).toLowerCase() + parameter.slice(1);
    return { 'Fn::Sub': [text.replace(`{${parameter}}`, `{${variable}}`), { [variable]: value }] };
  });
  const [only, another] = arns;
  return { Effect: 'Allow', Action: [...actions], Resource: another === undefined ? (only ?? '*') : arns };
}

const bucketAndObjects = [
  'arn:{AWS::Partition}:s3:::{BucketName}',
  'arn:{AWS::Partition}:s3:::{BucketName}/*',
];

const TEMPLATES: Readonly<Record<string, PolicyTemplate>> = {
  AWSSecretsManagerGetSecretValuePolicy: {
    parameter: 'SecretArn',
    actions: ['secretsmanager:GetSecretValue'],
    resources: ['{SecretArn}'],
  },
  CloudWatchPutMetricPolicy: { actions: ['cloudwatch:PutMetricData'], resources: ['*'] },
  DynamoDBCrudPolicy: {
    parameter: 'TableName',
    actions: [
      'dynamodb:GetItem',
      'dynamodb:DeleteItem',
      'dynamodb:PutItem',
      'dynamodb:Scan',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:BatchGetItem',
      'dynamodb:DescribeTable',
      'dynamodb:ConditionCheckItem',
    ],
    resources: [
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}',
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}/index/*',
    ],
  },
  DynamoDBReadPolicy: {
    parameter: 'TableName',
    actions: [
      'dynamodb:GetItem',
      'dynamodb:Scan',
      'dynamodb:Query',
      'dynamodb:BatchGetItem',
      'dynamodb:DescribeTable',
    ],
    resources: [
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}',
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}/index/*',
    ],
  },
  DynamoDBWritePolicy: {
    parameter: 'TableName',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'],
    resources: [
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}',
      'arn:{AWS::Partition}:dynamodb:{AWS::Region}:{AWS::AccountId}:table/{TableName}/index/*',
    ],
  },
  EventBridgePutEventsPolicy: {
    parameter: 'EventBusName',
    actions: ['events:PutEvents'],
    resources: ['arn:{AWS::Partition}:events:{AWS::Region}:{AWS::AccountId}:event-bus/{EventBusName}'],
  },
  KMSDecryptPolicy: {
    parameter: 'KeyId',
    actions: ['kms:Decrypt'],
    resources: ['arn:{AWS::Partition}:kms:{AWS::Region}:{AWS::AccountId}:key/{KeyId}'],
  },
  LambdaInvokePolicy: {
    parameter: 'FunctionName',
    actions: ['lambda:InvokeFunction'],
    resources: ['arn:{AWS::Partition}:lambda:{AWS::Region}:{AWS::AccountId}:function:{FunctionName}*'],
  },
  S3CrudPolicy: {
    parameter: 'BucketName',
    actions: [
      's3:GetObject',
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:GetObjectVersion',
      's3:PutObject',
      's3:PutObjectAcl',
      's3:GetLifecycleConfiguration',
      's3:PutLifecycleConfiguration',
      's3:DeleteObject',
    ],
    resources: bucketAndObjects,
  },
  S3ReadPolicy: {
    parameter: 'BucketName',
    actions: [
      's3:GetObject',
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:GetObjectVersion',
      's3:GetLifecycleConfiguration',
    ],
    resources: bucketAndObjects,
  },
  S3WritePolicy: {
    parameter: 'BucketName',
    actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:PutLifecycleConfiguration'],
    resources: bucketAndObjects,
  },
  SNSPublishMessagePolicy: {
    parameter: 'TopicName',
    actions: ['sns:Publish'],
    resources: ['arn:{AWS::Partition}:sns:{AWS::Region}:{AWS::AccountId}:{TopicName}'],
  },
  SQSPollerPolicy: {
    parameter: 'QueueName',
    actions: [
      'sqs:ChangeMessageVisibility',
      'sqs:ChangeMessageVisibilityBatch',
      'sqs:DeleteMessage',
      'sqs:DeleteMessageBatch',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ],
    resources: ['arn:{AWS::Partition}:sqs:{AWS::Region}:{AWS::AccountId}:{QueueName}'],
  },
  SQSSendMessagePolicy: {
    parameter: 'QueueName',
    actions: ['sqs:SendMessage*'],
    resources: ['arn:{AWS::Partition}:sqs:{AWS::Region}:{AWS::AccountId}:{QueueName}'],
  },
  StepFunctionsExecutionPolicy: {
    parameter: 'StateMachineName',
    actions: ['states:StartExecution'],
    resources: ['arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:stateMachine:{StateMachineName}'],
  },
};
