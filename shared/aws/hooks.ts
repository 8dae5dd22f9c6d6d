import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';

/** How a hook ended. */
export interface HookAnswer {
  /** What it failed with, in words; undefined where it did its part. */
  readonly failure: string | undefined;
  /** What it has to say, where it returned `{"message": …}`. */
  readonly message: string | undefined;
}

/** What a hook says goes into histories and mails, so that it is kept short. */
const mostCharacters = 300;

/** Hooks: the functions of the teams that a rollback asks to do their part. */
export class Hooks {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

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
    const { FunctionError, Payload = new Uint8Array() } = await this.#client.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
    const answer = parse(Buffer.from(Payload).toString());
    if (!FunctionError) return { failure: undefined, message: shorten(answer.message) };
    const type = shorten(answer.errorType) ?? FunctionError;
    return {
      failure: `${type}: ${shorten(answer.errorMessage) ?? 'it gave no message'}`,
      message: undefined,
    };
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function shorten(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, mostCharacters) : undefined;
}
