import { serviceOfRelease } from '../ledger/records.ts';
import type { InvocationContext, Runtime } from '../runtime.ts';

/**
 * A line of the log: one step's decision, its subject and its reason. Only the fields named here are written, never a whole
 * input or result, so that no parameter value and no task token can be among them.
 */
export interface StepLine {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  /** `INFO`: a decision; `WARN`: a failure that a machine retries or has a route for; `ERROR`: an unforeseen failure. */
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** The step and its decision, for people. */
  readonly message: string;
  /** Name of the function, also of its state: `SettleRelease`. */
  readonly step: string;
  readonly environment?: string;
  /** Id of the Lambda invocation. */
  readonly requestId?: string;
  readonly incident?: string;
  readonly release?: string;
  readonly deployment?: string;
  readonly service?: string;
  readonly target?: string;
  readonly attempt?: number;
  readonly wave?: string;
  /** One word if the step has one: `look-again`, `rolled-back`; else the field and its value: `waiting: true`. */
  readonly decision?: string;
  /** In words, at most {@link longestWhy} characters. */
  readonly why?: string;
  /** Name of the error, if the step failed. */
  readonly error?: string;
  /** Duration of the step. */
  readonly ms?: number;
  /** The AWS call of a debug line; its input and output are left out. */
  readonly call?: string;
  readonly httpStatus?: number;
  readonly tries?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** CloudWatch Logs takes longer lines; a person does not read more. */
const longestWhy = 2000;

/** The fields of a result that hold the decision, the most important first. */
const deciding = [
  'outcome',
  'settlement',
  'next',
  'standing',
  'answer',
  'status',
  'kind',
  'acquired',
  'waiting',
  'yielded',
  'told',
  'reported',
  'refused',
  'unrecorded',
  'stray',
  'onHold',
  'started',
  'ended',
  'found',
  'requested',
];

/** The fields that give the reason in words, the most telling first. */
const explaining = ['reason', 'detail', 'action', 'found', 'busy', 'supersededBy', 'skipped'];

/** Names of the ids of a step's subject, in its input or its result. */
const subject = {
  incident: 'incidentId',
  release: 'releaseId',
  deployment: 'deploymentId',
  service: 'service',
  target: 'target',
  attempt: 'attempt',
  wave: 'wave',
} as const;

/** The log of one function in one process, which handles one event at a time. */
export class StepLog {
  readonly #runtime: Runtime;
  readonly #step: string;
  #requestId: string | undefined;
  #isSampled = false;
  #startedAt = 0;

  /** @param step name of the function, also of its state */
  constructor(runtime: Runtime, step: string) {
    this.#runtime = runtime;
    this.#step = step;
  }

  /** Configuration for the SDK clients: a sampled invocation has a debug line for each of its calls. */
  get clientConfig(): object {
    const nothing = () => {};
    const told = (call: SdkCall) => this.#tellCall(call);
    const logger = { trace: nothing, debug: nothing, warn: nothing, info: told, error: told };
    return { ...this.#runtime.clientConfig, logger };
  }

  begin(context: InvocationContext | undefined): void {
    this.#requestId = context?.awsRequestId;
    this.#isSampled = isSampled(this.#requestId, Number(this.#runtime.env.LOG_SAMPLE_RATE ?? 0));
    this.#startedAt = this.#runtime.now();
  }

  /** Writes the line of a step that returned. */
  decided(input: unknown, result: unknown): void {
    const decision = decisionOf(fieldsOf(result));
    this.#write('INFO', {
      message: decision === undefined ? this.#step : `${this.#step}: ${decision}`,
      ...subjectOf(input, result),
      ...(decision !== undefined && { decision }),
      ...whyOf(input, result),
      ms: this.#elapsed(),
    });
  }

