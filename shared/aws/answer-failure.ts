import { oneLine } from '../plain-text.ts';

type Answer = Readonly<Record<string, unknown>>;

/**
 * The failure that an object returned by a team's function describes although the function did not throw: the answer of an
 * API, an error as data, or `success: false`. Undefined if it describes none.
 */
export function failureInAnswer(answer: Answer): string | undefined {
  const { statusCode, error, errorMessage, success, ok } = answer;
  if (Number(statusCode) >= 400) return `it returned statusCode ${shown(statusCode)}`;
  for (const [name, value] of Object.entries({ error, errorMessage })) {
    if (value !== undefined && value !== null && value !== false && value !== '') {
      return `it returned ${name} ${shown(value)}`;
    }
  }
  if (success === false) return 'it returned success: false';
  return ok === false ? 'it returned ok: false' : undefined;
}

/** A returned value, as a message repeats it. */
export function shown(value: unknown): string {
  const text = oneLine(JSON.stringify(value) ?? 'nothing');
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
