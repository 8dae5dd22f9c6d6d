import { readFileSync } from 'node:fs';
import { parseCommandLine, usage } from '../../cli/command-line.ts';

/** The arguments of every `npx rollback-coordinator …` in the blocks of a document. */
function commandsOf(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, text] = /^npx rollback-coordinator (.*?)( *(#|\|\|).*)?$/.exec(line) ?? [];
    return text === undefined
      ? []
      : [(text.match(/"[^"]*"|\S+/g) ?? []).map((one) => one.replaceAll('"', ''))];
  });
}

const documented = ['README.md', 'docs/runbook.md'].flatMap((file) =>
  commandsOf(file).map((argv) => [file, argv] as const),
);

it.each(documented)('%s has a command that is taken: %j', (_, argv) => {
  expect(() => parseCommandLine(argv)).not.toThrow();
});

it.each(['README.md', 'docs/runbook.md'])('%s has an example of everything that the command does', (file) => {
  const doing = new Set(commandsOf(file).map((argv) => parseCommandLine(argv).do));
  expect([...doing].sort()).toEqual(['ask', 'converge', 'may-deploy', 'push', 'tell', 'validate']);
});

it('the usage fits a terminal of 130 columns', () => {
  expect(usage.split('\n').filter((line) => line.length > 130)).toEqual([]);
});