  /** Writes the line of a step that failed. @param isForeseen whether a machine, or its caller, has a route for it */
  failed(input: unknown, error: unknown, isForeseen: boolean): void {
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    this.#write(isForeseen ? 'WARN' : 'ERROR', {
      message: `${this.#step} failed: ${name}`,
      ...subjectOf(input, undefined),
      error: name,
      why: shorten(withoutValues(message)),
      ms: this.#elapsed(),
    });
  }

  #tellCall({ clientName, commandName, metadata, error }: SdkCall): void {
    if (!this.#isSampled || !commandName) return;
    const { httpStatusCode, attempts } = metadata ?? error?.$metadata ?? {};
    this.#write('DEBUG', {
      message: `${this.#step} called ${commandName}`,
      call: `${clientName}.${commandName}`,
      ...(httpStatusCode !== undefined && { httpStatus: httpStatusCode }),
      ...(attempts !== undefined && { tries: attempts }),
      ...(error?.name !== undefined && { error: error.name }),
      ms: this.#elapsed(),
    });
  }

  #elapsed(): number {
    return this.#runtime.now() - this.#startedAt;
  }

  #write(level: StepLine['level'], { message, ...fields }: Omit<StepLine, 'timestamp' | 'level' | 'step'>) {
    const line: StepLine = {
      timestamp: new Date(this.#runtime.now()).toISOString(),
      level,
      message,
      step: this.#step,
      ...(this.#runtime.env.ENVIRONMENT && { environment: this.#runtime.env.ENVIRONMENT }),
      ...(this.#requestId && { requestId: this.#requestId }),
      ...fields,
    };
    this.#runtime.writeLog?.(JSON.stringify(line));
  }
}

/** The SDK's log entry about a call. */
interface SdkCall {
  readonly clientName?: string;
  readonly commandName?: string;
  readonly metadata?: CallMetadata;
  readonly error?: { readonly name?: string; readonly $metadata?: CallMetadata };
}

interface CallMetadata {
  readonly httpStatusCode?: number;
  readonly attempts?: number;
}

/**
 * Whether an invocation is sampled for full logging. Ids of invocations are random, so their first digits serve as a die,
 * and one id always gets the same answer.
 *
 * @param rate share of the invocations, 0 to 1
 */
export function isSampled(requestId: string | undefined, rate: number): boolean {
  const drawn = Number.parseInt(requestId?.slice(0, 8) ?? '', 16);
  return drawn / 0x1_0000_0000 < rate;
}

function subjectOf(input: unknown, result: unknown): Partial<StepLine> {
  const sources = [
    fieldsOf(result),
    fieldsOf(input),
    fieldsOf(fieldsOf(input).input),
    fieldsOf(fieldsOf(result).record),
  ];
  const found: Record<string, string | number> = {};
  for (const [name, field] of Object.entries(subject)) {
    const value = sources.map((fields) => fields[field]).find((one) => one !== undefined);
    if (typeof value === 'string' || typeof value === 'number') found[name] = value;
  }
  const id = found.release ?? found.incident;
  return {
    ...(found.service === undefined && typeof id === 'string' && { service: serviceOfRelease(id) }),
    ...found,
  };
}

function decisionOf(result: Fields): string | undefined {
  const name = deciding.find((one) => result[one] !== undefined && result[one] !== null);
  const value = name === undefined ? undefined : result[name];
  if (value === undefined || name === 'found' || name === 'requested') return name;
  if (typeof value === 'string') return value;
  return `${name}: ${Array.isArray(value) ? value.length : value}`;
}

function whyOf(input: unknown, result: unknown): Pick<StepLine, 'why'> {
  const [asked, found] = [fieldsOf(input), fieldsOf(result)];
  const sources = [
    found,
    fieldsOf(found.judgement),
    fieldsOf(asked.recovery),
    asked,
    fieldsOf(asked.permission),
  ];
  const why = sources.flatMap((fields) => explaining.map((name) => fields[name])).find(isText);
  return why === undefined ? {} : { why: shorten(why) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/**
 * AWS repeats a value that it refuses ("Value 'x' at 'name' failed to satisfy constraint"): the value of a parameter must
 * not be logged.
 */
function withoutValues(message: string): string {
  return message.replace(/\b[Vv]alues? '[\s\S]*?'(?= (?:at|for) )/g, "value '...'");
}

function shorten(text: string): string {
  return text.length > longestWhy ? `${text.slice(0, longestWhy)} ...` : text;
}
