/** The SDK's shapes and dynalite's JSON differ in two places: bytes, and the time stamps of tables. */

/** A copy of an operation's input as DynamoDB's JSON: bytes as base64. */
export function toJsonShape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (Array.isArray(value)) return value.map(toJsonShape);
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    if (member !== undefined) copy[key] = toJsonShape(member);
  return copy;
}

/**
 * An output of dynalite in the SDK's shape, changed in place. `B` and `BS` hold text only as attribute values
 * (an attribute that happens to be named `B` holds an object), and only tables have `…DateTime` numbers.
 */
export function fromJsonShape<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const [key, member] of Object.entries(members)) {
    if (key === 'B' && typeof member === 'string') members[key] = Buffer.from(member, 'base64');
    else if (key === 'BS' && isTexts(member))
      members[key] = member.map((text) => Buffer.from(text, 'base64'));
    else if (key.endsWith('DateTime') && typeof member === 'number') members[key] = new Date(member * 1000);
    else fromJsonShape(member);
  }
  return value;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && typeof value[0] === 'string';
}
