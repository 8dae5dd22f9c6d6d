import { defaultEnvironment, environments } from './environments.ts';

/** An option: the same for every command that takes it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** The placeholder for its value in help texts. */
  readonly value?: string;
  readonly about: string;
  readonly short?: string;
  /** Allowed values; left out, any. */
  readonly choices?: readonly string[];
}

/** Every option of every command. */
export const options = {
  environment: {
    type: 'string',
    value: 'E',
    choices: environments,
    about: `the coordinator is the stack rollback-coordinator-E; ${defaultEnvironment} by default`,
  },
  stack: { type: 'string', value: 'NAME', about: "the coordinator's stack, where it is called otherwise" },
  region: { type: 'string', value: 'R', about: 'its Region; by default that of your AWS configuration' },
  output: { type: 'string', value: 'FORM', choices: ['table', 'json'], about: 'table by default' },
  json: { type: 'boolean', about: 'the same as --output json' },
  help: { type: 'boolean', short: 'h', about: 'shows this' },
  version: { type: 'boolean', about: 'shows the version' },
  online: {
    type: 'boolean',
    about: 'asks the account too: for alarms, functions, stacks and the services that are in Parameter Store',
  },
  limit: { type: 'string', value: 'N', about: 'releases to go back, 1 to 100; 20 by default' },
  by: { type: 'string', value: 'NAME', about: 'who says so, for the ledger and the mails' },
  reason: { type: 'string', value: 'TEXT', about: 'why, in one sentence, for the ledger and the mails' },
  all: { type: 'boolean', about: 'every service' },
  'pin-only': { type: 'boolean', about: 'pins the stack and leaves the rest' },
  'dry-run': { type: 'boolean', about: 'shows what would change, and changes nothing' },
  watch: { type: 'boolean', about: 'shows it again and again, until you press Ctrl-C' },
  every: { type: 'string', value: 'S', about: 'seconds between two looks, 2 to 3600; 10 by default' },
  until: {
    type: 'string',
    value: 'TIME',
    about: 'when it ends by itself: ISO 8601, or from now 30m, 2h, 1d',
  },
  wait: { type: 'boolean', about: 'waits for the end, and ends with a status that tells it' },
  overrule: { type: 'boolean', about: 'undoes the release although a person declared it good' },
  good: {
    type: 'boolean',
    about: 'declares good what is live: it is a restore point at once; needs --reason',
  },
  digest: {
    type: 'string',
    value: 'SHA256',
    about: "the digest of the code that is to be deployed, as Lambda's CodeSha256",
  },
  policy: {
    type: 'string',
    value: 'FILE',
    about: 'the policy to judge with: an entry of the catalog, or "policy:" alone',
  },
  metrics: {
    type: 'string',
    value: 'FILE',
    about: 'the recorded deployments, minute by minute, as CSV or JSON',
  },
  save: {
    type: 'string',
    value: 'FILE',
    about: 'writes what was read of the account as a new file of metrics, for labels of your own',
  },
  from: { type: 'string', value: 'TIME', about: 'leaves out releases that began before: ISO 8601, or a day' },
  to: { type: 'string', value: 'TIME', about: 'leaves out releases that began then or later' },
  yes: { type: 'boolean', about: 'goes on without a question' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof options;

/** The options of a command line; options that were not given are absent. */
export type OptionValues = {
  readonly [Name in OptionName]?: (typeof options)[Name]['type'] extends 'boolean' ? boolean : string;
};

/** An option by its name. */
export function optionSpec(name: OptionName): OptionSpec {
  return options[name];
}
