/** Values of a template's references. */
export interface PlainScope {
  /** Parameters, pseudo parameters and resources, by their names in the template. */
  readonly values: ReadonlyMap<string, string>;
  readonly mappings: Readonly<Record<string, unknown>>;
}

/**
 * The text of a template value: `Ref`, `Fn::Sub`, `Fn::Join` and `Fn::FindInMap` of known values.
 *
 * @returns undefined if a part of it is unknown, or another function is used
 */
export function plainValue(value: unknown, scope: PlainScope): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::Sub': sub, 'Fn::Join': join, 'Fn::FindInMap': find } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return scope.values.get(Ref);
  if (typeof sub === 'string') return substituted(sub, {}, scope);
  if (Array.isArray(sub) && typeof sub[0] === 'string') return substituted(sub[0], Object(sub[1]), scope);
  if (Array.isArray(join) && Array.isArray(join[1])) {
    const parts = join[1].map((part: unknown) => plainValue(part, scope));
    return parts.includes(undefined) ? undefined : parts.join(String(join[0]));
  }
  if (Array.isArray(find)) {
    const [map, top, second] = find.map((part: unknown) => plainValue(part, scope) ?? '');
    const found: unknown = Object(Object(scope.mappings[map ?? ''])[top ?? ''])[second ?? ''];
    return typeof found === 'string' ? found : undefined;
  }
  return undefined;
}

function substituted(
  text: string,
  names: Readonly<Record<string, unknown>>,
  scope: PlainScope,
): string | undefined {
  let isKnown = true;
  const found = text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
    const value = name in names ? plainValue(names[name], scope) : scope.values.get(name);
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown ? found.replaceAll('${!', '${') : undefined;
}
