/** A value that {@link jsurl} encodes. */
export type JsurlValue =
  | string
  | number
  | boolean
  | null
  | readonly JsurlValue[]
  | { readonly [key: string]: JsurlValue };

/**
 * A value in the form of the CloudWatch console's `graph=`: JSURL, which is JSON with parentheses for brackets, a tilde for
 * all other punctuation, and `'` before a string (https://github.com/Sage/jsurl).
 */
export function jsurl(value: JsurlValue): string {
  if (typeof value === 'string') return `~'${escaped(value)}`;
  if (typeof value !== 'object' || value === null) return `~${value}`;
  if (Array.isArray(value)) return `~(${value.map(jsurl).join('') || '~'})`;
  return `~(${Object.entries(value)
    .map(([key, member]) => `${escaped(key)}${jsurl(member)}`)
    .join('~')})`;
}

function escaped(text: string): string {
  return text.replace(/[^\w.-]/g, (character) => {
    if (character === '$') return '!';
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `**${code.padStart(4, '0')}` : `*${code.padStart(2, '0')}`;
  });
}
