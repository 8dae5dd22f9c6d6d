import { isMap, kindOf, type TemplateMap, type TemplateValue } from '../account/template/template-value.ts';
import { parseYaml } from '../account/template/yaml-document.ts';
import { ProblemList } from './template-problem.ts';

/**
 * A state machine definition as CloudFormation reads it from its file: every `${Name}` in the text is replaced by its
 * substitution (again, where a replacement holds further ones), then the text is read as JSON or YAML. An unquoted
 * `${Seconds}` therefore becomes a number, and a value can break the file's syntax.
 *
 * A substitution that the text does not use and a `${Name}` without a substitution are problems: each is a mistyped name.
 *
 * Source: resource provider of AWS::StepFunctions::StateMachine
 * (aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions, DefinitionProcessor).
 */
export function readDefinition(
  text: string,
  substitutions: Readonly<Record<string, string>>,
  file: string,
  substitutionsPath: string,
  problems: ProblemList,
): TemplateMap {
  if (Buffer.byteLength(text) > longestDefinition) {
    problems.add('', `is larger than ${longestDefinition} bytes`, file);
  }
  const { replaced, used, circular } = substitute(text, substitutions);
  if (circular) problems.add(substitutionsPath, 'the substitutions hold each other in a circle');
  for (const name of Object.keys(substitutions)) {
    if (!used.has(name))
      problems.add(`${substitutionsPath}.${name}`, `\${${name}} does not occur in ${file}`);
  }
  const own = new ProblemList(file);
  const definition = parseYaml(replaced, own);
  for (const problem of own.problems) problems.add(problem.path, problem.reason, file);
  if (!isMap(definition)) {
    if (own.problems.length === 0) problems.add('', `must be a mapping, not ${kindOf(definition)}`, file);
    return {};
  }
  noteUnreplaced(definition, '', file, problems);
  return definition;
}

/** Quota "Maximum size of a definition" (Step Functions Developer Guide): 1 MB. */
const longestDefinition = 1_048_576;
const placeholder = /\$\{(\w+)\}/g;

function substitute(text: string, substitutions: Readonly<Record<string, string>>) {
  const used = new Set<string>();
  let replaced = text;
  // A chain of replacements is at most as long as there are names, unless the chain is a cycle.
  for (let round = 0; round <= Object.keys(substitutions).length; round += 1) {
    let changed = false;
    replaced = replaced.replace(placeholder, (whole, name: string) => {
      const value = substitutions[name];
      if (value === undefined) return whole;
      used.add(name);
      changed = true;
      return value;
    });
    if (!changed) return { replaced, used, circular: false };
  }
  return { replaced: text, used, circular: true };
}

function noteUnreplaced(value: TemplateValue, path: string, file: string, problems: ProblemList): void {
  if (typeof value === 'string') {
    for (const [whole] of value.matchAll(placeholder)) {
      problems.add(path, `${whole} has no value in DefinitionSubstitutions`, file);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      noteUnreplaced(
        item,
        Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key,
        file,
        problems,
      );
    }
  }
}
