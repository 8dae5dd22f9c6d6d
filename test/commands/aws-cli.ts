import type { NormalizedSchema } from '@smithy/core/schema';
import {
  type OperationModel,
  ServiceModel,
  type ServiceName,
} from '../../packages/account-simulator/account/wire/service-model.ts';

/** The API call that a call of the AWS CLI makes. */
export interface ApiCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** Its problems, in words; empty where the API accepts the call. */
  readonly problems: readonly string[];
}

/** Services by their name in the CLI (AWS CLI command reference). */
const services: Readonly<Record<string, ServiceName>> = {
  apigateway: 'api-gateway',
  apigatewayv2: 'apigatewayv2',
  cloudformation: 'cloudformation',
  dynamodb: 'dynamodb',
  deploy: 'codedeploy',
  lambda: 'lambda',
  ssm: 'ssm',
  stepfunctions: 'sfn',
  'vpc-lattice': 'vpc-lattice',
};

/** Options of every command that both versions of the CLI have (AWS CLI command reference, "Global options"). */
const global = new Set(['region', 'query', 'output', 'cli-read-timeout', 'cli-input-json']);

/** Number of operands of commands that have some. */
const operands: Readonly<Record<string, number>> = { 'lambda invoke': 1 };

/**
 * Reads a call of the CLI as the CLI does: its operation and options come from the API's own model in the SDK client. Checks
 * names, required members, and JSON, down to the members of structures.
 */
export function readAwsCall(words: readonly string[], input: string | undefined): ApiCall {
  const [service = '', operation = '', ...rest] = words;
  const problems: string[] = [];
  const model = findOperation(service, operation);
  const base = { service, operation, region: undefined };
  if (!model) return { ...base, input: {}, problems: [`there is no aws ${service} ${operation}`] };

  const members = new Map(
    [...model.input.structIterator()].map(([name, schema]) => [cliName(name), { name, schema }]),
  );
  const found: Record<string, unknown> = {};
  const { options, operands: given } = groups(rest);
  const wanted = operands[`${service} ${operation}`] ?? 0;
  if (given.length !== wanted) problems.push(`has ${given.length} operands, not ${wanted}`);

  const globals = new Map<string, string>();
  for (const [index, { name, values }] of options.entries()) {
    if (options.findIndex((one) => one.name === name) < index) problems.push(`has --${name} twice`);
    const member = members.get(name) ?? members.get(name.replace(/^no-/, ''));
    if (global.has(name)) globals.set(name, values.join(' '));
    else if (!member) problems.push(`there is no option --${name}`);
    else found[member.name] = givenBy(name, member.schema, values, input, problems);
  }
  if (globals.has('cli-input-json')) {
    for (const [name, value] of Object.entries(parse(input ?? '', 'the JSON', problems) as object))
      found[name] ??= value;
  }
  check(model.input, found, '', problems);
  return { ...base, region: globals.get('region'), input: found, problems };
}

/** Each option with the words after it, and the operands. */
function groups(words: readonly string[]) {
  const options: { readonly name: string; readonly values: string[] }[] = [];
  const operandsFound: string[] = [];
  for (const word of words) {
    const [, name, value] = /^--([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const last = options.at(-1);
    if (name !== undefined) options.push({ name, values: value === undefined ? [] : [value] });
    else if (last && (isList(last.name) || last.values.length === 0)) last.values.push(word);
    else operandsFound.push(word);
  }
  return { options, operands: operandsFound };
}

/** Options that take several words. */
const isList = (name: string) => ['capabilities', 'resources-to-skip'].includes(name);

function givenBy(
  option: string,
  schema: NormalizedSchema,
  values: readonly string[],
  input: string | undefined,
  problems: string[],
): unknown {
  const [value = ''] = values;
  if (schema.isBooleanSchema()) {
    if (values.length > 0) problems.push(`--${option} takes no value`);
    return !option.startsWith('no-');
  }
  if (values.length === 0) problems.push(`--${option} has no value`);
  if (schema.isBlobSchema()) return value === 'fileb:///dev/stdin' ? Buffer.from(input ?? '') : value;
  if (schema.isStructSchema() || schema.isMapSchema()) return parse(value, `--${option}`, problems);
  if (schema.isListSchema()) return value.startsWith('[') ? parse(value, `--${option}`, problems) : values;
  return schema.isNumericSchema() ? Number(value) : value;
}

function check(schema: NormalizedSchema, value: unknown, at: string, problems: string[]): void {
  if (schema.isUnitSchema()) return;
  if (schema.isStructSchema()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`${at || 'input'} is no structure`);
      return;
    }
    const members = new Map([...schema.structIterator()]);
    for (const [name, given] of Object.entries(value)) {
      const member = members.get(name);
      if (member) check(member, given, `${at}${name}.`, problems);
      else problems.push(`${at}${name} is no member`);
    }
    for (const name of required(schema)) if (!(name in value)) problems.push(`${at}${name} is missing`);
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) problems.push(`${at} is no list`);
    else for (const one of value) check(schema.getValueSchema(), one, at, problems);
  } else if (schema.isMapSchema()) {
    if (typeof value !== 'object' || value === null) problems.push(`${at} is no map`);
    else for (const one of Object.values(value)) check(schema.getValueSchema(), one, at, problems);
  } else if (schema.isStringSchema() && (typeof value !== 'string' || value === '')) {
    problems.push(`${at} is no text`);
  } else if (schema.isBooleanSchema() && typeof value !== 'boolean') {
    problems.push(`${at} is not true or false`);
  } else if (schema.isNumericSchema() && !Number.isFinite(value)) {
    problems.push(`${at} is no number`);
  }
}

/** Structure schemas list their required members first and hold the number of them in their seventh element. */
function required(schema: NormalizedSchema): string[] {
  const raw = schema.getSchema() as unknown as [...unknown[]] & { 4: string[]; 6?: number };
  return raw[4].slice(0, raw[6] ?? 0);
}

const models = new Map<string, readonly OperationModel[]>();

function findOperation(service: string, operation: string): OperationModel | undefined {
  const name = services[service];
  if (!name) return undefined;
  if (!models.has(service)) models.set(service, new ServiceModel(name).operations());
  return models.get(service)?.find((one) => cliName(one.name) === operation);
}

/** The CLI's name for a name of the API, as in botocore's `xform_name`. */
function cliName(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

function parse(text: string, of: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    problems.push(`${of} is no JSON: ${text}`);
    return {};
  }
}
