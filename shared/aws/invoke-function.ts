import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** What a team's function answered. */
export interface FunctionAnswer {
  /** What it threw, in words; undefined where it returned. */
  readonly failure: string | undefined;
  /** What it returned, if that is an object; empty otherwise. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** What it returned, whatever it is. */
  readonly returned: unknown;
}

/** What a team's function says goes into histories and mails, so that it is kept short. */
const mostCharacters = 300;

/** Invokes a function of a team and waits for what it returns. */
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
    // Lambda answers nothing at all where a function returned nothing.
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of a team, cut off where it is long; undefined where it is none. */
export function inShort(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, mostCharacters) : undefined;
}
