import { readFileSync } from 'node:fs';
import { problemsOfCommand } from './check-commands.ts';
import { commandsOf } from './commands-of.ts';

const runbook = readFileSync('docs/runbook.md', 'utf8');
// A block in another language contains no commands.
const blocks = [...runbook.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(
  ([, language = '', block = '']) => (['', 'sh'].includes(language) ? [block] : []),
);
const commands = blocks.flatMap(commandsOf);

it('docs/runbook.md has commands of the AWS CLI', () => {
  expect(commands.filter((command) => command.startsWith('aws ')).length).toBeGreaterThan(4);
});

it.each(commands.filter((command) => command.startsWith('aws ')))('works as pasted: %s', (command) => {
  expect(problemsOfCommand(command)).toEqual([]);
});

it('has no command that a shell does not accept unchanged', () => {
  expect(blocks.flatMap((block) => block.split('\n')).filter((line) => /\bnpx\b| #/.test(line))).toEqual([]);
});
