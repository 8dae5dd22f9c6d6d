import type {
  AliasConfiguration,
  CreateAliasCommandInput,
  DeleteFunctionCommandInput,
  DeleteProvisionedConcurrencyConfigCommandInput,
  FunctionConfiguration,
  GetAliasCommandInput,
  GetFunctionCommandInput,
  GetFunctionCommandOutput,
  GetFunctionConfigurationCommandInput,
  GetProvisionedConcurrencyConfigCommandInput,
  InvokeCommandInput,
  ListAliasesCommandInput,
  ListTagsCommandInput,
  ListVersionsByFunctionCommandInput,
  PublishVersionCommandInput,
  PutProvisionedConcurrencyConfigCommandInput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError, type CallContext, type Operations, type SimulatedService } from '../service.ts';
import { parseFunctionName } from './function-name.ts';
import { codeSha256 } from './function-settings.ts';
import { functionNotFound, revisionMismatch, updateInProgress } from './lambda-errors.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { LambdaFunctions, type LambdaFunctionsOptions } from './lambda-functions.ts';
import { aliasShape, configurationShape, provisionedShape, tagsShape } from './lambda-shapes.ts';

/** The part of the `Invoke` answer that the `onInvoke` hook decides. */
export interface InvokeAnswer {
  readonly payload: Uint8Array;
  /** `Unhandled` when the function threw. */
  readonly functionError?: string;
}

/** The parts of {@link SimulatedLambda}. */
export interface SimulatedLambdaOptions extends LambdaFunctionsOptions {
  /** Runs a function when a client calls `Invoke`; without it `Invoke` is refused. */
  readonly onInvoke?: (
    functionName: string,
    qualifier: string | undefined,
    payload: Uint8Array | undefined,
    call: CallContext,
  ) => InvokeAnswer | Promise<InvokeAnswer>;
}

/**
 * Lambda's control plane for versions and aliases: functions, numbered versions, weighted aliases, provisioned concurrency.
 * Functions are created and changed from within the simulation (a stack, a scenario); clients publish, list, route and
 * delete versions.
 *
 * Sources: Lambda API reference; developer guide "Manage Lambda function versions", "Create an alias for a Lambda function",
 * "Implement Lambda canary deployments using a weighted alias".
 *
 * Unverified on AWS, and chosen here: a change of an alias takes effect at once (the propagation delay is not documented);
 * `PublishVersion` compares with the version published last, not with every earlier one (the API reference and the guide
 * differ); moving an alias with provisioned concurrency allocates all of it again, and until it is allocated `UpdateAlias`
 * is refused as conflicting with the change in progress.
 */
export class SimulatedLambda extends LambdaFunctions implements SimulatedService {
  readonly #onInvoke: SimulatedLambdaOptions['onInvoke'];

  constructor(options: SimulatedLambdaOptions) {
    super(options);
    this.#onInvoke = options.onInvoke;
  }

