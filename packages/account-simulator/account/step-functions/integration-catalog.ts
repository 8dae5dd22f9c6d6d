import { portOf } from '../wire/service-port.ts';
import { unknownMembers } from './member-case.ts';
import { readSdkOperation } from './sdk-integration.ts';
import { sdkServices } from './sdk-services.ts';

/** The pattern of a Task's integration: `''` for a request, or the suffix of its Resource. */
export type IntegrationPattern = '' | '.sync' | '.sync:2' | '.waitForTaskToken';

/** The facts about an integration that Step Functions checks when a machine is created. */
export interface Integration {
  readonly patterns: readonly IntegrationPattern[];
  /** Paths of members that its arguments may not have: `Payloads`, `Key/id/SS`. Parts in `{% %}` are skipped. */
  unknownMembers(args: object): Iterable<string>;
}

const request: readonly IntegrationPattern[] = [''];
const callback: readonly IntegrationPattern[] = ['', '.waitForTaskToken'];
const job: readonly IntegrationPattern[] = ['', '.sync'];
const jobOrCallback: readonly IntegrationPattern[] = ['', '.sync', '.waitForTaskToken'];
const nested: readonly IntegrationPattern[] = ['', '.sync', '.sync:2', '.waitForTaskToken'];

const conditions =
  'ConditionalOperator ConditionExpression Expected ExpressionAttributeNames ExpressionAttributeValues ' +
  'ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues';

/**
 * The optimised integrations: patterns, and the members of their arguments, where the service's page lists them.
 *
 * Source: Step Functions Developer Guide, "Integrating optimized services with Step Functions" and the page of each service.
 */
const optimised: Readonly<
  Record<string, readonly [patterns: readonly IntegrationPattern[], members?: string]>
> = {
  'apigateway:invoke': [
    callback,
    'ApiEndpoint Method Headers Stage Path QueryParameters RequestBody AllowNullValues AuthType',
  ],
  'athena:getQueryExecution': [request],
  'athena:getQueryResults': [request],
  'athena:startQueryExecution': [job],
  'athena:stopQueryExecution': [request],
  'batch:submitJob': [job],
  'bedrock:createModelCustomizationJob': [jobOrCallback],
  'bedrock:invokeModel': [callback],
  'codebuild:batchDeleteBuilds': [request],
  'codebuild:batchGetReports': [request],
  'codebuild:deleteBuildBatch': [request],
  'codebuild:retryBuildBatch': [job],
  'codebuild:startBuild': [job],
  'codebuild:startBuildBatch': [job],
  'codebuild:stopBuild': [request],
  'codebuild:stopBuildBatch': [request],
  'databrew:startJobRun': [job],
  'dynamodb:deleteItem': [request, `Key TableName ${conditions}`],
  'dynamodb:getItem': [
    request,
    'Key TableName AttributesToGet ConsistentRead ExpressionAttributeNames ProjectionExpression ReturnConsumedCapacity',
  ],
  'dynamodb:putItem': [request, `Item TableName ${conditions}`],
  'dynamodb:updateItem': [request, `Key TableName AttributeUpdates UpdateExpression ${conditions}`],
  'ecs:runTask': [jobOrCallback],
  'eks:call': [request],
  'eks:createCluster': [job],
  'eks:createFargateProfile': [job],
  'eks:createNodegroup': [job],
  'eks:deleteCluster': [job],
  'eks:deleteFargateProfile': [job],
  'eks:deleteNodegroup': [job],
  'eks:runJob': [jobOrCallback],
  'elasticmapreduce:addStep': [job],
  'elasticmapreduce:cancelStep': [request],
  'elasticmapreduce:createCluster': [job],
  'elasticmapreduce:modifyInstanceFleetByName': [request],
  'elasticmapreduce:modifyInstanceGroupByName': [request],
  'elasticmapreduce:setClusterTerminationProtection': [request],
  'elasticmapreduce:terminateCluster': [job],
  'emr-containers:createVirtualCluster': [request],
  'emr-containers:deleteVirtualCluster': [job],
  'emr-containers:startJobRun': [job],
  'emr-serverless:cancelJobRun': [job],
  'emr-serverless:createApplication': [job],
  'emr-serverless:deleteApplication': [job],
  'emr-serverless:startApplication': [job],
  'emr-serverless:startJobRun': [job],
  'emr-serverless:stopApplication': [job],
  'events:putEvents': [callback, 'Entries EndpointId'],
  'glue:startJobRun': [job],
  'http:invoke': [request],
  'lambda:invoke': [callback, 'ClientContext FunctionName InvocationType Payload Qualifier'],
  'mediaconvert:createJob': [job],
  'sagemaker:createEndpoint': [request],
  'sagemaker:createEndpointConfig': [request],
  'sagemaker:createHyperParameterTuningJob': [job],
  'sagemaker:createLabelingJob': [job],
  'sagemaker:createModel': [request],
  'sagemaker:createProcessingJob': [job],
  'sagemaker:createTrainingJob': [job],
  'sagemaker:createTransformJob': [job],
  'sagemaker:updateEndpoint': [request],
  'sns:publish': [
    callback,
    'Message MessageAttributes MessageDeduplicationId MessageGroupId MessageStructure PhoneNumber Subject TargetArn TopicArn',
  ],
  'sqs:sendMessage': [
    callback,
    'DelaySeconds MessageAttributes MessageBody MessageDeduplicationId MessageGroupId QueueUrl',
  ],
  'states:startExecution': [nested, 'Input Name StateMachineArn'],
};

/** Members of the optimised integrations' arguments that take any JSON. */
const anyJson: ReadonlySet<string> = new Set(['Input', 'Message', 'Payload', 'ClientContext']);

/** Services whose models describe the members inside an optimised integration's arguments. */
const models = { dynamodb: 'dynamodb', sns: 'sns' } as const;

/**
 * The integration of a resource (`lambda`, `invoke`; `aws-sdk:ssm`, `getParameter`); undefined where Step Functions has
 * none. An action of a service without a model in the simulated account is accepted unchecked.
 */
export function findIntegration(resourceType: string, action: string): Integration | undefined {
  if (resourceType.startsWith('aws-sdk:')) return sdkIntegration(resourceType.slice(8), action);
  const name = `${resourceType}:${action}`;
  const [patterns, members] = (Object.hasOwn(optimised, name) && optimised[name]) || [];
  if (patterns === undefined) return undefined;
  const allowed = members?.split(' ');
  return {
    patterns,
    *unknownMembers(args) {
      if (allowed === undefined) return;
      for (const [member, value] of Object.entries(args)) {
        if (!allowed.includes(member)) yield member;
        else if (!anyJson.has(member)) yield* insideOf(resourceType, action, member, value);
      }
    },
  };
}

function* insideOf(service: string, action: string, member: string, value: unknown): Iterable<string> {
  if (!Object.hasOwn(models, service)) return;
  const model = portOf(models[service as keyof typeof models]).model;
  const operation = model.operation(action.charAt(0).toUpperCase() + action.slice(1));
  if (operation !== undefined) yield* unknownMembers({ [member]: value }, operation.input);
}

function sdkIntegration(service: string, action: string): Integration | undefined {
  if (!sdkServices.has(service) || !/^[a-z]/.test(action)) return undefined;
  const found = readSdkOperation(service, action);
  if (found === 'no model') return { patterns: callback, unknownMembers: () => [] };
  if (found === undefined) return undefined;
  return { patterns: callback, unknownMembers: (args) => unknownMembers(args, found.input) };
}
