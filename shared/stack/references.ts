/**
 * Names of resources and parameters in the references of a template value: `Ref`, `Fn::GetAtt` or a placeholder of
 * `Fn::Sub`, at any depth. Pseudo parameters are included.
 */
export function referencesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub } = value as Record<string, unknown>;
  if (typeof Ref === 'string') found.add(Ref);
  const [attributeOf] = typeof getAtt === 'string' ? getAtt.split('.') : Array.isArray(getAtt) ? getAtt : [];
  if (typeof attributeOf === 'string') found.add(attributeOf);
  const [text, names = {}] = Array.isArray(sub) ? sub : [sub];
  if (typeof text === 'string') {
    for (const [, name] of text.matchAll(/\$\{([A-Za-z0-9:]+)(?:\.[A-Za-z0-9.]+)?\}/g)) {
      // A name with a value in the list form is no reference.
      if (name !== undefined && !(name in Object(names))) found.add(name);
    }
  }
  for (const member of Object.values(value)) collect(member, found);
}
