import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const begin = '<!-- npm run worst-case -- --write -->\n';
const end = '<!-- end -->';

/** The table in docs/unverified.md. */
export function documentedTable(root: string): string[] {
  const { table } = split(root);
  return table.trim().split('\n');
}

/** Replaces the table in docs/unverified.md. */
export function writeTable(root: string, lines: readonly string[]): void {
  const { before, after } = split(root);
  writeFileSync(pathOf(root), `${before}${lines.join('\n')}\n${after}`);
}

function split(root: string): { before: string; table: string; after: string } {
  const text = readFileSync(pathOf(root), 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0)
    throw new Error(`docs/unverified.md has no place for the table: ${begin}`);
  return { before: text.slice(0, from), table: text.slice(from, to), after: text.slice(to) };
}

function pathOf(root: string): string {
  return join(root, 'docs/unverified.md');
}
