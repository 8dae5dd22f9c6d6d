import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandDocument, optionTable } from '../cli/command-document.ts';
import { readTemplate } from './documented-template.ts';
import { drawCalls, drawStarts, tableOfFunctions } from './draw-machines.ts';
import { exampleStatus } from './example-status.ts';
import { tableOfChanges, tableOfReaders } from './table-of-permissions.ts';

/**
 * A part of a document that is generated from the template or from the table of commands, between `<!-- npm run draw: NAME
 * -->` and `<!-- end -->`.
 */
export interface DrawnSection {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** Every generated part of the documents, as it should be. */
export async function drawnSections(root: string): Promise<DrawnSection[]> {
  const template = readTemplate(root);
  return [
    { file: 'docs/architecture.md', name: 'starts', text: drawStarts(template) },
    { file: 'docs/architecture.md', name: 'calls', text: drawCalls(template) },
    { file: 'docs/architecture.md', name: 'functions', text: tableOfFunctions(template) },
    { file: 'SECURITY.md', name: 'changes', text: await tableOfChanges(template) },
    { file: 'SECURITY.md', name: 'readers', text: tableOfReaders(template) },
    { file: 'docs/operations.md', name: 'status80', text: exampleStatus(80) },
    { file: 'docs/operations.md', name: 'status200', text: exampleStatus(200) },
    { file: 'docs/cli.md', name: 'options', text: optionTable() },
    { file: 'docs/cli.md', name: 'commands', text: commandDocument() },
  ];
}

/**
 * The part as it stands in its document.
 *
 * @throws Error when the document has no place for it
 */
export function documentedSection(root: string, section: Pick<DrawnSection, 'file' | 'name'>): string {
  return split(root, section).text.trim();
}

/** Puts the part into its document. */
export function writeSection(root: string, section: DrawnSection): void {
  const { before, after } = split(root, section);
  writeFileSync(path.join(root, section.file), `${before}\n\n${section.text}\n\n${after}`);
}

function split(root: string, { file, name }: Pick<DrawnSection, 'file' | 'name'>) {
  const whole = readFileSync(path.join(root, file), 'utf8');
  const begin = `<!-- npm run draw: ${name} -->`;
  const from = whole.indexOf(begin) + begin.length;
  const to = whole.indexOf('<!-- end -->', from);
  if (from < begin.length || to < 0)
    throw new Error(`${file} has no place for "${name}": ${begin} … <!-- end -->`);
  return { before: whole.slice(0, from), text: whole.slice(from, to), after: whole.slice(to) };
}
