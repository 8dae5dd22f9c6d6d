import * as z from 'zod';

/** A fact from a stack about the origin of its release, e.g. `commit`, `3f2c91a`. */
export const originFact = z.strictObject({
  name: z.enum(['by', 'commit', 'branch', 'pipeline']),
  value: z.string(),
});
export type OriginFact = z.infer<typeof originFact>;

/**
 * Names that teams use for tags and metadata on deployer and source; letters and digits in lower case. The first match
 * counts.
 */
const names: readonly (readonly [OriginFact['name'], RegExp])[] = [
  ['by', /(deployed|released|triggered|committed|pushed)by|deployer|committer|author|actor$/],
  ['commit', /commit|revision|git(hub)?(sha|hash)|sourceversion/],
  ['branch', /branch|git(hub)?ref/],
  ['pipeline', /pipeline|workflow|build(id|number|num|url)|(run|job)(id|number|url)/],
];

/** A possible secret is skipped, whatever else its name says. */
const secretName = /secret|token|password|passwd|credential|key$/;

/** A line of a mail; a commit's message may be long. */
const mostCharacters = 100;

/**
 * Deployer and source, from the tags of a stack or the metadata of its template. CloudFormation itself names nobody.
 *
 * @param metadata section `Metadata` of the template; the members of a member object count too
 */
export function originOf(
  tags: readonly { readonly key: string; readonly value: string }[],
  metadata?: unknown,
): OriginFact[] {
  const given = [...tags.map(({ key, value }) => [key, value] as const), ...membersOf(metadata, 2)];
  return names.flatMap(([name]) => {
    const values = given.flatMap(([key, value]) => (nameOf(key) === name ? shorten(value) : []));
    return values.length > 0 ? [{ name, value: shorten([...new Set(values)].join(', ')) }] : [];
  });
}

function nameOf(key: string): OriginFact['name'] | undefined {
  // Tags of AWS describe the stack's creation, and the publisher of an application.
  if (/^aws:/i.test(key)) return undefined;
  const plain = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (secretName.test(plain)) return undefined;
  return names.find(([, pattern]) => pattern.test(plain))?.[0];
}

function membersOf(metadata: unknown, depth: number): (readonly [string, string])[] {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return [];
  return Object.entries(metadata).flatMap(([key, value]): (readonly [string, string])[] => {
    if (typeof value === 'string' || typeof value === 'number') return [[key, String(value)]];
    if (depth === 1 || /^aws:/i.test(key)) return [];
    return membersOf(value, depth - 1).map(([inner, text]) => [`${key} ${inner}`, text] as const);
  });
}

function shorten(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
