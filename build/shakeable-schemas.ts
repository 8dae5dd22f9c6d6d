import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

const SCHEMAS = /@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
const STRING_CONSTANT = /^const (_\w+) = (".*");$/gm;
const COMPUTED_KEY = /\[(_\w+)\]:/g;

/**
 * Lets esbuild leave out the schemas of operations that a bundle never calls.
 *
 * The SDK's generated schemas are arrays with computed keys, such as `{ [_jN]: _n }` with `const _jN = "jsonName";`. esbuild
 * cannot know that such a key has no side effect, and keeps each array. This plugin replaces the constant by its text:
 * without it, a function with ten clients is a fifth larger. A key with an unknown constant is left unchanged.
 */
export const shakeableSchemas: Plugin = {
  name: 'shakeable-schemas',
  setup({ onLoad }) {
    onLoad({ filter: SCHEMAS }, ({ path }) => ({
      contents: withLiteralKeys(readFileSync(path, 'utf8')),
      loader: 'js',
    }));
  },
};

function withLiteralKeys(source: string): string {
  const literals = new Map([...source.matchAll(STRING_CONSTANT)].map(([, name, literal]) => [name, literal]));
  return source.replace(COMPUTED_KEY, (key, name: string) => {
    const literal = literals.get(name);
    return literal === undefined ? key : `${literal}:`;
  });
}
