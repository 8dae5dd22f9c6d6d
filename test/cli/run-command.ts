import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type AnsweringCommand, answers } from '../../cli/answers.ts';
import { schemaFileOf } from '../../cli/command-document.ts';
import { type CommandLine, parseCommandLine } from '../../cli/command-line.ts';
import { runCli } from '../../cli/run-cli.ts';
import type { ExitStatus, Terminal } from '../../cli/terminal.ts';

/** Read-only commands: each has its answer as text and as JSON. */
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
 * Runs a command as the program does. A JSON answer must match its published schema, and may have no member beyond the
 * schema. A read-only command called for text is run for JSON too.
 *
 * @throws Error where the answer does not match the schema, or where the two forms end differently
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

/** The differences between an answer and the schema of its command, and the schema as published. */
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
