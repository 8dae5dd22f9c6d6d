import { UsageError } from './command-line.ts';
import {
  type CommandSpec,
  couldNotBeDone,
  groups,
  optionsOf,
  placeOptions,
  usageOf,
} from './command-spec.ts';
import { commands } from './command-table.ts';
import { paint, type Screen, wrap } from './layout.ts';
import { type OptionName, optionSpec } from './options.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

const name = 'rollback-coordinator';

/** Help is read in terminals of any width; this is the usual minimum. */
const helpColumns = 80;

/** All commands, each in a line. */
export function overview(screen: Screen = {}): string[] {
  const longest = Math.max(...commands.map((one) => usageOf(one).length));
  return [
    `Usage: ${name} COMMAND [ARGUMENTS] [OPTIONS]`,
    ...groups.flatMap((group) => [
      '',
      paint(group, 'title', screen),
      ...commands
        .filter((one) => one.group === group)
        .flatMap((one) => beside(usageOf(one), one.summary, longest)),
    ]),
    '',
    ...wrap(
      `${name} COMMAND --help shows its options, examples and exit status. ${name} --version shows the version. ` +
        'Status 2 is the same for all: ' +
        `${couldNotBeDone}.`,
      helpColumns,
    ),
  ];
}

/** The help of one command. */
export function helpOf(command: CommandSpec, screen: Screen = {}): string[] {
  const { summary, details = [], examples, exits, json } = command;
  const given = optionsOf(command).map((one) => [optionUsage(one), optionAbout(one)] as const);
  const section = (heading: string, rows: readonly (readonly [string, string])[]) => {
    const longest = Math.max(0, ...rows.map(([left]) => left.length));
    return [
      '',
      paint(heading, 'title', screen),
      ...rows.flatMap(([left, right]) => beside(left, right, longest)),
    ];
  };
  return [
    `Usage: ${name} ${usageOf(command)} [OPTIONS]`,
    '',
    ...wrap(`${capital(summary)}. ${details.join(' ')}`.trim(), helpColumns),
    ...wrap(whereOf(command), helpColumns),
    ...section('Options', given),
    '',
    paint('Examples', 'title', screen),
    ...examples.flatMap(({ argv, about }) => [`  ${name} ${argv}`, `      ${about}`]),
    ...section('Exit status', exitRows({ exits })),
    ...(json ? ['', ...wrap(`As JSON, an object with: ${json.join(', ')}.`, helpColumns)] : []),
  ];
}

/** Whether a command calls AWS. */
export function whereOf(command: CommandSpec): string {
  if (command.where === 'aws') {
    const asks = 'It asks AWS: it needs a Region and credentials.';
    return command.localWith ? `${asks} With --${command.localWith} it needs neither.` : asks;
  }
  return optionsOf(command).includes(placeOptions[0])
    ? 'It is local; only with --online it asks AWS.'
    : 'It is local: it needs no Region and no credentials.';
}

/** Every exit status of a command with its meaning. */
export function exitRows({ exits }: Pick<CommandSpec, 'exits'>): (readonly [string, string])[] {
  const one = exits[1] === undefined ? [] : [['1', exits[1]] as const];
  return [['0', exits[0]], ...one, ['2', couldNotBeDone]];
}

/** `--limit N`, `--help, -h`. */
export function optionUsage(option: OptionName): string {
  const { value, short } = optionSpec(option);
  return `--${option}${value ? ` ${value}` : ''}${short ? `, -${short}` : ''}`;
}

/** The effect of an option, with its allowed values. */
export function optionAbout(option: OptionName): string {
  const { about, choices } = optionSpec(option);
  return choices ? `${choices.join(', ')}: ${about}` : about;
}

/** Runs `help`. @throws UsageError for an unknown command */
export function showHelp(words: readonly string[], terminal: Terminal): ExitStatus {
  const wanted = words.join(' ');
  const command = commands.find((one) => one.name === wanted);
  if (wanted !== '' && !command) throw new UsageError(`there is no command ${wanted}`);
  for (const line of command ? helpOf(command, terminal) : overview(terminal)) terminal.out(line);
  return 0;
}

/** A word with its meaning beside it, or below it if both do not fit. */
function beside(left: string, right: string, longest: number): string[] {
  const column = Math.min(longest, 34) + 4;
  const lines = wrap(right, helpColumns - column);
  if (left.length > column - 4) return [`  ${left}`, ...lines.map((line) => ' '.repeat(column) + line)];
  return lines.map((line, n) => (n === 0 ? `  ${left}` : '').padEnd(column) + line);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
