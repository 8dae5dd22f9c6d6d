import { splitAtDot } from './intrinsics.ts';
import { Unresolvable } from './problems.ts';
import { parseSub } from './sub-text.ts';
import type { ResourceDeclaration, Resources } from './template.ts';
import { isList, isMap, type TemplateValue } from './template-value.ts';

/** A name that a template refers to. */
export interface Reference {
  /** `any`: a parameter, pseudo parameter or resource (`Ref`); `resource`: an attribute of a resource (`Fn::GetAtt`). */
  readonly kind: 'any' | 'resource' | 'condition' | 'export';
  readonly name: string;
  readonly attribute?: string;
  readonly path: string;
}

/** Every reference in a value, even in parts that no condition selects. */
export function referencesIn(
  value: TemplateValue | undefined,
  path = '',
  found: Reference[] = [],
): Reference[] {
  if (isList(value)) {
    for (const [at, item] of value.entries()) referencesIn(item, `${path}[${at}]`, found);
  } else if (isMap(value)) {
    for (const key of Object.keys(value)) {
      const item = value[key] as TemplateValue;
      read(key, item, path, found);
      referencesIn(item, `${path}.${key}`, found);
    }
  }
  return found;
}

function read(key: string, argument: TemplateValue, path: string, found: Reference[]): void {
  const [first] = isList(argument) ? argument : [argument];
  switch (key) {
    case 'Ref':
      if (typeof first === 'string') found.push({ kind: 'any', name: first, path });
      break;
    case 'Fn::GetAtt': {
      const [name, ...attribute] = isList(argument) ? argument : splitAtDot(String(argument));
      if (typeof name !== 'string') break;
      found.push({ kind: 'resource', name, attribute: attribute.map(String).join('.'), path });
      break;
    }
    case 'Fn::Sub':
      for (const variable of variablesOf(argument)) {
        const [name = '', attribute] = splitAtDot(variable);
        found.push(
          attribute === undefined ? { kind: 'any', name, path } : { kind: 'resource', name, attribute, path },
        );
      }
      break;
    case 'Fn::If':
      if (typeof first === 'string') found.push({ kind: 'condition', name: first, path });
      break;
    case 'Fn::ImportValue':
      if (typeof first === 'string') found.push({ kind: 'export', name: first, path });
  }
}

/** The names in a text that are not its own variables; a malformed text is reported where it is evaluated. */
function variablesOf(argument: TemplateValue): readonly string[] {
  try {
    const { parts, variables } = parseSub(argument);
    return parts.flatMap((part) =>
      'name' in part && !Object.hasOwn(variables, part.name) ? [part.name] : [],
    );
  } catch (error) {
    if (error instanceof Unresolvable) return [];
    throw error;
  }
}

/** The parameters and resources to which a value refers. */
export function namesIn(value: TemplateValue | undefined): readonly Reference[] {
  return referencesIn(value).filter(({ kind }) => kind === 'any' || kind === 'resource');
}

/** The references in a resource's functions and its `DependsOn`. */
export function dependenciesOf({
  Properties,
  UpdatePolicy,
  DependsOn = [],
}: ResourceDeclaration): Set<string> {
  const names = [...namesIn(Properties), ...namesIn(UpdatePolicy)].map(({ name }) => name);
  return new Set([...names, ...[DependsOn].flat()]);
}

/** The resources in a dependency cycle, starting with the smallest name. */
export class CircularDependency extends Unresolvable {
  constructor(circle: readonly string[]) {
    const first = circle.indexOf([...circle].sort()[0] as string);
    super(
      `Circular dependency between resources: [${[...circle.slice(first), ...circle.slice(0, first)].join(', ')}]`,
    );
  }
}

/** The logical ids, each after its dependencies. @throws CircularDependency */
export function inOrder(resources: Resources): string[] {
  const order = new Set<string>();
  const way: string[] = [];
  const visit = (logicalId: string): void => {
    const resource = resources[logicalId];
    if (!resource || order.has(logicalId)) return;
    const start = way.indexOf(logicalId);
    if (start >= 0) throw new CircularDependency(way.slice(start));
    way.push(logicalId);
    for (const dependency of dependenciesOf(resource)) visit(dependency);
    way.pop();
    order.add(logicalId);
  };
  for (const logicalId of Object.keys(resources)) visit(logicalId);
  return [...order];
}
