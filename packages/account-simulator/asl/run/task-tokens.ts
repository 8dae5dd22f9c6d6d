import type { SeededRandom } from '../../random/seeded-random.ts';
import { StepFunctionsError } from '../step-functions-error.ts';

/** A task that waits for its token. */
export interface WaitingTask {
  succeed(output: string): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

const TOKEN = /^AQB[0-9a-f]{61}$/;
/** Longest error and cause of SendTaskFailure, characters (apireference/API_SendTaskFailure). */
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

/** The tokens of `.waitForTaskToken` tasks; a token is valid until its task ends for any reason. */
export class TaskTokens {
  readonly #random: SeededRandom;
  readonly #payloadBytes: number;
  readonly #waiting = new Map<string, WaitingTask>();
  readonly #closed = new Set<string>();

  constructor(random: SeededRandom, payloadBytes: number) {
    this.#random = random;
    this.#payloadBytes = payloadBytes;
  }

  create(): string {
    return `AQB${this.#random.hex(61)}`;
  }

  open(token: string, task: WaitingTask): void {
    this.#waiting.set(token, task);
  }

  close(token: string): void {
    if (this.#waiting.delete(token)) this.#closed.add(token);
  }

  /** SendTaskSuccess; `output` is JSON text. */
  succeed(token: string, output: string): void {
    const task = this.#find(token);
    try {
      JSON.parse(output);
    } catch {
      throw new StepFunctionsError('InvalidOutput', `Invalid Output: '${output.slice(0, 100)}' is not JSON`);
    }
    if (Buffer.byteLength(output) > this.#payloadBytes) {
      throw new StepFunctionsError(
        'ValidationException',
        `output must have at most ${this.#payloadBytes} bytes`,
      );
    }
    task.succeed(output);
  }

  /** SendTaskFailure. */
  fail(token: string, error?: string, cause?: string): void {
    const task = this.#find(token);
    if ((error?.length ?? 0) > LONGEST_ERROR || (cause?.length ?? 0) > LONGEST_CAUSE) {
      const most = `${LONGEST_ERROR} and cause at most ${LONGEST_CAUSE} characters`;
      throw new StepFunctionsError('ValidationException', `error must have at most ${most}`);
    }
    task.fail(error, cause);
  }

  /** SendTaskHeartbeat. */
  heartbeat(token: string): void {
    this.#find(token).heartbeat();
  }

  #find(token: string): WaitingTask {
    const task = this.#waiting.get(token);
    if (task !== undefined) return task;
    if (!TOKEN.test(token)) throw new StepFunctionsError('InvalidToken', `Invalid Token: 'Invalid token'`);
    if (this.#closed.has(token)) {
      throw new StepFunctionsError('TaskTimedOut', `Task Timed Out: 'Provided task does not exist anymore'`);
    }
    throw new StepFunctionsError('TaskDoesNotExist', `Task does not exist: '${token}'`);
  }
}
