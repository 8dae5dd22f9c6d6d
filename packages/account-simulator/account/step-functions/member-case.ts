import type { NormalizedSchema } from '@smithy/core/schema';

/**
 * Arguments of an AWS SDK integration, with members in PascalCase and timestamps as text, in the shape of the service's own
 * API.
 *
 * @throws Error for a member that the operation does not have
 */
export function toApiShape(value: unknown, schema: NormalizedSchema): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isTimestampSchema()) return new Date(value as string | number);
  if (schema.isBlobSchema()) return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item) => toApiShape(item, schema.getValueSchema()));
  }
  if (schema.isMapSchema()) return mapValues(value, (item) => toApiShape(item, schema.getValueSchema()));
  if (!schema.isStructSchema()) return value;
  const members = pascalMembers(schema);
  const shape: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const member = members.get(name);
    if (!member) {
      throw new Error(
        `The field "${name}" is not supported by Step Functions: the operation has no such parameter.`,
      );
    }
    shape[member.name] = toApiShape(item, member.schema);
  }
  return shape;
}

/**
 * Paths of members that an operation does not have: `DeploymentIds`, `Revision/Type`. Text in `{% %}` has no value yet and
 * is skipped.
 */
export function* unknownMembers(value: unknown, schema: NormalizedSchema, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  if (schema.isListSchema() && Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      yield* unknownMembers(item, schema.getValueSchema(), `${path}[${i}]`);
    }
    return;
  }
  if (!(schema.isMapSchema() || schema.isStructSchema()) || Array.isArray(value)) return;
  const members = schema.isMapSchema() ? undefined : pascalMembers(schema);
  for (const [name, item] of Object.entries(value)) {
    const at = path === '' ? name : `${path}/${name}`;
    const inner = members === undefined ? schema.getValueSchema() : members.get(name)?.schema;
    if (inner === undefined) yield at;
    else yield* unknownMembers(item, inner, at);
  }
}

/** A service's answer as an AWS SDK integration returns it: members in PascalCase, timestamps and bytes as text. */
export function toIntegrationShape(value: unknown, schema: NormalizedSchema): unknown {
  if (value === null || value === undefined) return undefined;
  // Step Functions writes times as Java's Instant does, which omits a fraction of zero.
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (schema.isBlobSchema())
    return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString();
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item) => toIntegrationShape(item, schema.getValueSchema()));
  }
  if (schema.isMapSchema())
    return mapValues(value, (item) => toIntegrationShape(item, schema.getValueSchema()));
  if (!schema.isStructSchema()) return value;
  const shape: Record<string, unknown> = {};
  for (const [pascal, { name, schema: member }] of pascalMembers(schema)) {
    const item = toIntegrationShape((value as Record<string, unknown>)[name], member);
    if (item !== undefined) shape[pascal] = item;
  }
  return shape;
}

interface Member {
  readonly name: string;
  readonly schema: NormalizedSchema;
}

/** Members by their name in PascalCase; read once per shape, of which there are few. */
const known = new WeakMap<object, ReadonlyMap<string, Member>>();

function pascalMembers(schema: NormalizedSchema): ReadonlyMap<string, Member> {
  const key = schema.getSchema() as unknown as object;
  let members = known.get(key);
  if (!members) {
    members = new Map(
      Object.entries(schema.getMemberSchemas()).map(([name, member]) => [
        name.charAt(0).toUpperCase() + name.slice(1),
        { name, schema: member },
      ]),
    );
    known.set(key, members);
  }
  return members;
}

function mapValues(value: unknown, change: (item: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, change(item)]));
}
