import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StackPlace } from './resource-types.ts';
import { type ParameterValues, readStack } from './stack.ts';
import type { StackSpec } from './stack-spec.ts';

interface Known {
  /** Text of every file that the stack was read from, by path; undefined for a missing file. */
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly stack: StackSpec;
}

const known = new Map<string, Known>();

/**
 * Reads the stack of a template on disk. The same template with the same parameters is read once per process, as long as
 * none of its files changes.
 *
 * @throws TemplateError with every problem
 */
export function loadStack(templatePath: string, parameters: ParameterValues, place: StackPlace): StackSpec {
  const key = JSON.stringify([templatePath, parameters, place]);
  const earlier = known.get(key);
  if (earlier && isUnchanged(earlier)) return earlier.stack;
  const texts = new Map<string, string | undefined>();
  const read = (path: string) => {
    const text = textOf(path);
    texts.set(path, text);
    return text;
  };
  const text = read(templatePath);
  if (text === undefined) throw new Error(`There is no template ${templatePath}`);
  const folder = dirname(templatePath);
  const stack = readStack({
    file: basename(templatePath),
    text,
    parameters,
    place,
    readText: (path) => read(join(folder, path)),
  });
  known.set(key, { texts, stack });
  return stack;
}

function isUnchanged({ texts }: Known): boolean {
  return [...texts].every(([path, text]) => textOf(path) === text);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
