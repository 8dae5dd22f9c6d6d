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

/** One statement of a policy, and the role or managed policy that contains it. */
export interface TemplateStatement {
  readonly resource: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** Resources as text; intrinsics as JSON. */
  readonly resources: readonly string[];
  /** As JSON. */
  readonly condition?: string;
}

/** Logical ids of the template's resources of a type. */
export function resourcesOf(type: string): string[] {
  return Object.keys(template.Resources).filter((id) => template.Resources[id].Type === type);
}

/** Logical ids of the managed policies of a function's or machine's role. */
export function managedPoliciesOf(resource: string): string[] {
  const policies: Plain[] = template.Resources[resource].Properties.Policies;
  return policies.flatMap(({ Ref }) => (Ref === undefined ? [] : [Ref]));
}

/** The statements of a function or machine itself, or of a managed policy. */
export function ownStatementsOf(resource: string): TemplateStatement[] {
  const { PolicyDocument, Policies } = template.Resources[resource].Properties;
  const documents: Plain[] = PolicyDocument ? [PolicyDocument] : Policies;
  return documents.flatMap(({ Statement = [] }) =>
    Statement.map(({ Effect, Action, Resource, Condition }: Plain) => ({
      resource,
      effect: Effect,
      actions: [Action].flat(),
      resources: [Resource].flat().map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
      ...(Condition !== undefined && { condition: JSON.stringify(Condition) }),
    })),
  );
}

/** The permissions of a function or machine: the sum of its managed policies and of its own statements. */
export function statementsOf(resource: string): TemplateStatement[] {
  return [...managedPoliciesOf(resource), resource]
    .flatMap(ownStatementsOf)
    .map((statement) => ({ ...statement, resource }));
}

/** Logical id of a function → its folder under `functions/`, from its CodeUri. */
export function folderOf(functionId: string): string {
  const { CodeUri } = template.Resources[functionId].Properties;
  return /^dist\/functions\/([a-z-]+\/[a-z-]+)\/$/.exec(CodeUri)?.[1] ?? `not in dist/functions: ${CodeUri}`;
}
