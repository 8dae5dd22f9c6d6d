import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { inShort, invokeFunction } from './invoke-function.ts';

/** How a hook ended. */
export interface HookAnswer {
  /** What it failed with, in words; undefined where it did its part. */
  readonly failure: string | undefined;
  /** What it has to say, where it returned `{"message": …}`. */
  readonly message: string | undefined;
}

/** Hooks: the functions of the teams that a rollback asks to do their part. */
export class Hooks {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  /** Whether there is a function of the name, or a version or alias where the name has one. */
  async exists(name: string): Promise<boolean> {
    try {
      await this.#client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  }

  /** Invokes a hook and waits for it. */
  async invoke(name: string, event: object): Promise<HookAnswer> {
    const { failure, answer } = await invokeFunction(this.#client, name, event);
    return { failure, message: inShort(answer.message) };
  }
}
