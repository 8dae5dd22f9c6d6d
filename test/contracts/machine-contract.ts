import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import type { StackSpec } from 'account-simulator/deploy/stack-spec.ts';

/** The coordinator of the working tree, as in production. */
export function presentStack(root: string): StackSpec {
  return loadStack(
    path.join(root, 'template.yaml'),
    { Environment: 'prod', StakeholderEmail: 'on-call@example.com' },
    { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
  );
}

/**
 * A definition without the values that differ from stack to stack: every substituted value is replaced by its name.
 *
 * @param definition with its substitutions in place
 */
export function withoutValues(definition: object, substitutions: Readonly<Record<string, string>>): object {
  const longestFirst = Object.entries(substitutions).sort(([, a], [, b]) => b.length - a.length);
  const text = longestFirst.reduce(
    (replaced, [name, value]) => replaced.replaceAll(value, `\${${name}}`),
    JSON.stringify(definition),
  );
  return JSON.parse(text);
}

/** A definition with a template's current values for its substitutions. @throws Error for a missing value */
export function withValues(definition: object, substitutions: Readonly<Record<string, string>>): object {
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = substitutions[name];
    if (value === undefined) throw new Error(`the template gives \${${name}} no value any more`);
    return value;
  });
  return JSON.parse(text);
}

/** The form of a value: names of members and types, without the values. */
export function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(formOf))].sort().join('|')}]`;
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const members = Object.entries(value).map(([name, inner]) => `${name}:${formOf(inner)}`);
  return `{${members.sort().join(',')}}`;
}
