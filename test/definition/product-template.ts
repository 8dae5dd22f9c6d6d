import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseYaml } from 'account-simulator/account/template/yaml-document.ts';
import { ProblemList } from 'account-simulator/deploy/template-problem.ts';

/** Root of the project. */
export const root = process.cwd();

/** Text of `template.yaml`. */
export const templateText = readFileSync(path.join(root, 'template.yaml'), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: the tests look at properties of every kind.
type Plain = any;

/** `template.yaml` as plain values, short-form intrinsics in their long form. */
export const template: Plain = parse();

function parse(): Plain {
  const problems = new ProblemList('template.yaml');
  const value = parseYaml(templateText, problems);
  problems.throwIfAny();
  return value;
}

/** One statement of an inline policy, and whose it is. */
export interface TemplateStatement {
  readonly resource: string;
  readonly actions: readonly string[];
  /** Resources as text; intrinsics as JSON. */
  readonly resources: readonly string[];
}

/** Logical ids of the template's resources of a type. */
export function resourcesOf(type: string): string[] {
  return Object.keys(template.Resources).filter((id) => template.Resources[id].Type === type);
}

/** The inline statements of a function's or machine's role. */
export function statementsOf(resource: string): TemplateStatement[] {
  const policies: Plain[] = template.Resources[resource].Properties.Policies ?? [];
  return policies.flatMap(({ Statement }) =>
    Statement.map(({ Action, Resource }: Plain) => ({
      resource,
      actions: [Action].flat(),
      resources: [Resource].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
    })),
  );
}

/** Logical id of a function → its folder under `functions/`, from its CodeUri. */
export function folderOf(functionId: string): string {
  const { CodeUri } = template.Resources[functionId].Properties;
  return /^dist\/functions\/([a-z-]+\/[a-z-]+)\/$/.exec(CodeUri)?.[1] ?? `not in dist/functions: ${CodeUri}`;
}
