import type { Export } from '@aws-sdk/client-cloudformation';
import { referencesIn } from '../template/references.ts';
import type { TemplateMap } from '../template/template-value.ts';
import { validationError } from './cloudformation-errors.ts';
import type { Stack, StackDefinition } from './stack.ts';
import { resolveOutputs } from './stack-scope.ts';

/** The exports of a stack with a definition: values by name. */
export function exportsOf(stack: Stack, definition: StackDefinition): ReadonlyMap<string, string> {
  return new Map(
    resolveOutputs(stack, definition).flatMap(({ ExportName, OutputValue }): [string, string][] =>
      ExportName === undefined ? [] : [[ExportName, OutputValue]],
    ),
  );
}

/** Every export of the account, as `ListExports` shows it. */
export function allExports(stacks: readonly Stack[]): Export[] {
  return stacks.flatMap(({ id, exports }) =>
    [...exports].map(([Name, Value]) => ({ ExportingStackId: id, Name, Value })),
  );
}

/** Names of the stacks that import a value. */
export function importersOf(stacks: readonly Stack[], name: string): string[] {
  return stacks.filter((stack) => importsOf(stack.definition).has(name)).map((stack) => stack.name);
}

/** @throws ValidationError where a definition imports a value that no stack exports */
export function checkImports(definition: StackDefinition, stacks: readonly Stack[]): void {
  const known = new Set(allExports(stacks).map(({ Name }) => Name));
  for (const name of importsOf(definition)) {
    if (!known.has(name)) throw validationError(`No export named ${name} found.`);
  }
}

/**
 * The reason why a stack cannot complete with its exports: other stacks import values that it removes or changes, or export
 * the same names.
 */
export function exportsRefusal(stack: Stack, stacks: readonly Stack[]): string | undefined {
  const next = exportsOf(stack, stack.definition);
  const others = stacks.filter((other) => other !== stack);
  for (const [name, value] of stack.exports) {
    if (next.get(name) === value) continue;
    const [user] = importersOf(others, name);
    if (user === undefined) continue;
    return `Export ${name} cannot be ${next.has(name) ? 'updated' : 'deleted'} as it is in use by ${user}`;
  }
  for (const name of next.keys()) {
    const owner = others.find(({ exports }) => exports.has(name));
    if (owner) return `Export with name ${name} is already exported by stack ${owner.name}`;
  }
  return undefined;
}

function importsOf({ resources, outputs }: StackDefinition): ReadonlySet<string> {
  const references = referencesIn({ resources, outputs } as unknown as TemplateMap);
  return new Set(references.flatMap(({ kind, name }) => (kind === 'export' ? [name] : [])));
}
