import { AslError } from '../asl-error.ts';
import type { StatesVariable } from '../expressions/states-variable.ts';
import type { Attempt } from '../handlers.ts';
import type { NumberField, TaskState } from '../machine.ts';
import { Payload } from '../payload.ts';
import { FirstOutcome } from './first-outcome.ts';
import type { Frame } from './frame.ts';
import { startNested } from './nested-execution.ts';
import type { Run } from './run.ts';

const MOST_SECONDS = 99_999_999;

/** Makes one attempt at a Task (AWS: step-functions/latest/dg/state-task and …/connect-to-resource). */
export async function runTask(run: Run, frame: Frame, state: TaskState): Promise<Attempt> {
  const token = state.resource.pattern === 'token' ? run.services.tokens.create() : undefined;
  const states = run.states(frame, { token });
  const args = await run.payload(frame, state.arguments, states, frame.input);
  const timeout = await seconds(run, frame, state.timeoutSeconds, states);
  const heartbeat = await seconds(run, frame, state.heartbeatSeconds, states);
  if (timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout) {
    throw run.failure(frame, 'States.Runtime', 'HeartbeatSeconds must be smaller than TimeoutSeconds.');
  }
  const attempt = new TaskAttempt(run, frame, state);
  attempt.schedule(args, timeout, heartbeat);
  const result = await attempt.perform(args, timeout, heartbeat, token);
  return { result, states };
}

async function seconds(
  run: Run,
  frame: Frame,
  field: NumberField | undefined,
  states: StatesVariable,
): Promise<number | undefined> {
  return field === undefined ? undefined : run.number(frame, field, 1, MOST_SECONDS, states);
}

class TaskAttempt {
  readonly #run: Run;
  readonly #frame: Frame;
  readonly #state: TaskState;
  readonly #names: { readonly resourceType: string; readonly resource: string };
  readonly #outcome: FirstOutcome<Payload>;

  constructor(run: Run, frame: Frame, state: TaskState) {
    this.#run = run;
    this.#frame = frame;
    this.#state = state;
    this.#names = { resourceType: state.resource.resourceType, resource: state.resource.resource };
    this.#outcome = new FirstOutcome(frame.cancellation);
  }

  schedule(args: Payload, timeout: number | undefined, heartbeat: number | undefined): void {
    this.#record('TaskScheduled', {
      region: this.#run.execution.arn.split(':')[3],
      parameters: args.text,
      ...(timeout !== undefined && { timeoutInSeconds: timeout }),
      ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
    });
    this.#record('TaskStarted', {});
  }

  async perform(
    args: Payload,
    timeout: number | undefined,
    heartbeat: number | undefined,
    token: string | undefined,
  ): Promise<Payload> {
    if (timeout !== undefined) this.#expect(timeout, []);
    const beat = heartbeat === undefined ? () => {} : this.#expect(heartbeat, ['States.HeartbeatTimeout']);
    if (token !== undefined) this.#awaitToken(token, beat);
    void this.#request(args);
    let result: Payload;
    try {
      // the cause names the service, as recorded on AWS
      const { resourceType } = this.#state.resource;
      result = this.#run.checkSize(this.#frame, await this.#outcome.promise, resourceType);
    } catch (error) {
      if (error instanceof AslError) this.#recordFailure(error);
      throw error;
    }
    this.#record('TaskSucceeded', { output: result.text, outputDetails: { truncated: false } });
    return result;
  }

  /** Calls the resource; for a job or a token, the task continues after the call. */
  async #request(args: Payload): Promise<void> {
    const { arn, pattern } = this.#state.resource;
    const run = this.#run;
    try {
      if (arn.endsWith(':states:startExecution')) {
        await startNested(run, this.#frame, args.value, pattern, this.#outcome, (answer) =>
          this.#submitted(answer),
        );
        return;
      }
      const context = run.taskContext(this.#frame);
      const answer = Payload.received(await run.services.host.callResource(arn, args.copy(), context));
      if (pattern === 'token') this.#submitted(answer);
      else this.#outcome.resolve(answer);
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  #submitted(answer: Payload): void {
    // a worker may send the token before the request is answered
    if (this.#outcome.settled) return;
    try {
      this.#record('TaskSubmitted', { output: answer.text, outputDetails: { truncated: false } });
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  #awaitToken(token: string, beat: () => void): void {
    const { tokens } = this.#run.services;
    tokens.open(token, {
      succeed: (output) => this.#outcome.resolve(Payload.parse(output)),
      fail: (error, cause) => this.#outcome.reject(new AslError(error ?? '', cause)),
      heartbeat: beat,
    });
    this.#outcome.onSettled(() => tokens.close(token));
  }

  /** Lets the task time out after `delay` seconds. @returns restarts the delay, as a heartbeat does */
  #expect(delay: number, aliases: readonly string[]): () => void {
    const { clock } = this.#run.services;
    const expire = () => this.#outcome.reject(new AslError('States.Timeout', undefined, aliases));
    const set = () => clock.after(delay * 1000, expire);
    let timer = set();
    this.#outcome.onSettled(() => clock.cancel(timer));
    return () => {
      clock.cancel(timer);
      timer = set();
    };
  }

  #recordFailure(error: AslError): void {
    this.#record(error.error === 'States.Timeout' ? 'TaskTimedOut' : 'TaskFailed', error.details);
  }

  #record(type: string, details: Readonly<Record<string, unknown>>): void {
    this.#run.record(this.#frame, type, { ...this.#names, ...details });
  }
}
