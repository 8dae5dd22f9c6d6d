import type { OperationModel, ServiceName } from '../wire/service-model.ts';
import { portOf } from '../wire/service-port.ts';
import { toApiShape, toIntegrationShape } from './member-case.ts';

/** The API call behind `arn:aws:states:::aws-sdk:<service>:<action>`. */
export interface SdkCall {
  readonly service: ServiceName;
  /** API name of the operation: `GetDeployment`. */
  readonly operation: string;
  /** The prefix of this integration's errors: `CodeDeploy`. */
  readonly prefix: string;
  /** Arguments of the Task as the operation's input. Throws for a member that the operation does not have. */
  input(args: unknown): object;
  /** The operation's output as the Task's result. */
  result(output: object): unknown;
  /** True for an error the service documents. */
  isModelled(errorName: string): boolean;
}

/** Services by their name in Resource, with the prefix of their errors: that name in PascalCase. */
const services: Readonly<Record<string, { readonly name: ServiceName; readonly prefix: string }>> = {
  apigateway: { name: 'api-gateway', prefix: 'ApiGateway' },
  apigatewayv2: { name: 'apigatewayv2', prefix: 'ApiGatewayV2' },
  cloudformation: { name: 'cloudformation', prefix: 'CloudFormation' },
  cloudwatch: { name: 'cloudwatch', prefix: 'CloudWatch' },
  codedeploy: { name: 'codedeploy', prefix: 'CodeDeploy' },
  dynamodb: { name: 'dynamodb', prefix: 'DynamoDb' },
  lambda: { name: 'lambda', prefix: 'Lambda' },
  s3: { name: 's3', prefix: 'S3' },
  sfn: { name: 'sfn', prefix: 'Sfn' },
  sns: { name: 'sns', prefix: 'Sns' },
  ssm: { name: 'ssm', prefix: 'Ssm' },
  vpclattice: { name: 'vpc-lattice', prefix: 'VpcLattice' },
};

/** The model of an action; undefined where the service has no such action. */
export function readSdkOperation(
  serviceName: string,
  action: string,
): OperationModel | undefined | 'no model' {
  const service = Object.hasOwn(services, serviceName) ? services[serviceName] : undefined;
  if (service === undefined) return 'no model';
  return portOf(service.name).model.operation(action.charAt(0).toUpperCase() + action.slice(1));
}

/** The errors of a service's model, and their prefix; undefined for a service without a model. */
export function readSdkErrors(
  serviceName: string,
): { readonly prefix: string; readonly names: readonly string[] } | undefined {
  const service = Object.hasOwn(services, serviceName) ? services[serviceName] : undefined;
  return service && { prefix: service.prefix, names: portOf(service.name).model.errorNames() };
}

/**
 * Reads the resource of an AWS SDK integration; members and errors come from the models of the SDK's clients.
 *
 * Source: Step Functions Developer Guide, "Using AWS SDK service integrations": actions in camelCase, parameters and results
 * in PascalCase, whatever the service itself uses.
 *
 * @throws Error for a service or action that is not simulated
 */
export function readSdkCall(serviceName: string, action: string): SdkCall {
  const service = services[serviceName];
  const operation = readSdkOperation(serviceName, action);
  if (!service || operation === undefined || operation === 'no model') {
    throw new Error(`aws-sdk:${serviceName}:${action} is not simulated`);
  }
  return {
    service: service.name,
    operation: operation.name,
    prefix: service.prefix,
    input: (args) => toApiShape(args ?? {}, operation.input) as object,
    result: (output) => toIntegrationShape(output, operation.output) ?? {},
    isModelled: (name) => portOf(service.name).model.error(name) !== undefined,
  };
}
