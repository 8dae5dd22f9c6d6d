/**
 * A time (ms since the epoch) as the context object writes it: ISO 8601, without fractional seconds where they
 * are zero (AWS: step-functions/latest/dg/input-output-contextobject, "Timestamp format").
 */
export function formatTimestamp(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a Wait state's Timestamp: RFC 3339 with upper-case `T` and `Z`. Fractions of a second are cut off, as
 * AWS does (step-functions/latest/dg/state-wait).
 *
 * @returns ms since the epoch, or undefined where the text is no such timestamp
 */
export function parseTimestamp(text: string): number | undefined {
  const time = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000) * 1000;
}
