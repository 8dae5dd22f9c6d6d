import { readSdkErrors } from '../account/step-functions/sdk-integration.ts';
import { exceptionName } from '../account/step-functions/task-error.ts';
import { isList, isMap, type TemplateMap, type TemplateValue } from '../account/template/template-value.ts';

/** Names that Step Functions raises for every state with Retry and Catch in a JSONata machine. */
const everywhere = [
  'States.ALL',
  'States.DataLimitExceeded',
  'States.QueryEvaluationError',
  'States.TaskFailed',
  'States.Timeout',
];

/** Errors that the SDK and every service add to the errors in the service's model. */
const common = [
  'AccessDeniedException',
  'InternalFailureException',
  'RequestTimeoutException',
  'SdkClientException',
  'ServiceUnavailableException',
  'ThrottlingException',
];

/**
 * Errors of Lambda's runtimes and of the sandbox they run in (Lambda Developer Guide, "Troubleshooting invocation
 * issues"; Step Functions Developer Guide, "Handle error conditions").
 */
const lambdaRuntime = [
  'Extension.Crash',
  'Extension.ExitError',
  'Extension.InitError',
  'Extension.LaunchError',
  'Function.ResponseSizeTooLarge',
  'Lambda.AWSLambdaException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.SdkClientException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Runtime.HandlerNotFound',
  'Runtime.ImportModuleError',
  'Runtime.InvalidEntrypoint',
  'Runtime.MalformedHandlerName',
  'Runtime.NodeJsExit',
  'Runtime.OutOfMemory',
  'Runtime.Unknown',
  'Runtime.UnhandledPromiseRejection',
  'Runtime.UserCodeSyntaxError',
  'Sandbox.Timedout',
];

/** Optimised integrations that use other prefixes for the errors of a service's model. */
const optimisedPrefixes: Readonly<Record<string, readonly [service: string, prefixes: readonly string[]]>> = {
  dynamodb: ['dynamodb', ['DynamoDB', 'DynamoDb']],
  lambda: ['lambda', ['Lambda']],
  sns: ['sns', ['SNS', 'Sns']],
  // AWS does not document which of the two it uses
  states: ['sfn', ['StepFunctions', 'Sfn']],
};

/** Error names in the Retry and Catch of a state that nothing in it can raise. */
export function impossibleErrors(state: TemplateMap, ownErrors: readonly string[]): readonly string[] {
  const possible = new PossibleErrors(ownErrors).of(state);
  const named = [state.Retry, state.Catch].flatMap((field) =>
    maps(field).flatMap(({ ErrorEquals }) => (isList(ErrorEquals) ? ErrorEquals : [])),
  );
  return [...new Set(named)].filter(
    (name): name is string => typeof name === 'string' && possible !== 'any' && !possible.has(name),
  );
}

type Errors = ReadonlySet<string> | 'any';

class PossibleErrors {
  readonly #own: readonly string[];

  constructor(own: readonly string[]) {
    this.#own = own;
  }

  of(state: TemplateMap): Errors {
    if (state.Type === 'Task') return union([new Set(everywhere), this.#task(state)]);
    if (state.Type === 'Parallel') {
      return union([
        new Set([...everywhere, 'States.BranchFailed']),
        ...maps(state.Branches).map((b) => this.#inside(b)),
      ]);
    }
    if (state.Type !== 'Map') return new Set();
    const processor = isMap(state.ItemProcessor) ? state.ItemProcessor : {};
    const { ProcessorConfig: config } = processor;
    if (!isMap(config) || config.Mode !== 'DISTRIBUTED') {
      return union([new Set(everywhere), this.#inside(processor)]);
    }
    // the parent sees no child's error: only that too many failed
    return new Set([
      ...everywhere,
      'States.ExceedToleratedFailureThreshold',
      'States.Permissions',
      ...(state.ItemReader === undefined ? [] : ['States.ItemReaderFailed']),
      ...(state.ResultWriter === undefined ? [] : ['States.ResultWriterFailed']),
    ]);
  }

  /** The errors with which the states of a branch or an iteration may end it. */
  #inside({ States: states }: TemplateMap): Errors {
    if (!isMap(states)) return new Set();
    return union(
      Object.values(states)
        .filter(isMap)
        .map((state): Errors => {
          if (state.Type === 'Fail') return this.#failure(state.Error);
          if (state.Type === 'Choice') return new Set(['States.NoChoiceMatched']);
          return this.of(state);
        }),
    );
  }

  #failure(error: TemplateValue | undefined): Errors {
    if (typeof error !== 'string') return new Set();
    // an expression passes on an error that was caught before
    return error.startsWith('{%') ? 'any' : new Set([error]);
  }

  #task(state: TemplateMap): Errors {
    const beat = state.HeartbeatSeconds === undefined ? [] : ['States.HeartbeatTimeout'];
    const [service = '', action = '', third = ''] = String(state.Resource).split(':').slice(5);
    const [name = service, prefixes] =
      service === 'aws-sdk' ? [action, undefined] : (optimisedPrefixes[service] ?? []);
    const errors = readSdkErrors(name);
    if (errors === undefined) return 'any';
    const names = (prefixes ?? [errors.prefix]).flatMap((prefix) =>
      [...errors.names.map(exceptionName), ...common, `${prefix}Exception`].map(
        (error) => `${prefix}.${error}`,
      ),
    );
    // the holder of the token fails a callback
    const ours = service === 'lambda' || /\.waitForTaskToken$/.test(`${action}:${third}`) ? this.#own : [];
    const runtime = service === 'lambda' ? lambdaRuntime : [];
    return new Set(['States.Permissions', ...beat, ...names, ...runtime, ...ours]);
  }
}

function union(all: readonly Errors[]): Errors {
  return all.includes('any')
    ? 'any'
    : new Set((all as readonly ReadonlySet<string>[]).flatMap((each) => [...each]));
}

function maps(value: TemplateValue | undefined): readonly TemplateMap[] {
  return isList(value) ? value.filter(isMap) : [];
}
