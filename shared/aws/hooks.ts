import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { failureInAnswer, shown } from './answer-failure.ts';
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

  /**
   * Invokes a hook and waits for it. An answer that speaks of a failure is one. So is an answer of another shape, unless the hook
   * only took the request on: then what it returns is no answer.
   */
  async invoke(name: string, event: object, { onlyTakesOn = false } = {}): Promise<HookAnswer> {
    const { failure, answer, returned } = await invokeFunction(this.#client, name, event);
    const said = failure ?? failureInAnswer(answer) ?? (onlyTakesOn ? undefined : otherShape(returned));
    return { failure: said, message: inShort(answer.message) };
  }
}

/** `{"message": …}`; and what an API's function returns where all went well. */
const known = new Set([
  'message',
  'statusCode',
  'body',
  'headers',
  'isBase64Encoded',
  'success',
  'ok',
  'error',
]);

function otherShape(returned: unknown): string | undefined {
  const isKnown =
    returned === null ||
    (typeof returned === 'object' &&
      !Array.isArray(returned) &&
      Object.keys(returned as object).every((key) => known.has(key)));
  return isKnown
    ? undefined
    : `it returned ${shown(returned)}, and not {"message": "what it did"} or nothing; a hook that fails throws`;
}
