import { readFileSync } from 'node:fs';
import { parseCommandLine } from '../../cli/command-line.ts';
import { commands } from '../../cli/command-table.ts';
import { helpOf, overview } from '../../cli/help.ts';

/** The arguments of every `rollback-coordinator …` in the blocks of a document. */
function commandsOf(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, text] = /^(?:npx )?rollback-coordinator (.*?)( *(#|\|\||>).*)?$/.exec(line) ?? [];
    return text === undefined ? [] : [argumentsOf(text)];
  });
}

function argumentsOf(text: string): string[] {
  return (text.match(/"[^"]*"|\S+/g) ?? []).map((one) => one.replaceAll('"', ''));
}

function namesOf(file: string): string[] {
  const lines = commandsOf(file).map(parseCommandLine);
  return [...new Set(lines.flatMap((line) => (line.do === 'run' ? line.command.name : [])))].sort();
}

const documents = ['README.md', 'docs/runbook.md', 'docs/cli.md'];
const documented = documents.flatMap((file) => commandsOf(file).map((argv) => [file, argv] as const));

it.each(documented)('%s has a valid command: %j', (_, argv) => {
  expect(() => parseCommandLine(argv)).not.toThrow();
});

it('docs/cli.md has an example of every command', () => {
  expect(namesOf('docs/cli.md')).toEqual(commands.map(({ name }) => name).sort());
});

it.each(commands.map((command) => [command.name, command] as const))(
  'the help of %s fits 80 columns and names everything in the table',
  (_, command) => {
    const lines = helpOf(command);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const text = lines.join('\n');
    for (const option of command.options) expect(text).toContain(`--${option}`);
    for (const { argv } of command.examples) {
      expect(text).toContain(argv);
      const line = parseCommandLine(argumentsOf(argv.replace(/ >.*/, '')));
      expect(line.do === 'run' && line.command.name).toBe(command.name);
    }
  },
);

it('the overview fits 80 columns and names every command', () => {
  const lines = overview();
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  for (const { name } of commands) expect(lines.join('\n')).toContain(`  ${name}`);
});

it('no command has the beginning of another as its name', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const words = names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0]);
  expect(names.filter((name) => words.includes(name))).toEqual([]);
});
