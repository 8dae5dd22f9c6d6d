import { jsonWord, shellWord } from './shell-word.ts';

/**
 * A command for a person's terminal, in parts between which its line may be broken. Every part is ready for the shell: only
 * the functions of this file make parts.
 */
export type Command = readonly string[];

/** A step for a person: a sentence with the condition or the reason, and its command. */
export interface Step {
  readonly say: string;
  readonly run?: Command;
}

/** The coordinator and the Region of a command. */
export interface Place {
  readonly environment: string;
  readonly region: string;
}

/** The value of an option: a text, several texts, none, JSON, or words that the shell expands. */
export type OptionValue =
  | string
  | readonly string[]
  | true
  | { readonly json: unknown }
  | { readonly shell: string };

/** Options of a command by their names without dashes, in the order of the command line. */
export type Options = Readonly<Record<string, OptionValue>>;

/** Columns of a line of a mail, less its indentation. */
const mostColumns = 74;

/**
 * A call of the AWS CLI, of version 1 or 2.
 *
 * @param call the CLI's names of service and operation
 * @param operands words after the options
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
 * A call of the installed command `rollback-coordinator`. Not by `npx`, which outside of a clone would fetch any package of
 * this name.
 */
export function coordinatorCommand(
  { environment, region }: Place,
  words: readonly string[],
  options: Options = {},
): Command {
  const call = ['rollback-coordinator', ...words.map(shellWord)].join(' ');
  return [call, ...optionParts({ ...options, environment, region })];
}

/** A text as the input of a command, which reads it from `/dev/stdin`. */
export function fed(text: string, into: Command): Command {
  const [first = '', ...rest] = into;
  return [`printf %s ${shellWord(text)}`, `| ${first}`, ...rest];
}

/**
 * A read, and a command that takes the rest of its options from the read's output, which has to be JSON. The output appears
 * neither in a mail, nor on the terminal, nor in the list of processes. If the read fails the command is not run.
 *
 * The output goes through a temporary file that only its owner can read: the AWS CLI reads the file of `--cli-input-json`
 * twice, so that a pipe would be empty (github.com/aws/aws-cli/issues/5982).
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
 * A read, and a command that uses its output as the variable `name`. If the read fails, or prints nothing, the command is
 * not run.
 *
 * @param name no variable of the shell's own, of which zsh has many (`aliases`, `path`, `status`)
 */
export function withFound(name: string, read: Command, command: Command): Command {
  const [first = '', ...rest] = command;
  return [...wrapped(`${name}=$(`, read, ')'), `&& [ -n "$${name}" ]`, `&& ${first}`, ...rest];
}

/** A command as lines, broken if it is wider than a mail. Each line but the last ends in a backslash. */
export function commandLines(command: Command): string[] {
  const lines: string[] = [];
  for (const [index, part] of command.entries()) {
    const line = lines.at(-1);
    // Before a further line, two columns are for a backslash and the blank before it.
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
