import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** What a team's function answered. */
export interface FunctionAnswer {
  /** What it threw, in words; undefined where it returned. */
  readonly failure: string | undefined;
  /** What it returned, if that is an object; empty otherwise. */
  readonly answer: Readonly<Record<string, unknown>>;
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
  const answer = parse(Buffer.from(Payload).toString());
  if (!FunctionError) return { failure: undefined, answer };
  const type = inShort(answer.errorType) ?? FunctionError;
  return { failure: `${type}: ${inShort(answer.errorMessage) ?? 'it gave no message'}`, answer: {} };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A text of a team, cut off where it is long; undefined where it is none. */
export function inShort(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, mostCharacters) : undefined;
}
