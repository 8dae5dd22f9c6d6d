import type {
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DescribeParametersCommandInput,
  GetParameterCommandInput,
  GetParameterHistoryCommandInput,
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  LabelParameterVersionCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type CallContext, type SimulatedService } from '../service.ts';
import type { AccountIdentity } from '../wire/account-identity.ts';
import { unsupported } from '../wire/unsupported.ts';
import { attachLabels } from './labels.ts';
import { pageOf, pageSize, tokenAt } from './page.ts';
import { latest, type Parameter, type ParameterVersion, selected } from './parameter.ts';
import { type EmittedEvent, type ParameterChange, parameterChanged } from './parameter-events.ts';
import { historyView, metadataView, parameterView } from './parameter-views.ts';
import { invalid } from './write-rules.ts';
import { writeVersion } from './write-version.ts';

/** The parts of the simulated Parameter Store. */
export interface ParameterStoreParts {
  readonly random: SeededRandom;
  readonly account: AccountIdentity;
  /** Receives the event of each change. */
  emit(event: EmittedEvent): void;
}

const PATH_PAGE = 10;
const NAMES_PER_CALL = 10;
const HISTORY_PAGE = 50;
const DESCRIBE_PAGE = 50;
/** The chance that a page of GetParametersByPath is empty except for its token, as the API reference warns. Assumed. */
const EMPTY_PAGE_CHANCE = 0.05;

/**
 * Parameter Store: versions, labels, tiers and hierarchies, with an event for each change. Reads see every
 * write at once. Policies, tags, shared parameters and data types other than text are refused by name.
 *
 * Source: AWS Systems Manager API Reference and User Guide, "Parameter Store".
 */
export class ParameterStore implements SimulatedService {
  readonly operations = {
    PutParameter: (input: PutParameterCommandInput, call: CallContext) => this.#put(input, call),
    GetParameter: (input: GetParameterCommandInput) => ({
      Parameter: this.#get(input.Name ?? '', input.WithDecryption),
    }),
    GetParameters: (input: GetParametersCommandInput) => this.#getAll(input),
    GetParametersByPath: (input: GetParametersByPathCommandInput) => this.#getByPath(input),
    GetParameterHistory: (input: GetParameterHistoryCommandInput) => this.#history(input),
    LabelParameterVersion: (input: LabelParameterVersionCommandInput) => this.#label(input),
    DeleteParameter: ({ Name }: DeleteParameterCommandInput) => this.#delete(this.#find(Name ?? '')),
    DeleteParameters: (input: DeleteParametersCommandInput) => this.#deleteAll(input),
    DescribeParameters: (input: DescribeParametersCommandInput) => this.#describe(input),
  };
  readonly #random: SeededRandom;
  readonly #account: AccountIdentity;
  readonly #emit: ParameterStoreParts['emit'];
  readonly #parameters = new Map<string, Parameter>();

  constructor({ random, account, emit }: ParameterStoreParts) {
    this.#random = random.fork('ssm');
    this.#account = account;
    this.#emit = emit;
  }

  /** A version still kept, or the latest one, decrypted and without any permission check; for tests and reports. */
  version(name: string, version?: number): ParameterVersion | undefined {
    const parameter = this.#parameters.get(name);
    return parameter && (version === undefined ? latest(parameter) : selected(parameter, String(version)));
  }

  /** Names of all parameters below a path, in order. */
  namesBelow(path: string): string[] {
    return [...this.#parameters.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
  }

  #put(input: PutParameterCommandInput, call: CallContext): object {
    const existing = this.#parameters.get(input.Name ?? '');
    const parameter = writeVersion(input, existing, call);
    this.#parameters.set(parameter.name, parameter);
    this.#announce(existing ? 'Update' : 'Create', parameter);
    const { version, tier } = latest(parameter);
    return { Version: version, Tier: tier };
  }

