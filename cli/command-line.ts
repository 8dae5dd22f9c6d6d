import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestName } from '../shared/catalog/compiled-catalog.ts';

/** The command line is not of the documented form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where the coordinator is. */
export interface Place {
  readonly stack: string;
  readonly region: string | undefined;
}

/** What the command line asks for. */
export type Command =
  | { readonly do: 'help' }
  | {
      readonly do: 'validate';
      readonly paths: readonly string[];
      readonly online: boolean;
      readonly json: boolean;
      readonly place: Place;
    }
  | { readonly do: 'push'; readonly paths: readonly string[]; readonly json: boolean; readonly place: Place }
  | {
      readonly do: 'tell';
      /** The function that is told, and what. */
      readonly what: 'answer-approval' | 'hold-service';
      readonly event: Readonly<Record<string, string | boolean>>;
      readonly json: boolean;
      readonly place: Place;
    }
  | {
      readonly do: 'ask';
      readonly question: Readonly<Record<string, string | number>>;
      readonly json: boolean;
      readonly place: Place;
    }
  | {
      readonly do: 'converge';
      readonly service: string;
      readonly pinOnly: boolean;
      /** Shows what would change, and changes nothing. */
      readonly dryRun: boolean;
      /** Asks no question. */
      readonly yes: boolean;
      readonly json: boolean;
      readonly place: Place;
    }
  | { readonly do: 'may-deploy'; readonly service: string; readonly json: boolean; readonly place: Place };

export const usage = `Usage: rollback-coordinator catalog validate FILE|DIR… [--online]
       rollback-coordinator catalog push FILE|DIR…
       rollback-coordinator history SERVICE [--limit N]
       rollback-coordinator live-at TIME [SERVICE]
       rollback-coordinator why INCIDENT|SERVICE
       rollback-coordinator approve|refuse INCIDENT --by NAME [--reason TEXT]
       rollback-coordinator hold|resume SERVICE|--all --by NAME [--reason TEXT]
       rollback-coordinator may-deploy SERVICE
       rollback-coordinator converge SERVICE [--pin-only] [--dry-run] [--yes]

  catalog validate  checks entries: form, names, circles, size; with --online also alarms, functions, stacks and the services
                    that are in Parameter Store already
  catalog push      checks them likewise, and writes those that changed to Parameter Store; all or none
  history           the latest releases of a service, with their deployments, phase by phase
  live-at           what was live at TIME (ISO 8601 such as 2026-01-05T09:00:00Z, or "now"): one service, or all
  why               why a release was rolled back, what was planned, what was done: an incident, or the latest one
                    of a service
  approve, refuse   answers an incident whose rollback waits for a person
  hold, resume      while a service, or everything, is on hold, the coordinator only reports what it would do
  may-deploy        whether a deployment of a service may go on now, and why not: status 0 or 1
  converge          after a rollback: pins the service's stack to the versions that users are on, then applies the rest of
                    the saved template; with your own rights, so that you have to be allowed to deploy the stack

  FILE              YAML or JSON: one entry, or a list of them under "services"; DIR stands for all such files in it
  --environment E   dev or prod (default): the coordinator is the stack rollback-coordinator-E
  --stack NAME      the coordinator's stack, where it is called otherwise
  --region R        its Region; by default that of your AWS configuration
  --by NAME         who says so, for the ledger and the mails
  --pin-only        pins the stack and leaves the rest
  --dry-run         shows what would change, and changes nothing
  --yes             applies it without a question
  --json            the answer as JSON
  --help            shows this

Status 0: done, or nothing to do. 1: something is wrong with the entries; the deployment may not go on; converge was
refused, or failed. 2: it could not be done; the message says why.`;

