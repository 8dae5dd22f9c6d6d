import type { OptionName, OptionValues } from './options.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** The location of the coordinator. */
export interface Place {
  readonly stack: string;
  readonly region: string | undefined;
}

/** One argument of a command. */
export interface ArgumentSpec {
  /** In the form of help texts. */
  readonly name: string;
  /** `many`: one or more; `any`: none or more. */
  readonly count: 'one' | 'optional' | 'many' | 'any';
  /** Allowed values; left out, any. */
  readonly choices?: readonly string[];
}

/** A command as it was typed. */
export interface Call {
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly place: Place;
  readonly json: boolean;
}

/** Headings of the list of commands. */
export const groups = ['See', 'Roll back', 'Decide', 'Deploy', 'Catalog', 'This command'] as const;

/** A command: parsing, help, completion and docs/cli.md are made from this. */
export interface CommandSpec {
  /** One word or two, e.g. `catalog push`. */
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** One line, a verb first. */
  readonly summary: string;
  /** Paragraphs of its help. */
  readonly details?: readonly string[];
  readonly args: readonly ArgumentSpec[];
  /** Its own options, besides those of every command. */
  readonly options: readonly OptionName[];
  /** `aws`: it calls the account, so it needs a Region and credentials. */
  readonly where: 'local' | 'aws';
  /** With this option a command that calls the account reads files instead, and nothing else. */
  readonly localWith?: OptionName;
  readonly examples: readonly { readonly argv: string; readonly about: string }[];
  /** The meaning of status 0, and of 1 if it is possible; 2 is the same for all. */
  readonly exits: { readonly 0: string; readonly 1?: string };
  /** Members of its JSON answer; absent if it has none. */
  readonly json?: readonly string[];
  /** A failure of AWS ends with status 1: for a pipeline, no answer means no. */
  readonly failsAsNo?: true;
  /** The reason why options and arguments that are each valid cannot be combined; undefined if they can. */
  readonly check?: (call: Call) => string | undefined;
  readonly run: (call: Call, terminal: Terminal) => Promise<ExitStatus>;
}

/** The meaning of status 2, for every command. */
export const couldNotBeDone = 'it could not be done; the message says why';

/** Options of every command. */
export const commonOptions = ['help'] as const satisfies readonly OptionName[];
/** Options of a command with a JSON answer. */
export const answerOptions = ['json', 'output'] as const satisfies readonly OptionName[];
/** Options of a command that calls the account. */
export const placeOptions = ['environment', 'stack', 'region'] as const satisfies readonly OptionName[];

/** All options of a command, its own first. */
export function optionsOf({ options, json, where }: CommandSpec): OptionName[] {
  const own: readonly OptionName[] = options;
  // A local command with an option that calls the account needs its location.
  const asksAccount = where === 'aws' || own.includes('online');
  return [...own, ...(asksAccount ? placeOptions : []), ...(json ? answerOptions : []), ...commonOptions];
}

/** A command with its arguments, as in `history SERVICE`. */
export function usageOf({ name, args }: Pick<CommandSpec, 'name' | 'args'>): string {
  const shown = args.map((arg) => {
    const word = arg.choices ? arg.choices.join('|') : arg.name;
    return { one: word, optional: `[${word}]`, many: `${word}…`, any: `[${word}…]` }[arg.count];
  });
  return [name, ...shown].join(' ');
}
