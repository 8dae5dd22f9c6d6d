import type { LambdaClient } from '@aws-sdk/client-lambda';
import { TransientFailure } from '../errors.ts';
import { invokeFunction } from './invoke-function.ts';

/** The coordinator's own function that compiles the catalog, as whoever finds none asks for it. */
export class CatalogCompiler {
  readonly #client: LambdaClient;
  readonly #functionName: string;

  constructor(client: LambdaClient, functionName: string) {
    this.#client = client;
    this.#functionName = functionName;
  }

  /**
   * Has the catalog compiled where there is none, and waits for it.
   *
   * @throws TransientFailure when it could not be compiled, or somebody else has it compiled just now
   */
  async compileMissing(): Promise<void> {
    const { failure } = await invokeFunction(this.#client, this.#functionName, { onlyIfMissing: true });
    if (failure) throw new TransientFailure(`There is no compiled catalog yet: ${failure}`);
  }
}
