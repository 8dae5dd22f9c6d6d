import { parseArgs } from 'node:util';
import { nearestName } from '../shared/nearest-name.ts';
import { type Call, type CommandSpec, optionsOf, type Place, usageOf } from './command-spec.ts';
import { commands } from './command-table.ts';
import { defaultEnvironment } from './environments.ts';
import { type OptionName, type OptionValues, optionSpec, options } from './options.ts';

/** The command line does not have the documented form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command of the error; undefined if none is known. */
  readonly command: CommandSpec | undefined;

  constructor(message: string, command?: CommandSpec) {
    super(message);
    this.command = command;
  }
}

/** The request of a command line. */
export type CommandLine =
  | { readonly do: 'help'; readonly of: CommandSpec | undefined }
  | { readonly do: 'version' }
  | { readonly do: 'run'; readonly command: CommandSpec; readonly call: Call };

/** Reads the arguments. @throws UsageError */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: parsed,
    // Unknown options are reported below, with the nearest name.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const command = commandOf(positionals);
  const values: Partial<Record<OptionName, string | boolean>> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const name = token.name as OptionName;
    values[name] = givenValue(token, command);
  }
  if (values.version) return { do: 'version' };
  if (argv.length === 0 || (values.help && positionals.length === 0)) return { do: 'help', of: undefined };
  if (!command) throw unknownCommand(positionals);
  if (values.help) return { do: 'help', of: command };
  const args = positionals.slice(command.name.split(' ').length);
  checkArguments(command, args);
  const given = values as OptionValues;
  const json = given.output === undefined ? given.json === true : given.output === 'json';
  if (given.json && given.output === 'table') throw new UsageError('--json is --output json', command);
  const call: Call = { args, options: given, place: placeOf(given), json };
  const objection = command.check?.(call);
  if (objection) throw new UsageError(objection, command);
  return { do: 'run', command, call };
}

/** The command of a name, which has one word or two. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands.find((one) => one.name === name);
}

const parsed = Object.fromEntries(
  Object.keys(options).map((name) => {
    const { type, short } = optionSpec(name as OptionName);
    return [name, { type, ...(short && { short }) }];
  }),
);

function commandOf([first = '', second = '']: readonly string[]): CommandSpec | undefined {
  return findCommand(`${first} ${second}`) ?? findCommand(first);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** The value of an option, checked against the table. */
function givenValue({ name, rawName, value, inlineValue }: OptionToken, command: CommandSpec | undefined) {
  const allowed = command && optionsOf(command);
  if (!Object.hasOwn(options, name)) {
    const known = (allowed ?? Object.keys(options)).map((one) => `--${one}`);
    throw new UsageError(`unknown option ${rawName}${didYouMean(rawName, known)}`, command);
  }
  if (allowed && name !== 'version' && !allowed.includes(name as OptionName)) {
    const takers = commands.filter((one) => optionsOf(one).includes(name as OptionName));
    const some = takers.slice(0, 4).map((one) => one.name);
    const whose = `${some.join(', ')}${takers.length > some.length ? ' and others' : ''}`;
    throw new UsageError(`${command.name} takes no ${rawName}; it is for ${whose}`, command);
  }
  const { type, value: word, choices } = optionSpec(name as OptionName);
  if (type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`, command);
    return true;
  }
  if (value === undefined || (!inlineValue && value.startsWith('-'))) {
    throw new UsageError(
      `${rawName} needs a value: ${rawName} ${word}, or ${rawName}=${word} where it begins with "-"`,
      command,
    );
  }
  if (choices && !choices.includes(value)) {
    const nearest = didYouMean(value, choices);
    throw new UsageError(`${rawName} is ${inWords(choices)}, not "${value}"${nearest}`, command);
  }
  return value;
}

function unknownCommand([first = '', second]: readonly string[]): UsageError {
  const below = commands.map(({ name }) => name).filter((name) => name.startsWith(`${first} `));
  if (below.length > 0) {
    const words = below.map((name) => name.slice(first.length + 1));
    const given = second === undefined ? 'nothing' : `"${second}"${didYouMean(second, words)}`;
    return new UsageError(`${first} takes ${inWords(words)}, not ${given}`);
  }
  const known = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  return new UsageError(
    `unknown command ${first || '(none)'}; there are ${known.join(', ')}${didYouMean(first, known)}`,
  );
}

function checkArguments(command: CommandSpec, given: readonly string[]): void {
  const least = command.args.filter(
    ({ count }) => count === 'one' || count === 'many' || count === 'any',
  ).length;
  const most = command.args.some(({ count }) => count === 'many' || count === 'any')
    ? Infinity
    : command.args.length;
  if (given.length < least || given.length > most) {
    const { name } = command;
    const takes = most === 0 ? `${name} takes no argument` : `the form is ${usageOf(command)}`;
    throw new UsageError(`${takes}, not ${[name, ...given].join(' ')}`, command);
  }
  for (const [index, value] of given.entries()) {
    const { choices, name } = command.args[index] ?? {};
    if (!choices || choices.includes(value)) continue;
    throw new UsageError(
      `${name} is ${inWords(choices)}, not "${value}"${didYouMean(value, choices)}`,
      command,
    );
  }
}

function placeOf({ environment = defaultEnvironment, stack, region }: OptionValues): Place {
  return { stack: stack ?? `rollback-coordinator-${environment}`, region };
}

function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function didYouMean(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
