import type { NormalizedSchema } from '@smithy/core/schema';

/** A member of an operation's input or output that travels outside the body, and its name there. */
export interface BoundMember {
  readonly name: string;
  readonly wireName: string;
  readonly schema: NormalizedSchema;
}

/** The place of each member of a REST operation's input or output. */
export interface HttpBindings {
  readonly labels: readonly BoundMember[];
  readonly query: readonly BoundMember[];
  readonly headers: readonly BoundMember[];
  /** Maps whose keys become headers behind a prefix (`x-amz-meta-`). */
  readonly prefixHeaders: readonly BoundMember[];
  /** A map whose keys become query parameters of their own. */
  readonly queryParams: readonly BoundMember[];
  /** The member that forms the whole body. */
  readonly payload: BoundMember | undefined;
  readonly statusCode: BoundMember | undefined;
  /** Members of the body document, where no single member forms the whole body. */
  readonly body: readonly string[];
}

const cache = new WeakMap<object, HttpBindings>();

/**
 * The HTTP bindings of a structure, read once from its traits.
 *
 * Source: Smithy specification, "HTTP bindings".
 */
export function httpBindings(schema: NormalizedSchema): HttpBindings {
  let bindings = cache.get(schema);
  if (!bindings) {
    bindings = readBindings(schema);
    cache.set(schema, bindings);
  }
  return bindings;
}

function readBindings(schema: NormalizedSchema): HttpBindings {
  const labels: BoundMember[] = [];
  const query: BoundMember[] = [];
  const headers: BoundMember[] = [];
  const prefixHeaders: BoundMember[] = [];
  const queryParams: BoundMember[] = [];
  const body: string[] = [];
  let payload: BoundMember | undefined;
  let statusCode: BoundMember | undefined;
  if (!schema.isUnitSchema()) {
    for (const [name, member] of schema.structIterator()) {
      const traits = member.getMergedTraits();
      const bound = (wireName: string) => ({ name, wireName, schema: member });
      if (traits.httpLabel) labels.push(bound(name));
      else if (traits.httpQuery !== undefined) query.push(bound(traits.httpQuery));
      else if (traits.httpQueryParams) queryParams.push(bound(name));
      else if (traits.httpHeader !== undefined) headers.push(bound(traits.httpHeader.toLowerCase()));
      else if (traits.httpPrefixHeaders !== undefined) {
        prefixHeaders.push(bound(traits.httpPrefixHeaders.toLowerCase()));
      } else if (traits.httpPayload) payload = bound(name);
      else if (traits.httpResponseCode) statusCode = bound(name);
      else body.push(name);
    }
  }
  return { labels, query, headers, prefixHeaders, queryParams, payload, statusCode, body };
}