  readonly operations = {
    GetFunction: (input: GetFunctionCommandInput): Omit<GetFunctionCommandOutput, '$metadata'> => {
      const configuration = this.#configuration(input.FunctionName, input.Qualifier);
      return {
        Configuration: configuration,
        Code: { RepositoryType: 'S3', Location: `https://lambda.invalid/${configuration.CodeSha256}` },
        Tags: tagsShape(this.find(parseFunctionName(input.FunctionName).name)),
      };
    },
    ListTags: ({ Resource }: ListTagsCommandInput) => {
      const { name, qualifier } = parseFunctionName(Resource);
      if (!Resource?.startsWith('arn:') || qualifier !== undefined) {
        throw new AwsError('InvalidParameterValueException', `${Resource} is not the ARN of a function.`);
      }
      return { Tags: tagsShape(this.find(name)) };
    },
    GetFunctionConfiguration: (input: GetFunctionConfigurationCommandInput) =>
      this.#configuration(input.FunctionName, input.Qualifier),
    ListVersionsByFunction: (input: ListVersionsByFunctionCommandInput) => this.#listVersions(input),
    PublishVersion: (input: PublishVersionCommandInput) => this.#publish(input),
    GetAlias: (input: GetAliasCommandInput) => {
      const fn = this.find(parseFunctionName(input.FunctionName).name);
      return aliasShape(this.arn(fn.name), this.findAlias(fn, input.Name));
    },
    ListAliases: (input: ListAliasesCommandInput) => this.#listAliases(input),
    CreateAlias: (input: CreateAliasCommandInput) => {
      const { name } = parseFunctionName(input.FunctionName);
      const weights = input.RoutingConfig?.AdditionalVersionWeights ?? {};
      this.createAlias(name, required(input.Name, 'name'), {
        version: required(input.FunctionVersion, 'functionVersion'),
        weights,
        description: input.Description ?? '',
      });
      return aliasShape(this.arn(name), this.findAlias(this.find(name), input.Name));
    },
    UpdateAlias: (input: UpdateAliasCommandInput) => this.#updateAlias(input),
    DeleteFunction: (input: DeleteFunctionCommandInput) => {
      const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
      if (qualifier === undefined) throw unsupported('DeleteFunction without Qualifier (a whole function)');
      this.deleteVersion(name, qualifier);
      return {};
    },
    GetProvisionedConcurrencyConfig: (input: GetProvisionedConcurrencyConfigCommandInput) => {
      const { fn, qualifier } = this.#provisionable(input.FunctionName, input.Qualifier);
      return this.#provisioned(fn, qualifier);
    },
    PutProvisionedConcurrencyConfig: (input: PutProvisionedConcurrencyConfigCommandInput) => {
      const { fn, qualifier } = this.#provisionable(input.FunctionName, input.Qualifier);
      this.provision(fn.name, qualifier, required(input.ProvisionedConcurrentExecutions, 'executions'));
      return this.#provisioned(fn, qualifier);
    },
    DeleteProvisionedConcurrencyConfig: (input: DeleteProvisionedConcurrencyConfigCommandInput) => {
      const { fn, qualifier } = this.#provisionable(input.FunctionName, input.Qualifier);
      fn.provisioned.delete(qualifier);
      return {};
    },
    Invoke: async (input: InvokeCommandInput, call: CallContext) => {
      if (!this.#onInvoke) throw unsupported('Invoke (no onInvoke was given)');
      const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
      const { Version } = this.#configuration(name, qualifier);
      const answer = await this.#onInvoke(name, qualifier, input.Payload as Uint8Array | undefined, call);
      return {
        StatusCode: 200,
        Payload: answer.payload,
        ...(Version !== undefined && { ExecutedVersion: Version }),
        ...(answer.functionError !== undefined && { FunctionError: answer.functionError }),
      };
    },
  } satisfies Operations;

  #configuration(
    functionName: string | undefined,
    qualifierGiven: string | undefined,
  ): FunctionConfiguration {
    const { name, qualifier } = parseFunctionName(functionName, qualifierGiven);
    const fn = this.find(name);
    if (qualifier === undefined || qualifier === '$LATEST') {
      return configurationShape(this.arn(name), fn, undefined, qualifier);
    }
    const version = fn.versions.get(fn.aliases.get(qualifier)?.target.version ?? qualifier);
    // An alias may point at $LATEST, which is no published version.
    if (!version && !fn.aliases.has(qualifier)) throw functionNotFound(this.arn(name, qualifier));
    return configurationShape(this.arn(name), fn, version, qualifier);
  }

