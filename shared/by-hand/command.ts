import { jsonWord, shellWord } from './shell-word.ts';

/**
 * A command for a person's terminal, in parts between which its line may be broken. Every part is ready for the shell:
 * parts are made by the functions of this file only.
 */
export type Command = readonly string[];

/** One thing that a person may do: a sentence that says when or why, and the command that does it. */
export interface Step {
  readonly say: string;
  readonly run?: Command;
}

/** Which coordinator a person is told of, in which Region. */
export interface Place {
  readonly environment: string;
  readonly region: string;
}

/** What an option is given: a text, several of them, nothing, JSON, or what the shell makes of its own words. */
export type OptionValue =
  | string
  | readonly string[]
  | true
  | { readonly json: unknown }
  | { readonly shell: string };

/** Options of a command by their names without dashes, in the order they are written. */
export type Options = Readonly<Record<string, OptionValue>>;

/** Columns of a line of a mail, less its indentation. */
const mostColumns = 74;

/**
 * A call of the AWS CLI, of version 1 or 2.
 *
 * @param call the CLI's names of service and operation
 * @param operands what follows the options
 */
export function awsCommand(
  { region }: Pick<Place, 'region'>,
  call: `${string} ${string}`,
  options: Options,
  ...operands: readonly string[]
): Command {
  return [`aws ${call}`, ...optionParts({ region, ...options }), ...operands.map(shellWord)];
}

/**
 * A call of the command `rollback-coordinator`, as it is installed. Not by `npx`: outside of a clone that would fetch
 * whatever package has this name.
 */
export function coordinatorCommand(
  { environment, region }: Place,
  words: readonly string[],
  options: Options = {},
): Command {
  const call = ['rollback-coordinator', ...words.map(shellWord)].join(' ');
  return [call, ...optionParts({ ...options, environment, region })];
}

/** A text as the input of a command, which reads it as its file `/dev/stdin`. */
export function fed(text: string, into: Command): Command {
  const [first = '', ...rest] = into;
  return [`printf %s ${shellWord(text)}`, `| ${first}`, ...rest];
}

/**
 * A read, and a command that takes what it printed, which is to be JSON, for the rest of its options. Neither a mail, nor
 * the terminal, nor the list of processes shows it. Where the read fails the command is not run.
 *
 * It goes through a file that only its owner can read and that is gone afterwards: the AWS CLI reads the file of
 * `--cli-input-json` twice, so that a pipe would be empty (github.com/aws/aws-cli/issues/5982).
 */
export function throughFile(read: Command, command: Command): Command {
  const [first = '', ...rest] = command;
  return [
    '(found=$(mktemp)',
    `&& trap 'rm -f "$found"' EXIT`,
    ...wrapped('&& ', read, ''),
    '> "$found"',
    `&& ${first}`,
    ...rest,
    '--cli-input-json "file://$found")',
  ];
}

/**
 * A read, and a command that uses what it found as the variable `name`. Where the read fails, or finds nothing, the
 * command is not run.
 *
 * @param name no variable of the shell's own, of which zsh has many (`aliases`, `path`, `status`)
 */
export function withFound(name: string, read: Command, command: Command): Command {
  const [first = '', ...rest] = command;
  return [...wrapped(`${name}=$(`, read, ')'), `&& [ -n "$${name}" ]`, `&& ${first}`, ...rest];
}

/** A command as lines, broken where it is wider than a mail. Each line but the last ends in a backslash. */
export function commandLines(command: Command): string[] {
  const lines: string[] = [];
  for (const [index, part] of command.entries()) {
    const line = lines.at(-1);
    // Where more follows, two columns are for a backslash and the blank before it.
    const room = index === command.length - 1 ? mostColumns : mostColumns - 2;
    if (line !== undefined && line.length + 1 + part.length <= room) {
      lines[lines.length - 1] = `${line} ${part}`;
    } else {
      lines.push(lines.length === 0 ? part : `  ${part}`);
    }
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

function wrapped(before: string, command: Command, after: string): string[] {
  return command.map(
    (part, index) => `${index === 0 ? before : ''}${part}${index === command.length - 1 ? after : ''}`,
  );
}

function optionParts(options: Options): string[] {
  return Object.entries(options).map(([name, value]) => {
    if (value === true) return `--${name}`;
    if (typeof value === 'string') return optionPart(name, value);
    if ('json' in value) return `--${name} ${jsonWord(value.json)}`;
    if ('shell' in value) return `--${name} ${value.shell}`;
    return [`--${name}`, ...value.map(shellWord)].join(' ');
  });
}

/** A value that begins with a dash would be taken for an option. */
function optionPart(name: string, value: string): string {
  return value.startsWith('-') ? `--${name}=${shellWord(value)}` : `--${name} ${shellWord(value)}`;
}