  /** `given` is a name or an ARN, with or without `:version` or `:label`. */
  #get(given: string, decrypt = false): object {
    const { name, selector } = this.#split(given);
    const parameter = this.#find(name);
    const version = selector === undefined ? latest(parameter) : selected(parameter, selector);
    if (!version) {
      throw new AwsError(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
      );
    }
    return parameterView(parameter, version, { arn: this.#arn(name), selector, decrypt });
  }

  #getAll({ Names = [], WithDecryption }: GetParametersCommandInput): object {
    checkNames(Names);
    const found: object[] = [];
    const missing: string[] = [];
    for (const name of Names) {
      try {
        found.push(this.#get(name, WithDecryption));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        missing.push(name);
      }
    }
    return { Parameters: found, InvalidParameters: missing };
  }

  #getByPath(input: GetParametersByPathCommandInput): object {
    const path = input.Path ?? '';
    if (!path.startsWith('/')) throw invalid('The parameter path must begin with a forward slash (/).');
    if (input.ParameterFilters?.length) throw unsupported('ssm', 'GetParametersByPath', 'ParameterFilters');
    const size = pageSize(input.MaxResults, PATH_PAGE);
    const within = path.endsWith('/') ? path : `${path}/`;
    const matching = this.#sorted().filter(
      ({ name }) => name.startsWith(within) && (input.Recursive || !name.slice(within.length).includes('/')),
    );
    const { items, nextToken } = pageOf(matching, { size, token: input.NextToken });
    if (items.length > 0 && this.#random.chance(EMPTY_PAGE_CHANCE)) {
      return { Parameters: [], NextToken: input.NextToken ?? tokenAt(0) };
    }
    return {
      Parameters: items.map((parameter) =>
        parameterView(parameter, latest(parameter), {
          arn: this.#arn(parameter.name),
          decrypt: input.WithDecryption ?? false,
        }),
      ),
      NextToken: nextToken,
    };
  }

  #history(input: GetParameterHistoryCommandInput): object {
    const parameter = this.#find(this.#split(input.Name ?? '').name);
    const size = pageSize(input.MaxResults, HISTORY_PAGE);
    const { items, nextToken } = pageOf(parameter.versions, { size, token: input.NextToken });
    const decrypt = input.WithDecryption ?? false;
    return {
      Parameters: items.map((version) => historyView(parameter, version, decrypt)),
      NextToken: nextToken,
    };
  }

  #label(input: LabelParameterVersionCommandInput): object {
    const parameter = this.#find(input.Name ?? '');
    const labels = input.Labels ?? [];
    if (labels.length === 0 || labels.length > 10)
      throw invalid('Labels must have between 1 and 10 members.');
    const version = labelled(parameter, input.ParameterVersion);
    const bad = attachLabels(parameter, version, labels);
    if (bad.length < labels.length) this.#announce('LabelParameterVersion', parameter);
    return { InvalidLabels: bad, ParameterVersion: version.version };
  }

  #delete(parameter: Parameter): undefined {
    this.#parameters.delete(parameter.name);
    this.#announce('Delete', parameter);
  }

  #deleteAll({ Names = [] }: DeleteParametersCommandInput): object {
    checkNames(Names);
    const present = Names.filter((name) => this.#parameters.has(name));
    for (const name of present) this.#delete(this.#find(name));
    return {
      DeletedParameters: present,
      InvalidParameters: Names.filter((name) => !present.includes(name)),
    };
  }

  #describe(input: DescribeParametersCommandInput): object {
    if (input.Filters?.length) throw unsupported('ssm', 'DescribeParameters', 'Filters');
    if (input.Shared) throw unsupported('ssm', 'DescribeParameters', 'Shared');
    const tests = (input.ParameterFilters ?? []).map(({ Key, Option = 'Equals', Values = [] }) => {
      if (Key === 'Path' && Option === 'Recursive') {
        return ({ name }: Parameter) => Values.some((path) => name.startsWith(`${path}/`));
      }
      if (Key !== 'Name' || !['Equals', 'BeginsWith'].includes(Option)) {
        throw unsupported('ssm', 'DescribeParameters', `a ParameterFilter of ${Key} ${Option}`);
      }
      return ({ name }: Parameter) =>
        Values.some((value) => (Option === 'Equals' ? name === value : name.startsWith(value)));
    });
    const matching = this.#sorted().filter((parameter) => tests.every((test) => test(parameter)));
    const size = pageSize(input.MaxResults, DESCRIBE_PAGE);
    const { items, nextToken } = pageOf(matching, { size, token: input.NextToken });
    return {
      Parameters: items.map((parameter) => metadataView(parameter, this.#arn(parameter.name))),
      NextToken: nextToken,
    };
  }

  #find(name: string): Parameter {
    const parameter = this.#parameters.get(name);
    if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    return parameter;
  }

  #sorted(): Parameter[] {
    return [...this.#parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #split(given: string): { name: string; selector: string | undefined } {
    const [, path] = /^arn:[^:]+:ssm:[^:]+:\d{12}:parameter(\/.+)$/.exec(given) ?? [];
    const [nameOrPath = '', selector] = (path ?? given).split(':');
    if (selector === '') throw invalid('The selector after the parameter name is empty.');
    const known = path === undefined || this.#parameters.has(nameOrPath);
    // An ARN has one slash before the name, whether or not the name begins with one.
    return { name: known ? nameOrPath : nameOrPath.slice(1), selector };
  }

  #arn(name: string): string {
    const { region, accountId } = this.#account;
    return `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  }

  #announce(change: ParameterChange, parameter: Parameter): void {
    this.#emit(parameterChanged(change, this.#arn(parameter.name), parameter));
  }
}

function labelled(parameter: Parameter, asked: number | undefined): ParameterVersion {
  const version = asked === undefined ? latest(parameter) : selected(parameter, String(asked));
  if (version) return version;
  throw new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${asked} of ${parameter.name}. Verify the version and try again.`,
  );
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0 || names.length > NAMES_PER_CALL) {
    throw invalid(`Member must have length between 1 and ${NAMES_PER_CALL}`);
  }
  if (new Set(names).size < names.length) throw invalid('Duplicate parameter name in the request.');
}
