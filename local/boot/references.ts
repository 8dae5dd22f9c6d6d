import { isList, isMap, type TemplateValue } from './template-value.ts';

/** A name that a template refers to. */
export interface Reference {
  /** `resource`: only a resource can be meant (`Fn::GetAtt`); `any`: a parameter or pseudo parameter too. */
  readonly kind: 'any' | 'resource' | 'condition';
  readonly name: string;
  readonly path: string;
}

/** Every reference below `value`, also where no condition leads. */
export function* referencesIn(value: TemplateValue, path: string): Generator<Reference> {
  if (isList(value)) {
    for (const [at, item] of value.entries()) yield* referencesIn(item, `${path}[${at}]`);
  }
  if (!isMap(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') yield { kind: 'any', name: item, path };
    if (key === 'Fn::Sub') yield* referencesInText(item, path);
    if (isList(item) && typeof item[0] === 'string') {
      if (key === 'Fn::GetAtt') yield { kind: 'resource', name: item[0], path };
      if (key === 'Fn::If') yield { kind: 'condition', name: item[0], path };
    }
    yield* referencesIn(item, `${path}.${key}`);
  }
}

function* referencesInText(argument: TemplateValue, path: string): Generator<Reference> {
  const [text, variables] = isList(argument) ? argument : [argument, {}];
  if (typeof text !== 'string') return;
  for (const [, inner = ''] of text.matchAll(/\$\{([^}]*)\}/g)) {
    const name = inner.trim();
    if (name.startsWith('!') || (isMap(variables) && name in variables)) continue;
    const dot = name.indexOf('.');
    yield dot < 0 ? { kind: 'any', name, path } : { kind: 'resource', name: name.slice(0, dot), path };
  }
}
