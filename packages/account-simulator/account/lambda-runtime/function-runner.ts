import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import type { FunctionCode, FunctionRuntime } from './function-code.ts';
import {
  failed,
  type Invocation,
  type InvocationInterceptor,
  type InvocationOutcome,
  ProcessDied,
  succeeded,
  threw,
} from './invocation.ts';

/** A function and its code. */
export interface FunctionSettings {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly timeoutSeconds: number;
  /** Concurrent invocations; without it, as many as the account has left. */
  readonly reservedConcurrency?: number;
  /** Called once per process. */
  readonly code: FunctionCode;
  readonly runtime: FunctionRuntime;
}

/** Counts of a function's invocations so far. */
export interface FunctionStatistics {
  readonly invocations: number;
  readonly coldStarts: number;
  /** Invocations whose handler threw, timed out or died. */
  readonly errors: number;
  readonly timeouts: number;
  readonly throttles: number;
  /** Virtual time spent in handlers, ms. */
  readonly durationMs: number;
}

/** The offset of a process's clock, ms, negative when it is slow; called once per process. */
export type ClockSkew = (logicalId: string, process: number) => number;

/** A line in the log group of a function, as CloudWatch Logs takes it. */
export interface LogLine {
  /** Virtual time, ms since the epoch. */
  readonly at: number;
  /** Logical id of the function. */
  readonly logicalId: string;
  /** Written by the function or by Lambda itself: JSON where the function writes JSON. */
  readonly line: string;
}

export type LogListener = (line: LogLine) => void;

interface Process {
  readonly id: number;
  handle: ReturnType<FunctionCode> | undefined;
  /** Ended by Lambda at a time-out: its later calls do not reach the account. */
  dead: boolean;
}

/** Virtual ms, of the size usual for Node.js functions with SDK clients; nothing depends on the figures. */
const coldStartMs = { least: 250, most: 400 };
const overheadMs = { least: 2, most: 8 };

/**
 * Runs one function in simulated processes: an event goes to an idle process or, without one, to a new process, which builds
 * the handler and keeps it for later events.
 *
 * Source: Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle".
 */
export class FunctionRunner {
  readonly settings: FunctionSettings;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #interceptors: readonly InvocationInterceptor[];
  readonly #skews: readonly ClockSkew[];
  readonly #listeners: readonly LogListener[];
  /** Idle processes; the last used is reused first. */
  #idle: Process[] = [];
  #processes = 0;
  #running = 0;
  #statistics = { invocations: 0, coldStarts: 0, errors: 0, timeouts: 0, throttles: 0, durationMs: 0 };

  /** @param parts the lists belong to the runtime, and may grow */
  constructor(
    settings: FunctionSettings,
    parts: {
      readonly clock: VirtualClock;
      readonly random: SeededRandom;
      readonly interceptors: readonly InvocationInterceptor[];
      readonly skews: readonly ClockSkew[];
      readonly listeners: readonly LogListener[];
    },
  ) {
    this.settings = settings;
    this.#clock = parts.clock;
    this.#random = parts.random.fork(settings.logicalId);
    this.#interceptors = parts.interceptors;
    this.#skews = parts.skews;
    this.#listeners = parts.listeners;
  }

  /** Invocations in progress. */
  get running(): number {
    return this.#running;
  }

  get statistics(): FunctionStatistics {
    return { ...this.#statistics };
  }

  /** Ends the idle processes, so that the next events find a cold start. */
  retire(): void {
    this.#idle = [];
  }

  /**
   * Runs the function on an event and returns its result or its error.
   *
   * @throws AwsError where the service itself refuses: throttled, or refused by an interceptor
   */
  async invoke(payload: string): Promise<InvocationOutcome> {
    const { reservedConcurrency } = this.settings;
    if (reservedConcurrency !== undefined && this.#running >= reservedConcurrency) {
      throw this.throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    this.#running += 1;
    try {
      return await this.#run(payload);
    } finally {
      this.#running -= 1;
    }
  }

  /** Counts a throttled event and returns its error. */
  throttled(Reason: string): AwsError {
    this.#statistics.throttles += 1;
    return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason, Type: 'User' });
  }

