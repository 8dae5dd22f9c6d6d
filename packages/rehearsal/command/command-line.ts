import { nearestName } from '../../../shared/nearest-name.ts';
import { estateSize } from '../run/draw-estate.ts';
import type { CatalogRehearsal } from '../scenario/catalog-scenario.ts';

/** The parsed command line. */
export type Command =
  | { readonly do: 'help' }
  | { readonly do: 'list' }
  | { readonly do: 'all'; readonly seed: number }
  | {
      readonly do: 'run';
      /** A scenario by name or path, the size of a drawn scenario, or a release from a team's own catalog. */
      readonly scenario: string | { readonly services: number } | CatalogRehearsal;
      readonly seed: number;
      readonly json: string | undefined;
      readonly quiet: boolean;
    };

/** The command line does not have the documented form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Played when the command line names no scenario. */
export const defaultScenario = 'bad-canary';

const flags = [
  '--list',
  '--all',
  '--services',
  '--catalog',
  '--service',
  '--bad',
  '--template',
  '--seed',
  '--json',
  '--quiet',
  '--help',
];

/** Reads the arguments. @throws UsageError */
export function parseCommandLine(argv: readonly string[]): Command {
  const scenarios: string[] = [];
  let seed = 1;
  let services: number | undefined;
  let json: string | undefined;
  const own: { catalog?: string; service?: string; template?: string; bad?: true } = {};
  let quiet = false;
  let list = false;
  let all = false;
  const rest = argv.flatMap((argument) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    return flag === undefined ? [argument] : [flag, value as string];
  });
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--help' || argument === '-h') return { do: 'help' };
    if (argument === '--list') list = true;
    else if (argument === '--all') all = true;
    else if (argument === '--quiet') quiet = true;
    else if (argument === '--services') services = toSize(rest.shift());
    else if (argument === '--seed') seed = toSeed(rest.shift());
    else if (argument === '--catalog') own.catalog = toText('--catalog takes a file or folder', rest.shift());
    else if (argument === '--service') own.service = toText('--service takes a name', rest.shift());
    else if (argument === '--template') own.template = toText('--template takes a file', rest.shift());
    else if (argument === '--bad') own.bad = true;
    else if (argument === '--json') json = toText('--json takes the name of the file to write', rest.shift());
    else if (argument.startsWith('-')) throw unknownFlag(argument);
    else scenarios.push(argument);
  }
  if (list) return { do: 'list' };
  const ofCatalog = Object.keys(own).length > 0 ? toCatalog(own) : undefined;
  if (ofCatalog) {
    if (all || services !== undefined || scenarios.length > 0) {
      throw new UsageError('--catalog takes no scenario, no --services and no --all');
    }
    return { do: 'run', scenario: ofCatalog, seed, json, quiet };
  }
  if (all) {
    if (scenarios.length === 0 && services === undefined && json === undefined) return { do: 'all', seed };
    throw new UsageError('--all plays every scenario: it takes no scenario, no --services and no --json');
  }
  if (services !== undefined) {
    if (scenarios.length === 0) return { do: 'run', scenario: { services }, seed, json, quiet };
    throw new UsageError(`--services draws a scenario and does not take one: ${scenarios.join(' and ')}`);
  }
  if (scenarios.length > 1) throw new UsageError(`one scenario at a time, not ${scenarios.join(' and ')}`);
  return { do: 'run', scenario: scenarios[0] ?? defaultScenario, seed, json, quiet };
}

function toSeed(text: string | undefined): number {
  const seed = Number(text);
  if (text !== undefined && text !== '' && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new UsageError(
    `--seed takes a whole number from 0, not ${text === undefined ? 'nothing' : `"${text}"`}`,
  );
}

function toSize(text: string | undefined): number {
  const size = estateSize.safeParse(text ? Number(text) : undefined);
  if (size.success) return size.data;
  const { minValue, maxValue } = estateSize;
  const given = text === undefined ? 'nothing' : `"${text}"`;
  throw new UsageError(`--services takes a whole number from ${minValue} to ${maxValue}, not ${given}`);
}

function toText(what: string, text: string | undefined): string {
  if (text && !text.startsWith('--')) return text;
  throw new UsageError(what);
}

function toCatalog({
  catalog,
  service,
  template,
  bad = false,
}: {
  readonly catalog?: string;
  readonly service?: string;
  readonly template?: string;
  readonly bad?: boolean;
}): CatalogRehearsal {
  if (catalog !== undefined && service !== undefined) return { catalog, service, template, bad };
  const missing = catalog === undefined ? '--catalog FILE|DIR' : '--service NAME';
  throw new UsageError(`a release from your own catalog also needs ${missing}`);
}

function unknownFlag(given: string): UsageError {
  const nearest = nearestName(given, flags);
  const meant = nearest ? `did you mean ${nearest}? ` : '';
  return new UsageError(`unknown option ${given}; ${meant}options: ${flags.join(', ')}`);
}
