import * as z from 'zod';

/**
 * `$states.errorOutput` as a catcher passes it on: null where a task token was failed without an error or a cause, an empty
 * cause after a time-out.
 */
export const taskFailure = z.object({ Error: z.string().nullish(), Cause: z.string().nullish() });
export type TaskFailure = z.infer<typeof taskFailure>;

/** A failure in one sentence: its message followed by the error's name, or the name followed by the cause. */
export function describeFailure({ Error: error, Cause: cause }: TaskFailure): string {
  const message = messageIn(cause);
  if (message !== undefined) return error ? `${message} (${error})` : message;
  return [error, causeInWords(cause)].filter(Boolean).join(': ') || 'it gave neither an error nor a cause';
}

/**
 * The cause of a failure in words. Lambda writes JSON with a message, Step Functions the JSON of a child execution, and
 * everything else plain text with any words in it.
 */
export function causeInWords(cause: string | null | undefined): string {
  if (!cause) return '';
  const { before, value } = jsonIn(cause);
  const words = messageOf(value) ?? ofChild(value);
  return words === undefined ? cause : `${before}${words}`;
}

/** The message in a cause that Lambda wrote; undefined for any other cause. */
export function messageIn(cause: string | null | undefined): string | undefined {
  if (!cause?.startsWith('{')) return undefined;
  return messageOf(jsonIn(cause).value) ?? messageInPart(cause);
}

/** The JSON object at the end of a text, and the sentence before it that a machine of ours wrote. */
function jsonIn(text: string): { before: string; value: Readonly<Record<string, unknown>> } {
  const start = text.indexOf('{');
  if (start >= 0) {
    try {
      const value: unknown = JSON.parse(text.slice(start));
      return { before: text.slice(0, start), value: value as Record<string, unknown> };
    } catch {
      // The text only looks like JSON, or the JSON was cut off.
    }
  }
  return { before: '', value: {} };
}

function messageOf({ errorMessage }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : undefined;
}

/** The message in JSON of Lambda that was cut off after it. */
function messageInPart(cause: string): string | undefined {
  const [, literal] = /^\{"error[^{]*?"errorMessage":("(?:[^"\\]|\\.)+")/.exec(cause) ?? [];
  try {
    return literal === undefined ? undefined : (JSON.parse(literal) as string);
  } catch {
    return undefined;
  }
}

/** The end of a child execution, in words. */
function ofChild(value: Readonly<Record<string, unknown>>): string | undefined {
  const { ExecutionArn: arn, Status: status, Error: error, Cause: cause } = value;
  if (typeof arn !== 'string' || typeof status !== 'string') return undefined;
  const why = taskFailure.safeParse({ Error: error, Cause: cause });
  const words = why.success && (error || cause) ? `: ${describeFailure(why.data)}` : '';
  return `execution ${arn.slice(arn.lastIndexOf(':') + 1)} ended ${status}${words}`;
}
