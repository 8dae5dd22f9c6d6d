import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import { type AsynchronousSettings, carryEvent, type SendMessage } from './asynchronous-invocation.ts';
import {
  type ClockSkew,
  FunctionRunner,
  type FunctionSettings,
  type FunctionStatistics,
  type LogListener,
} from './function-runner.ts';
import { type InvocationInterceptor, type InvocationOutcome, longestPayload } from './invocation.ts';

/** Quota "Concurrent executions" of an account and Region, before any increase. */
const accountConcurrency = 1_000;
/** Longest event of an asynchronous invocation, bytes (Lambda quotas: 1 MB). */
const longestAsynchronousPayload = 1_048_576;

/** The parts of the runtime. */
export interface LambdaRuntimeParts {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Receives the records and discarded events of asynchronous invocations. */
  readonly send: SendMessage;
}

/** The functions of the template that really run, in virtual time. */
export class LambdaRuntime {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #send: SendMessage;
  readonly #interceptors: InvocationInterceptor[] = [];
  readonly #skews: ClockSkew[] = [];
  readonly #listeners: LogListener[] = [];
  readonly #runners = new Map<string, FunctionRunner>();
  readonly #asynchronous = new Map<string, AsynchronousSettings>();
  #waiting = 0;

  constructor({ clock, random, send }: LambdaRuntimeParts) {
    this.#clock = clock;
    this.#random = random.fork('lambda-runtime');
    this.#send = send;
  }

  /** Adds a function; from now on it can be invoked by name or ARN. */
  add(settings: FunctionSettings, asynchronous: AsynchronousSettings): void {
    const parts = {
      clock: this.#clock,
      random: this.#random,
      interceptors: this.#interceptors,
      skews: this.#skews,
      listeners: this.#listeners,
    };
    this.#runners.set(settings.name, new FunctionRunner(settings, parts));
    this.#asynchronous.set(settings.name, asynchronous);
  }

  has(nameOrArn: string): boolean {
    return this.#runners.has(functionName(nameOrArn));
  }

  /** Adds an interceptor around every handler, inside those already there. */
  intercept(interceptor: InvocationInterceptor): void {
    this.#interceptors.push(interceptor);
  }

  /** Sets the clock offset of processes that start from now on; several skews add up. */
  skewClocks(skew: ClockSkew): void {
    this.#skews.push(skew);
  }

  /** Calls `listener` for every line in the functions' logs; no line is kept. */
  onLogged(listener: LogListener): void {
    this.#listeners.push(listener);
  }

  /** Ends the idle processes of a function, or of all. */
  retire(nameOrArn?: string): void {
    for (const runner of nameOrArn === undefined ? this.#runners.values() : [this.#runner(nameOrArn)]) {
      runner.retire();
    }
  }

  /** Statistics of each function, by logical id. */
  statistics(): ReadonlyMap<string, FunctionStatistics> {
    return new Map(
      [...this.#runners.values()].map(({ settings, statistics }) => [settings.logicalId, statistics]),
    );
  }

  /** Events of asynchronous invocations that are not finished, retries included. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Runs a function and waits for it.
   *
   * @param payload JSON text
   * @throws AwsError ResourceNotFoundException, RequestTooLargeException, InvalidRequestContentException,
   *   TooManyRequestsException
   */
  async invoke(nameOrArn: string, payload: string): Promise<InvocationOutcome> {
    const runner = this.#runner(nameOrArn);
    checkPayload(payload, longestPayload);
    let running = 0;
    for (const one of this.#runners.values()) running += one.running;
    if (running >= accountConcurrency) throw runner.throttled('ConcurrentInvocationLimitExceeded');
    return runner.invoke(payload);
  }

  /** Accepts an event and runs the function on it later; the function's settings govern retries and failures. */
  invokeLater(nameOrArn: string, payload: string): void {
    const runner = this.#runner(nameOrArn);
    checkPayload(payload, longestAsynchronousPayload);
    const settings = this.#asynchronous.get(runner.settings.name) as AsynchronousSettings;
    this.#waiting += 1;
    void carryEvent(payload, runner, settings, { clock: this.#clock, send: this.#send }).finally(() => {
      this.#waiting -= 1;
    });
  }

  /** The Invoke operation of the API for these functions. */
  async operation({ FunctionName = '', InvocationType, Payload }: InvokeCommandInput) {
    const text = Buffer.from((Payload ?? '') as Uint8Array).toString();
    // Without a payload Lambda passes an empty object.
    const payload = text === '' ? '{}' : text;
    if (InvocationType === 'Event') {
      this.invokeLater(FunctionName, payload);
      return { StatusCode: 202, Payload: new Uint8Array() };
    }
    if (InvocationType === 'DryRun') {
      throw new AwsError(
        'UnsupportedOperation',
        'UnsupportedOperation: lambda:Invoke with DryRun is not simulated',
        501,
      );
    }
    const outcome = await this.invoke(FunctionName, payload);
    return {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from(outcome.payload),
      ...(outcome.functionError && { FunctionError: outcome.functionError }),
    };
  }

  #runner(nameOrArn: string): FunctionRunner {
    const runner = this.#runners.get(functionName(nameOrArn));
    if (runner) return runner;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404, {
      Type: 'User',
    });
  }
}

/** The name in a name or ARN; these functions have no versions, so the only possible qualifier is `:$LATEST`. */
function functionName(nameOrArn: string): string {
  const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(6).join(':') : nameOrArn;
  return name.endsWith(':$LATEST') ? name.slice(0, -':$LATEST'.length) : name;
}

function checkPayload(payload: string, longest: number): void {
  const size = Buffer.byteLength(payload);
  if (size > longest) {
    const message = `${size} byte payload is too large for the invocation (limit ${longest} bytes)`;
    throw new AwsError('RequestTooLargeException', message, 413, { Type: 'User' });
  }
  try {
    JSON.parse(payload);
  } catch {
    const message = 'Could not parse request body into json';
    throw new AwsError('InvalidRequestContentException', message, 400, { Type: 'User' });
  }
}
