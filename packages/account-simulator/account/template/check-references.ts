import type { Scope } from './intrinsics.ts';
import { type Problems, unresolvedDependencies } from './problems.ts';
import { type Reference, referencesIn } from './references.ts';
import type { Resources, Template } from './template.ts';
import { member, type TemplateMap, type TemplateValue } from './template-value.ts';

/**
 * Reports every reference to a missing name, even in parts that no condition selects (the other branch of an `Fn::If`, a
 * resource that is not created): CloudFormation refuses such a template as a whole.
 *
 * @param logicalIds of all resources, including those from transforms
 */
export function checkReferences(
  template: Template,
  logicalIds: ReadonlySet<string>,
  problems: Problems,
): void {
  const { Parameters = {}, Conditions = {}, Rules = {}, Outputs = {}, Globals = {}, Resources } = template;
  const isParameter = ({ name, kind }: Reference) =>
    kind === 'any' && (Object.hasOwn(Parameters, name) || name.startsWith('AWS::'));
  const isKnown = (reference: Reference) => logicalIds.has(reference.name) || isParameter(reference);
  const ordered = Object.entries(Resources).flatMap(([logicalId, { DependsOn = [] }]) =>
    [DependsOn].flat().map(
      (name): Reference => ({
        kind: 'resource',
        name,
        path: `Resources.${logicalId}.DependsOn`,
      }),
    ),
  );
  const sections: readonly [string, readonly Reference[]][] = [
    ['Resources', [...ordered, ...referencesIn(asValue(Globals), 'Globals'), ...inResources(Resources)]],
    ['Outputs', referencesIn(asValue(Outputs), 'Outputs')],
  ];
  for (const [block, references] of sections) {
    for (const { kind, name, path } of references) {
      if (kind !== 'condition' || Object.hasOwn(Conditions, name)) continue;
      problems.add(path, `Template error: unresolved condition dependency ${name} in Fn::If`);
    }
    const missing = references.filter(
      (reference) => (reference.kind === 'any' || reference.kind === 'resource') && !isKnown(reference),
    );
    // CloudFormation names each missing name once, all in one message.
    const names = [...new Set(missing.map(({ name }) => name))];
    for (const { path } of missing) problems.add(path, unresolvedDependencies(names, block));
  }
  for (const [block, section] of Object.entries({ Conditions, Rules })) {
    // Conditions and rules are evaluated before there are resources.
    for (const reference of referencesIn(section, block)) {
      if (isParameter(reference)) continue;
      problems.add(
        reference.path,
        `Template format error: Unresolved dependencies [${reference.name}]. Cannot reference resources in the ${block} block of the template`,
      );
    }
  }
}

/** Evaluates every condition, and reports resources and outputs with an undeclared condition. */
export function checkConditions(template: Template, scope: Scope, problems: Problems): void {
  const { Conditions = {}, Outputs = {}, Resources } = template;
  for (const name of Object.keys(Conditions)) scope.condition(name, 'Conditions');
  for (const [block, section] of Object.entries({ Resources, Outputs })) {
    for (const [name, { Condition }] of Object.entries(section)) {
      if (typeof Condition !== 'string' || Object.hasOwn(Conditions, Condition)) continue;
      problems.add(
        `${block}.${name}.Condition`,
        `Template format error: Unresolved condition dependency ${Condition} in the ${block} block of the template`,
      );
    }
  }
}

/** Whether a resource or output is created; with an undeclared condition it is not. */
export function isMade(
  { Conditions }: Template,
  scope: Scope,
  { Condition }: { readonly Condition?: string },
): boolean {
  if (Condition === undefined) return true;
  return member(Conditions, Condition) !== undefined && scope.condition(Condition, 'Condition');
}

function inResources(resources: Resources): Reference[] {
  return Object.entries(resources).flatMap(([logicalId, { Properties, UpdatePolicy }]) => [
    ...referencesIn(Properties, `Resources.${logicalId}.Properties`),
    ...referencesIn(UpdatePolicy, `Resources.${logicalId}.UpdatePolicy`),
  ]);
}

/** A section as a template value, whatever its declared type. */
function asValue(section: object): TemplateValue {
  return section as TemplateMap;
}
