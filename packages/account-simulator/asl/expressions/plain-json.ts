/** A value that JSON cannot represent; `message` names it. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * The plain JSON of a JSONata result.
 *
 * JSONata marks the arrays it builds as sequences by extra properties; those arrays are copied, and every other value is
 * passed on unchanged. Throws {@link NotJson} for functions, and for numbers that JSON has no text for.
 */
export function plainJson(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(`returned the number ${value}, which JSON cannot carry`);
      return value;
    case 'object':
      if (value === null) return value;
      return Array.isArray(value) ? plainArray(value) : plainObject(value as Record<string, unknown>);
    default:
      throw new NotJson('returned an unsupported result type');
  }
}

/** Properties jsonata 2.0.6 puts on arrays it builds or walks through. */
const MARKS = ['sequence', 'keepSingleton', 'cons', 'tupleStream', 'outerWrapper'];

function plainArray(array: unknown[]): unknown[] {
  let copy = MARKS.some((mark) => mark in array) ? new Array<unknown>(array.length) : undefined;
  for (let i = 0; i < array.length; i += 1) {
    const item = plainJson(array[i]);
    if (copy !== undefined) copy[i] = item;
    else if (item !== array[i]) {
      copy = array.slice(0);
      copy[i] = item;
    }
  }
  return copy ?? array;
}

function plainObject(object: Record<string, unknown>): Record<string, unknown> {
  if (object._jsonata_lambda === true || object._jsonata_function === true) {
    throw new NotJson('returned an unsupported result type');
  }
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const member = plainJson(object[key]);
    if (copy === undefined && member !== object[key]) copy = { ...object };
    if (copy !== undefined) copy[key] = member;
  }
  return copy ?? object;
}