  #publish(input: PublishVersionCommandInput): FunctionConfiguration {
    const { name } = parseFunctionName(input.FunctionName);
    const fn = this.find(name);
    if (input.RevisionId !== undefined && input.RevisionId !== fn.latestRevisionId) throw revisionMismatch();
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== codeSha256(fn.latest.code)) {
      throw new AwsError(
        'InvalidParameterValueException',
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${codeSha256(fn.latest.code)}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    }
    const { version } = this.publishVersion(name, input.Description ?? '');
    return this.#configuration(name, version);
  }

  #listVersions(input: ListVersionsByFunctionCommandInput) {
    const fn = this.find(parseFunctionName(input.FunctionName).name);
    const arn = this.arn(fn.name);
    const all = [undefined, ...fn.versions.values()];
    const { page, next } = paginate(all, input.Marker, input.MaxItems);
    return {
      Versions: page.map((version) =>
        configurationShape(arn, fn, version, version?.version ?? '$LATEST'),
      ) as FunctionConfiguration[],
      ...(next !== undefined && { NextMarker: next }),
    };
  }

  #listAliases(input: ListAliasesCommandInput) {
    const fn = this.find(parseFunctionName(input.FunctionName).name);
    const all = [...fn.aliases.values()]
      .filter(({ target }) => input.FunctionVersion === undefined || target.version === input.FunctionVersion)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { page, next } = paginate(all, input.Marker, input.MaxItems);
    return {
      Aliases: page.map((alias) => aliasShape(this.arn(fn.name), alias)),
      ...(next !== undefined && { NextMarker: next }),
    };
  }

  #updateAlias(input: UpdateAliasCommandInput): AliasConfiguration {
    const fn = this.find(parseFunctionName(input.FunctionName).name);
    const alias = this.findAlias(fn, input.Name);
    const provisioned = fn.provisioned.get(alias.name);
    if (provisioned && provisioned.readyAt > this.now) throw updateInProgress(this.arn(fn.name, alias.name));
    if (input.RevisionId !== undefined && input.RevisionId !== alias.revisionId) throw revisionMismatch();
    // Without RoutingConfig the weights stay; an empty one removes them.
    const weights =
      input.RoutingConfig === undefined
        ? alias.target.weights
        : (input.RoutingConfig.AdditionalVersionWeights ?? {});
    const version = input.FunctionVersion ?? alias.target.version;
    this.pointAlias(fn.name, alias.name, { version, weights: { ...weights } });
    if (input.Description !== undefined) alias.description = input.Description;
    return aliasShape(this.arn(fn.name), alias);
  }

  #provisioned(fn: LambdaFunction, qualifier: string) {
    const provisioned = fn.provisioned.get(qualifier);
    if (provisioned) return provisionedShape(provisioned, this.now);
    throw new AwsError(
      'ProvisionedConcurrencyConfigNotFoundException',
      'No Provisioned Concurrency Config found for this function',
      404,
      { Type: 'User' },
    );
  }

  #provisionable(functionName: string | undefined, qualifierGiven: string | undefined) {
    const { name, qualifier } = parseFunctionName(functionName, qualifierGiven);
    const fn = this.find(name);
    const chosen = required(qualifier, 'qualifier');
    if (chosen === '$LATEST') {
      throw new AwsError(
        'InvalidParameterValueException',
        'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
      );
    }
    if (!fn.aliases.has(chosen) && !fn.versions.has(chosen)) throw functionNotFound(this.arn(name, chosen));
    return { fn, qualifier: chosen };
  }
}

/** Lambda lists at most 50 per page, whatever the request says (API reference, ListVersionsByFunction). */
const PAGE = 50;

function paginate<T>(all: readonly T[], marker: string | undefined, maxItems: number | undefined) {
  const start = marker === undefined ? 0 : Number(marker);
  if (!Number.isInteger(start) || start < 0) {
    throw new AwsError('InvalidParameterValueException', 'Invalid pagination token.');
  }
  const end = start + Math.min(maxItems ?? PAGE, PAGE);
  return { page: all.slice(start, end), next: end < all.length ? String(end) : undefined };
}

function required<T>(value: T | undefined, member: string): T {
  if (value === undefined) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

function unsupported(what: string): AwsError {
  return new AwsError('UnsupportedInRehearsal', `The simulated Lambda does not support ${what}.`);
}
