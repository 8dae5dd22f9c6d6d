import { parseArgs } from 'node:util';
import { UsageError } from '../command/command-line.ts';

/** An option with a text, and one without a value. */
export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;

/** Options by name; `--help` and `-h` belong to every command. */
type OwnOptions = Readonly<Record<string, typeof text | typeof flag>>;
const help = { help: { ...flag, short: 'h' } } as const;

/**
 * Reads the arguments of a command.
 *
 * @param allowPositionals whether the command takes positional arguments
 * @throws UsageError
 */
export function readOptions<Options extends OwnOptions>(
  argv: readonly string[],
  options: Options,
  { allowPositionals = false } = {},
) {
  try {
    return parseArgs({ args: [...argv], allowPositionals, options: { ...options, ...help } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * The whole number in an option.
 *
 * @param option its name, without the dashes
 * @throws UsageError when the value is no whole number, or below `least`
 */
export function wholeNumber(option: string, given: string, least: number): number {
  const value = Number(given);
  if (given.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} takes a whole number from ${least}, not "${given}"`);
}
