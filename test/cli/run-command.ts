import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type AnsweringCommand, answers } from '../../cli/answers.ts';
import { schemaFileOf } from '../../cli/command-document.ts';
import { type CommandLine, parseCommandLine } from '../../cli/command-line.ts';
import { runCli } from '../../cli/run-cli.ts';
import type { ExitStatus, Terminal } from '../../cli/terminal.ts';

/** Commands that only read: what they answer as text, they can be asked for as JSON too. */
const readers: readonly string[] = [
  'status',
  'incidents',
  'holds',
  'history',
  'live-at',
  'why',
  'may-deploy',
  'catalog validate',
  'catalog diff',
  'catalog suggest',
  'replay',
  'doctor',
] satisfies AnsweringCommand[];

/**
 * Runs a command as the program does. Its answer as JSON has to be of its published schema, and may have no member that the schema
 * does not have. A command that only reads is asked for JSON too where it was asked for text.
 *
 * @throws Error where the answer is not of the schema, or where the two forms end in different ways
 */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  const line = lineOf(argv);
  if (line?.do !== 'run' || !line.command.json) return runCli(argv, terminal);
  // Every command that takes --json has a schema; see answers.test.ts.
  const name = line.command.name as AnsweringCommand;
  if (line.call.json) return checkAnswer(name, argv, terminal);
  const status = await runCli(argv, terminal);
  const { watch, save } = line.call.options;
  if (status === 2 || watch || save !== undefined || !readers.includes(name)) return status;
  const quiet: Terminal = Object.create(terminal, { out: { value: ignore }, err: { value: ignore } });
  const asJson = await checkAnswer(name, [...argv, '--json'], quiet);
  if (asJson !== status) throw new Error(`${argv.join(' ')} ends with ${status}, with --json ${asJson}`);
  return status;
}

function ignore(): void {}

/** Runs a command and checks each line that it writes to standard output. */
async function checkAnswer(
  name: AnsweringCommand,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitStatus> {
  const answered: string[] = [];
  const out = (text: string) => {
    answered.push(text);
    terminal.out(text);
  };
  const status = await runCli(argv, Object.create(terminal, { out: { value: out } }));
  const problems = answered.flatMap((text) => problemsOfAnswer(name, JSON.parse(text)));
  if (problems.length > 0) throw new Error(`${argv.join(' ')}:\n${problems.join('\n')}`);
  return status;
}

/** How an answer differs from the schema of its command, and from the schema as it is published. */
export function problemsOfAnswer(command: AnsweringCommand, answer: unknown): string[] {
  const published = JSON.parse(readFileSync(join(process.cwd(), schemaFileOf(command)), 'utf8'));
  return [answers[command], z.fromJSONSchema(published)].flatMap((schema) => {
    const { error } = schema.safeParse(answer);
    return error ? [z.prettifyError(error)] : [];
  });
}

function lineOf(argv: readonly string[]): CommandLine | undefined {
  try {
    return parseCommandLine(argv);
  } catch {
    return undefined;
  }
}
