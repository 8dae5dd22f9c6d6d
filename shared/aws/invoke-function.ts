import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** The answer of a team's function. */
export interface FunctionAnswer {
  /** The thrown error in words; undefined if the function returned. */
  readonly failure: string | undefined;
  /** The returned value, if it is an object; empty otherwise. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** The returned value, of any type. */
  readonly returned: unknown;
}

/** A team's text goes into histories and mails, so it is kept short. */
const mostCharacters = 300;

/** Invokes a function of a team and waits for its answer. */
export async function invokeFunction(
  client: LambdaClient,
  name: string,
  event: object,
  abortSignal?: AbortSignal,
): Promise<FunctionAnswer> {
  const { FunctionError, Payload = new Uint8Array() } = await client.send(
    new InvokeCommand({
      FunctionName: name,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
    ...(abortSignal ? [{ abortSignal }] : []),
  );
  const returned = parse(Buffer.from(Payload).toString());
  const answer = isObject(returned) ? returned : {};
  if (!FunctionError) return { failure: undefined, answer, returned };
  const type = inShort(answer.errorType) ?? FunctionError;
  return {
    failure: `${type}: ${inShort(answer.errorMessage) ?? 'it gave no message'}`,
    answer: {},
    returned,
  };
}

function parse(text: string): unknown {
  try {
    // Lambda returns an empty payload if a function returned nothing.
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of a team, cut off if it is long; undefined if it is empty or no text. */
export function inShort(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, mostCharacters) : undefined;
}
