import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  PreconditionFailedException,
  ProvisionedConcurrencyConfigNotFoundException,
  ResourceNotFoundException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { configurationDigest } from './configuration-digest.ts';

/** The versions that an alias routes to. */
export interface AliasState {
  readonly version: string;
  /** Share of each further version, 0 to 1; empty when all traffic goes to `version`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/** Whether an alias sends all its traffic to one version. */
export function isAlone({ weights }: Pick<AliasState, 'weights'>): boolean {
  return Object.keys(weights).length === 0;
}

/** Lambda aliases and versions, as the coordinator uses them. */
export class Aliases {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async get(functionName: string, alias: string): Promise<AliasState> {
    const found = await this.#client.send(new GetAliasCommand({ FunctionName: functionName, Name: alias }));
    return {
      version: found.FunctionVersion ?? '',
      weights: found.RoutingConfig?.AdditionalVersionWeights ?? {},
      revisionId: found.RevisionId ?? '',
    };
  }

  /** Like {@link get}; undefined if the alias or the function does not exist. */
  async find(functionName: string, alias: string): Promise<AliasState | undefined> {
    try {
      return await this.get(functionName, alias);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Digest of a published version's code; undefined if the version does not exist or cannot serve. */
  async codeOf(functionName: string, version: string): Promise<string | undefined> {
    return (await this.digestsOf(functionName, version))?.code;
  }

  /**
   * Digests of a published version's code and of its configuration, the latter undefined if Lambda does not show all of it;
   * undefined if the version does not exist or cannot serve.
   */
  async digestsOf(
    functionName: string,
    version: string,
  ): Promise<{ readonly code: string; readonly configuration: string | undefined } | undefined> {
    try {
      const found = await this.#client.send(
        new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: version }),
      );
      if (found.State === 'Failed' || found.State === 'Inactive' || found.CodeSha256 === undefined) {
        return undefined;
      }
      return { code: found.CodeSha256, configuration: configurationDigest(found) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Provisioned concurrency of an alias, in executions; 0 if it has none or is gone. */
  async provisioned(functionName: string, alias: string): Promise<number> {
    try {
      const found = await this.#client.send(
        new GetProvisionedConcurrencyConfigCommand({ FunctionName: functionName, Qualifier: alias }),
      );
      return found.RequestedProvisionedConcurrentExecutions ?? 0;
    } catch (error) {
      if (error instanceof ProvisionedConcurrencyConfigNotFoundException) return 0;
      if (error instanceof ResourceNotFoundException) return 0;
      throw error;
    }
  }

  /**
   * Points an alias at one version alone. The weights are always sent, empty: left out, those of a canary would stay (Lambda
   * API reference, UpdateAlias).
   *
   * @returns false, with nothing changed, if the alias was changed since `revisionId` was read
   */
  async point(functionName: string, alias: string, version: string, revisionId: string): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateAliasCommand({
          FunctionName: functionName,
          Name: alias,
          FunctionVersion: version,
          RoutingConfig: { AdditionalVersionWeights: {} },
          RevisionId: revisionId,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof PreconditionFailedException) return false;
      throw error;
    }
  }
}