const options = {
  environment: { type: 'string', default: 'prod' },
  stack: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  online: { type: 'boolean', default: false },
  limit: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  all: { type: 'boolean', default: false },
  'pin-only': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const telling = ['approve', 'refuse', 'hold', 'resume'];
const commands = ['catalog', 'history', 'live-at', 'why', ...telling, 'may-deploy', 'converge'];

/** Reads the arguments. @throws UsageError */
export function parseCommandLine(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  const [command = '', ...rest] = positionals;
  if (values.help || (command === '' && argv.length === 0)) return { do: 'help' };
  const place = placeOf(values);
  const { json, online, limit } = values;
  if (online && !(command === 'catalog' && rest[0] === 'validate')) {
    throw new UsageError('--online is for catalog validate');
  }
  if (limit !== undefined && command !== 'history') throw new UsageError('--limit is for history');
  const { by, reason, all } = values;
  if (!telling.includes(command) && (by !== undefined || reason !== undefined)) {
    throw new UsageError(`--by and --reason are for ${telling.join(', ')}`);
  }
  if (all && command !== 'hold' && command !== 'resume') throw new UsageError('--all is for hold and resume');
  const { 'pin-only': pinOnly, 'dry-run': dryRun, yes } = values;
  if (command !== 'converge' && (pinOnly || dryRun || yes)) {
    throw new UsageError('--pin-only, --dry-run and --yes are for converge');
  }
  const said = { by: by ?? '', ...(reason !== undefined && { reason }) };
  switch (command) {
    case 'approve':
    case 'refuse': {
      const [incidentId = ''] = only(rest, 1, 1, `${command} takes one incident`);
      needsName(by, command);
      const event = { incidentId, answer: command, ...said };
      return { do: 'tell', what: 'answer-approval', event, json, place };
    }
    case 'hold':
    case 'resume': {
      const most = all ? 0 : 1;
      const [service = '*'] = only(rest, most, most, `${command} takes one service, or --all and none`);
      needsName(by, command);
      const event = { service, hold: command === 'hold', ...said };
      return { do: 'tell', what: 'hold-service', event, json, place };
    }
    case 'catalog': {
      const [what, ...paths] = rest;
      if (what !== 'validate' && what !== 'push') {
        throw new UsageError(`catalog takes validate or push, not ${what ? `"${what}"` : 'nothing'}`);
      }
      if (paths.length === 0) throw new UsageError(`catalog ${what} takes files or folders`);
      return what === 'push'
        ? { do: 'push', paths, json, place }
        : { do: 'validate', paths, online, json, place };
    }
    case 'history': {
      const [service] = only(rest, 1, 1, 'history takes one service');
      const releases = limit === undefined ? {} : { limit: toLimit(limit) };
      return { do: 'ask', question: { query: 'history', service: service ?? '', ...releases }, json, place };
    }
    case 'live-at': {
      const [at, service] = only(rest, 1, 2, 'live-at takes a time, and at most one service');
      return {
        do: 'ask',
        question: { query: 'live-at', at: at ?? '', ...(service && { service }) },
        json,
        place,
      };
    }
    case 'why': {
      const [incident] = only(rest, 1, 1, 'why takes one incident, or one service');
      return { do: 'ask', question: { query: 'why', incident: incident ?? '' }, json, place };
    }
    case 'may-deploy': {
      const [service = ''] = only(rest, 1, 1, 'may-deploy takes one service');
      return { do: 'may-deploy', service, json, place };
    }
    case 'converge': {
      const [service = ''] = only(rest, 1, 1, 'converge takes one service');
      if (dryRun && yes) throw new UsageError('--dry-run changes nothing: leave out --yes');
      if (json && !dryRun && !yes) {
        throw new UsageError('converge --json asks no question: add --yes or --dry-run');
      }
      return { do: 'converge', service, pinOnly, dryRun, yes, json, place };
    }
    default:
      throw new UsageError(unknown('command', command, commands));
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const { message } = error as Error;
    const given = /Unknown option '(--?[^']+)'/.exec(message)?.[1];
    if (given === undefined) throw new UsageError(message);
    throw new UsageError(
      unknown(
        'option',
        given,
        Object.keys(options).map((name) => `--${name}`),
      ),
    );
  }
}

function placeOf(values: { environment: string; stack?: string; region?: string }): Place {
  const { environment, stack, region } = values;
  if (environment !== 'dev' && environment !== 'prod') {
    throw new UsageError(`--environment is dev or prod, not "${environment}"`);
  }
  return { stack: stack ?? `rollback-coordinator-${environment}`, region };
}

function only(given: readonly string[], least: number, most: number, otherwise: string): readonly string[] {
  if (given.length >= least && given.length <= most) return given;
  throw new UsageError(`${otherwise}${given.length === 0 ? '' : `, not ${given.join(' ')}`}`);
}

function needsName(by: string | undefined, command: string): void {
  if (!by) throw new UsageError(`${command} needs --by NAME: it is written down who says so`);
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new UsageError(`--limit takes a whole number from 1 to 100, not "${text}"`);
}

function unknown(what: string, given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return `unknown ${what} ${given}; ${nearest ? `did you mean ${nearest}? ` : ''}there are ${known.join(', ')}`;
}
