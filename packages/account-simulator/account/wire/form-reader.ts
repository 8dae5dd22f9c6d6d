import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { fromBase64 } from '@smithy/core/serde';

/** A form's keys split at their dots: `Tags.member.1.Key=a` is `{Tags: {member: {1: {Key: 'a'}}}}`. */
interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

const ISO_8601 = 5;

/**
 * Reads the form of an AWS query request into the input its schema describes.
 *
 * Lists are `Name.member.N`, maps `Name.entry.N.key` / `.value`, an empty list is sent as `Name=`.
 * Source: Smithy specification, "AWS query protocol", query key resolution.
 */
export class FormReader {
  readonly #text = new FromStringShapeDeserializer({
    timestampFormat: { useTrait: true, default: ISO_8601 },
    httpBindings: false,
  });

  read(schema: NormalizedSchema, form: string): object {
    if (schema.isUnitSchema()) return {};
    return this.#value(schema, parse(form)) as object;
  }

  #value(schema: NormalizedSchema, node: FormNode): unknown {
    if (schema.isStructSchema()) return this.#struct(schema, node);
    if (schema.isListSchema()) return this.#list(schema, node);
    if (schema.isMapSchema()) return this.#map(schema, node);
    const text = node.value ?? '';
    return schema.isBlobSchema() ? fromBase64(text) : this.#text.read(schema, text);
  }

  #struct(schema: NormalizedSchema, node: FormNode): object {
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const child = node.children.get(member.getMergedTraits().xmlName ?? name);
      if (child) result[name] = this.#value(member, child);
    }
    return result;
  }

  #list(schema: NormalizedSchema, node: FormNode): unknown[] {
    const member = schema.getValueSchema();
    const items = schema.getMergedTraits().xmlFlattened
      ? node
      : node.children.get(member.getMergedTraits().xmlName ?? 'member');
    return numbered(items).map((item) => this.#value(member, item));
  }

  #map(schema: NormalizedSchema, node: FormNode): object {
    const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
    const value = schema.getValueSchema();
    const valueName = value.getMergedTraits().xmlName ?? 'value';
    const entries = schema.getMergedTraits().xmlFlattened ? node : node.children.get('entry');
    const result: Record<string, unknown> = {};
    for (const entry of numbered(entries)) {
      const key = entry.children.get(keyName)?.value;
      const item = entry.children.get(valueName);
      if (key !== undefined && item) result[key] = this.#value(value, item);
    }
    return result;
  }
}

function numbered(node: FormNode | undefined): FormNode[] {
  if (!node) return [];
  return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

function parse(form: string): FormNode {
  const root: FormNode = { children: new Map() };
  for (const [key, value] of new URLSearchParams(form)) {
    let node = root;
    for (const part of key.split('.')) {
      let child = node.children.get(part);
      if (!child) {
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}
