import type { PropertyReader } from './property-reader.ts';
import type { AsynchronousInvocation, FunctionSpec } from './stack-spec.ts';

/**
 * Environment variables that Lambda sets itself and does not let a function set (Lambda Developer Guide, "Defined runtime
 * environment variables").
 */
const reservedVariables = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/** Total size of keys and values (Lambda quotas). */
const longestEnvironment = 4096;

/** Reads a function of the template. */
export function readFunction(
  properties: PropertyReader,
  identity: {
    readonly logicalId: string;
    readonly name: string;
    readonly arn: string;
    readonly roleArn: string;
  },
  invokeConfig: InvokeConfig = defaultInvokeConfig,
): FunctionSpec {
  const handler = properties.text('Handler');
  if (handler && !/^[\w./-]+\.\w+$/.test(handler))
    properties.refuse('Handler', `is not file.export: ${handler}`);
  const concurrency = properties.has('ReservedConcurrentExecutions')
    ? properties.whole('ReservedConcurrentExecutions', 0, 1000)
    : undefined;
  return {
    ...identity,
    codeUri: properties.map('Code').text('S3Key').replace(/\/+$/, ''),
    timeoutSeconds: properties.whole('Timeout', 1, 900, 3),
    memoryMb: properties.whole('MemorySize', 128, 10_240, 128),
    environment: readEnvironment(properties.map('Environment').only(['Variables']).map('Variables')),
    asynchronous: { ...invokeConfig, ...readDeadLetter(properties) },
    ...(concurrency === undefined ? {} : { reservedConcurrency: concurrency }),
  };
}

function readEnvironment(variables: PropertyReader): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  let size = 0;
  for (const name of variables.keys()) {
    if (reservedVariables.has(name)) variables.refuse(name, 'is set by Lambda and cannot be set');
    if (!/^[A-Za-z]\w+$/.test(name)) variables.refuse(name, 'is not a name Lambda takes');
    const value = variables.text(name);
    environment[name] = value;
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (size > longestEnvironment)
    variables.refuse('', `has ${size} bytes; Lambda takes ${longestEnvironment}`);
  return environment;
}

type InvokeConfig = Omit<AsynchronousInvocation, 'deadLetterArn'>;

/** Lambda Developer Guide, "Asynchronous invocation": two more attempts, events kept for up to six hours. */
const defaultInvokeConfig: InvokeConfig = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 };

/** The name of a function, and its settings for asynchronous invocations. */
export function readInvokeConfig(config: PropertyReader): [string, InvokeConfig] {
  const { maximumRetryAttempts: attempts, maximumEventAgeSeconds: age } = defaultInvokeConfig;
  const onFailure = config
    .map('DestinationConfig')
    .only(['OnFailure'])
    .map('OnFailure')
    .only(['Destination']);
  return [
    config.text('FunctionName'),
    {
      maximumRetryAttempts: config.whole('MaximumRetryAttempts', 0, 2, attempts),
      maximumEventAgeSeconds: config.whole('MaximumEventAgeInSeconds', 60, 21_600, age),
      ...(onFailure.keys().length === 0 ? {} : { onFailureArn: onFailure.text('Destination') }),
    },
  ];
}

function readDeadLetter(properties: PropertyReader): Pick<AsynchronousInvocation, 'deadLetterArn'> {
  const deadLetter = properties.map('DeadLetterConfig').only(['TargetArn']);
  return deadLetter.keys().length === 0 ? {} : { deadLetterArn: deadLetter.text('TargetArn') };
}