  async #run(payload: string): Promise<InvocationOutcome> {
    const requestId = this.#random.uuid();
    const process = this.#idle.pop() ?? { id: this.#nextId(), handle: undefined, dead: false };
    const coldStart = process.handle === undefined;
    await this.#clock.sleep(this.#draw(overheadMs) + (coldStart ? this.#draw(coldStartMs) : 0));
    const { logicalId, name } = this.settings;
    const startedAt = this.#clock.now();
    const invocation: Invocation = {
      requestId,
      logicalId,
      functionName: name,
      payload,
      process: process.id,
      coldStart,
      startedAt,
      writeLog: this.#writeLogOf(process),
    };
    this.#statistics.invocations += 1;
    if (coldStart) this.#statistics.coldStarts += 1;
    let outcome: InvocationOutcome;
    try {
      outcome = await this.#withinTime(this.#handle(invocation, process), invocation, process);
    } finally {
      this.#statistics.durationMs += this.#clock.now() - startedAt;
    }
    if (outcome.functionError) this.#statistics.errors += 1;
    return outcome;
  }

  /** The result of the handler, or the time-out; the time-out ends the process, and only its calls in progress continue. */
  #withinTime(
    work: Promise<InvocationOutcome>,
    { requestId }: Invocation,
    process: Process,
  ): Promise<InvocationOutcome> {
    const { timeoutSeconds } = this.settings;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(timeoutSeconds * 1000, () => {
        this.#statistics.timeouts += 1;
        process.dead = true;
        this.#report(requestId, 'timeout');
        const message = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        resolve(failed('Sandbox.Timedout', message));
      });
      work.then(resolve, reject).finally(() => this.#clock.cancel(timer));
    });
  }

  async #handle(invocation: Invocation, process: Process): Promise<InvocationOutcome> {
    const deadline = invocation.startedAt + this.settings.timeoutSeconds * 1000;
    const call = async () => {
      process.handle ??= this.settings.code(this.#runtimeOf(process));
      return process.handle(JSON.parse(invocation.payload), { awsRequestId: invocation.requestId });
    };
    try {
      const result = await this.#pass(invocation, call, 0);
      this.#release(process, deadline);
      return succeeded(result);
    } catch (error) {
      if (error instanceof ProcessDied) {
        this.#report(invocation.requestId, 'error');
        const message = `RequestId: ${invocation.requestId} Error: Runtime exited without providing a reason`;
        return failed('Runtime.ExitError', message);
      }
      this.#release(process, deadline);
      if (error instanceof AwsError) throw error;
      return threw(error);
    }
  }

  #pass(invocation: Invocation, call: () => Promise<unknown>, position: number): Promise<unknown> {
    const interceptor = this.#interceptors[position];
    return interceptor ? interceptor(invocation, () => this.#pass(invocation, call, position + 1)) : call();
  }

  /** A process that timed out was ended by Lambda and is not used again. */
  #release(process: Process, deadline: number): void {
    if (this.#clock.now() < deadline && process.handle) this.#idle.push(process);
  }

  /** The runtime of a process: its clock may be off, and its calls end with it. */
  #runtimeOf(process: Process): FunctionRuntime {
    const { logicalId, runtime } = this.settings;
    const offset = this.#skews.reduce((sum, skew) => sum + skew(logicalId, process.id), 0);
    return {
      ...runtime,
      clientConfig: whileAlive(runtime.clientConfig, process),
      now: () => runtime.now() + offset,
      writeLog: this.#writeLogOf(process),
    };
  }

  #writeLogOf(process: Process): (line: string) => void {
    return (line) => {
      if (!process.dead) this.#log(line);
    };
  }

  /** Lambda's own log line for an invocation whose process ended; its other lines are not simulated. */
  #report(requestId: string, status: 'timeout' | 'error'): void {
    const time = new Date(this.#clock.now()).toISOString();
    this.#log(JSON.stringify({ time, type: 'platform.report', record: { requestId, status } }));
  }

  #log(line: string): void {
    const { logicalId } = this.settings;
    for (const listener of this.#listeners) listener({ at: this.#clock.now(), logicalId, line });
  }

  #nextId(): number {
    this.#processes += 1;
    return this.#processes;
  }

  #draw({ least, most }: { readonly least: number; readonly most: number }): number {
    return this.#random.integer(least, most);
  }
}

interface Sender {
  readonly handle: (...request: never[]) => Promise<unknown>;
}

/** A client configuration whose calls are neither sent nor answered once the process is dead. */
function whileAlive(clientConfig: object, process: Process): object {
  const { requestHandler } = clientConfig as { requestHandler?: Sender };
  if (!requestHandler) return clientConfig;
  const never = new Promise<never>(() => {});
  const handle: Sender['handle'] = async (...request) => {
    if (process.dead) return never;
    try {
      return await requestHandler.handle(...request);
    } finally {
      if (process.dead) await never;
    }
  };
  return { ...clientConfig, requestHandler: { ...requestHandler, handle } };
}
