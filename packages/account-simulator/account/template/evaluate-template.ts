import { checkConditions, checkReferences, isMade } from './check-references.ts';
import { expandSam } from './expand-sam.ts';
import { Intrinsics, type Scope } from './intrinsics.ts';
import { checkGlobalsPlain } from './language-extensions.ts';
import { type Problems, Unresolvable, unresolvedDependencies } from './problems.ts';
import { dependenciesOf, inOrder, namesIn } from './references.ts';
import { checkRules } from './rules.ts';
import { templateScope } from './scope.ts';
import type { OutputDeclaration, ResourceDeclaration, Resources, Template } from './template.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';
import { writtenOut } from './written-out.ts';

/** A template evaluated as far as possible before there are resources. */
export interface EvaluatedTemplate {
  /** The created resources, with transforms expanded; only references to resources and imports are unresolved. */
  readonly resources: Resources;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
}

/**
 * Expands the loops and layers of a template, resolves its parameters, conditions and mappings, drops the parts that its
 * conditions exclude, checks its rules, expands SAM's resources, and checks that every reference has a target and none is
 * circular.
 *
 * @param values of parameters and pseudo parameters, by name
 */
export function evaluateTemplate(
  written: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
): EvaluatedTemplate {
  const template = writtenOut(written, values, problems);
  const scope = templateScope(template, values, problems);
  const intrinsics = new Intrinsics(scope, problems);
  checkGlobalsPlain(template, problems);
  checkConditions(template, scope, problems);
  checkRules(template.Rules ?? {}, intrinsics, problems);
  const declared = Object.entries(template.Resources);
  const made = declared.filter(([, resource]) => isMade(template, scope, resource));
  const skipped = declared.filter(([, resource]) => !isMade(template, scope, resource));
  const resources = expand(template, made, scope, problems);
  const known = new Set([resources, expand(template, skipped, scope, ignoring)].flatMap(Object.keys));
  checkReferences(template, known, problems);
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs ?? {})
      .filter(([, output]) => isMade(template, scope, output))
      .map(([name, output]) => [
        name,
        intrinsics.resolveMap(
          output as unknown as TemplateMap,
          `Outputs.${name}`,
        ) as unknown as OutputDeclaration,
      ]),
  );
  checkMade({ resources, outputs }, known, problems);
  return { resources, outputs };
}

const POLICIES: readonly string[] = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

/** For resources that no condition selects: only their names are needed. */
const ignoring: Problems = { add: () => {} };

function expand(
  template: Template,
  declared: readonly (readonly [string, ResourceDeclaration])[],
  scope: Scope,
  problems: Problems,
): Resources {
  if (declared.length === 0) return {};
  const intrinsics = new Intrinsics(scope, problems);
  const resolved = declared.map(([logicalId, resource]): [string, unknown] => [
    logicalId,
    intrinsics.resolveMap(resource as unknown as TemplateMap, `Resources.${logicalId}`),
  ]);
  const { Globals } = template;
  const globals = Globals && { Globals: intrinsics.resolveMap(Globals, 'Globals') as typeof Globals };
  const expanded = expandSam(
    { ...template, ...globals },
    Object.fromEntries(resolved) as Resources,
    problems,
  );
  // SAM's resources refer to the account, the Region and the stack.
  return Object.fromEntries(
    Object.entries(expanded).map(([logicalId, resource]) => [
      logicalId,
      intrinsics.resolveMap(resource as unknown as TemplateMap, `Resources.${logicalId}`),
    ]),
  ) as unknown as Resources;
}

/** Reports references to parts that a condition excludes, and cycles. */
function checkMade(
  { resources, outputs }: EvaluatedTemplate,
  known: ReadonlySet<string>,
  problems: Problems,
): void {
  const check = (block: string, path: string, names: Iterable<string>) => {
    const missing = [...new Set(names)].filter((name) => known.has(name) && !Object.hasOwn(resources, name));
    if (missing.length > 0) problems.add(path, unresolvedDependencies(missing, block));
  };
  for (const [logicalId, resource] of Object.entries(resources)) {
    check('Resources', `Resources.${logicalId}`, dependenciesOf(resource));
    for (const attribute of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
      const policy = resource[attribute];
      if (policy === undefined || POLICIES.includes(policy)) continue;
      const reason = `Template format error: Unrecognized ${attribute} ${JSON.stringify(policy)}`;
      problems.add(`Resources.${logicalId}.${attribute}`, reason);
    }
  }
  for (const [name, output] of Object.entries(outputs)) {
    check(
      'Outputs',
      `Outputs.${name}`,
      namesIn(output as unknown as TemplateMap).map(({ name }) => name),
    );
  }
  try {
    inOrder(resources);
  } catch (error) {
    if (!(error instanceof Unresolvable)) throw error;
    problems.add('Resources', error.message);
  }
}
