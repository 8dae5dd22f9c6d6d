import type { LambdaClient } from '@aws-sdk/client-lambda';
import { TransientFailure } from '../errors.ts';
import { invokeFunction } from './invoke-function.ts';

/** The coordinator's own function that compiles the catalog, for callers that find none. */
export class CatalogCompiler {
  readonly #client: LambdaClient;
  readonly #functionName: string;

  constructor(client: LambdaClient, functionName: string) {
    this.#client = client;
    this.#functionName = functionName;
  }

  /**
   * Compiles a missing catalog, and waits for it.
   *
   * @throws TransientFailure when it could not be compiled, or is being compiled by another caller
   */
  async compileMissing(): Promise<void> {
    const { failure } = await invokeFunction(this.#client, this.#functionName, { onlyIfMissing: true });
    if (failure) throw new TransientFailure(`There is no compiled catalog yet: ${failure}`);
  }
}
