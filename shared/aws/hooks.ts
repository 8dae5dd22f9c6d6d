import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { failureInAnswer, shown } from './answer-failure.ts';
import { inShort, invokeFunction } from './invoke-function.ts';

/** The result of a hook. */
export interface HookAnswer {
  /** The failure in words; undefined if the hook succeeded. */
  readonly failure: string | undefined;
  /** The hook's message, if it returned `{"message": …}`. */
  readonly message: string | undefined;
}

/** Hooks: the teams' functions that take part in a rollback. */
export class Hooks {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  /** Whether there is a function of this name, or the version or alias in the name. */
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
   * Invokes a hook and waits for it. An answer that describes a failure is a failure. So is an answer of another shape,
   * unless the hook only accepted the request: then its answer is ignored.
   */
  async invoke(name: string, event: object, { onlyTakesOn = false } = {}): Promise<HookAnswer> {
    const { failure, answer, returned } = await invokeFunction(this.#client, name, event);
    const said = failure ?? failureInAnswer(answer) ?? (onlyTakesOn ? undefined : otherShape(returned));
    return { failure: said, message: inShort(answer.message) };
  }
}

/** The members of `{"message": …}` and of an API function's success response. */
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
