import { Intrinsics, LATER, type Scope } from './intrinsics.ts';
import { type Problems, Unresolvable } from './problems.ts';
import { LANGUAGE_EXTENSIONS, type Template, transformsOf } from './template.ts';
import { member, type TemplateValue } from './template-value.ts';

/**
 * The names that a template can resolve by itself: parameters, pseudo parameters, conditions and mappings. Resources are
 * {@link LATER}.
 *
 * @param values of parameters and pseudo parameters, by name
 */
export function templateScope(
  template: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
): Scope {
  const conditions = new Map<string, boolean>();
  const underway: string[] = [];
  const scope: Scope = {
    hasExtensions: transformsOf(template).includes(LANGUAGE_EXTENSIONS),
    ref: (name) => values.get(name) ?? LATER,
    getAtt: () => LATER,
    mapping: (name) => member(template.Mappings, name),
    condition: (name, where) => {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const expression = member(template.Conditions, name);
      if (expression === undefined) {
        throw new Unresolvable(`Template error: unresolved condition dependency ${name} in ${where}`);
      }
      if (underway.includes(name)) {
        throw new Unresolvable(
          `Template error: Found circular condition dependency: [${underway.join(', ')}]`,
        );
      }
      underway.push(name);
      const holds = intrinsics.holds(expression, `Conditions.${name}`);
      underway.pop();
      conditions.set(name, holds);
      return holds;
    },
  };
  const intrinsics = new Intrinsics(scope, problems);
  return scope;
}

/** Values of the pseudo parameters of a stack, by name. */
export function pseudoParameters(place: {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly stackName: string;
  readonly stackId: string;
}): ReadonlyMap<string, string> {
  return new Map([
    ['AWS::AccountId', place.accountId],
    ['AWS::Partition', place.partition],
    ['AWS::Region', place.region],
    ['AWS::StackId', place.stackId],
    ['AWS::StackName', place.stackName],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
}
