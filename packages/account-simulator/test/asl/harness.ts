import type { AslError } from '../../asl/asl-error.ts';
import { Engine } from '../../asl/engine.ts';
import type { EngineHost, TaskContext } from '../../asl/engine-host.ts';
import type { Limits } from '../../asl/limits.ts';
import type { Execution, ExecutionDescription } from '../../asl/run/execution.ts';
import type { RouteTaken } from '../../asl/run/progress.ts';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { SeededRandom } from '../../random/seeded-random.ts';

export const START = Date.parse('2026-03-01T08:00:00Z');
export const MACHINES = 'arn:aws:states:eu-west-1:123456789012:stateMachine';
export const EXECUTIONS = 'arn:aws:states:eu-west-1:123456789012:execution';
export const ROLE = 'arn:aws:iam::123456789012:role/machine';
export const INVOKE = 'arn:aws:states:::lambda:invoke';

/** The answer of a task: a value, or a function of its arguments that returns, throws or promises it. */
type Task = (args: never, context: TaskContext) => unknown;

interface Options {
  readonly seed?: number;
  readonly limits?: Partial<Limits>;
  readonly objects?: Readonly<Record<string, string | AslError>>;
  readonly authorize?: NonNullable<EngineHost['authorize']>;
  readonly dataLimitCaught?: boolean;
}

/** An engine in virtual time whose tasks are functions by resource. */
export class Harness {
  readonly clock = VirtualClock.install(START);
  readonly engine: Engine;
  readonly calls: { resource: string; args: unknown; context: TaskContext; time: number }[] = [];
  readonly changes: ExecutionDescription[] = [];
  readonly routes: RouteTaken[] = [];
  readonly tasks = new Map<string, Task>();
  #machines = 0;

  constructor({ seed = 1, limits = {}, objects = {}, authorize, dataLimitCaught = false }: Options = {}) {
    this.engine = new Engine(
      {
        clock: this.clock,
        random: new SeededRandom(seed),
        callResource: async (resource, args, context) => {
          this.calls.push({ resource, args, context, time: this.seconds() });
          const task = this.tasks.get(resource);
          if (task === undefined) throw new Error(`no task for ${resource}`);
          return task(args as never, context);
        },
        readObject: async (bucket, key) => {
          const object = objects[`${bucket}/${key}`];
          if (typeof object === 'string') return object;
          throw object ?? new Error(`no object ${bucket}/${key}`);
        },
        ...(authorize && { authorize }),
      },
      limits,
      { dataLimitCaught },
    );
    this.engine.onStatusChange((change) => this.changes.push(change));
    this.engine.onRouteTaken((route) => this.routes.push(route));
  }

  /** Seconds since the start. */
  seconds(): number {
    return this.clock.elapsed() / 1000;
  }

  on(resource: string, task: Task): this {
    this.tasks.set(resource, task);
    return this;
  }

  /** Creates a machine from states (the first one starts) or from a whole definition. */
  create(definition: object, name = `machine-${++this.#machines}`): string {
    const whole = 'States' in definition ? definition : machine(definition);
    const arn = `${MACHINES}:${name}`;
    this.engine.createStateMachine({ name, arn, definition: whole, roleArn: ROLE });
    return arn;
  }

  start(stateMachineArn: string, input: unknown = {}, name?: string): Execution {
    const { executionArn } = this.engine.startExecution({
      stateMachineArn,
      input: JSON.stringify(input),
      ...(name !== undefined && { name }),
    });
    return this.engine.execution(executionArn);
  }

  /** Lets time pass until no timer is left, or for `seconds`. */
  async settle(seconds = Number.POSITIVE_INFINITY): Promise<void> {
    if (!Number.isFinite(seconds)) {
      await this.clock.run(() => false);
      return;
    }
    let over = false;
    this.clock.after(seconds * 1000, () => {
      over = true;
    });
    await this.clock.run(() => over);
  }

  /** Runs a definition to its end. */
  async run(definition: object, input: unknown = {}): Promise<Execution> {
    const execution = this.start(this.create(definition), input);
    await this.settle();
    return execution;
  }
}

/** A JSONata definition of states; the first one starts. */
export function machine(states: object): object {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
}

/** A Lambda task named `Work`, with further fields. */
export function work(fields: object = {}): object {
  return { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'work' }, End: true, ...fields };
}

/** Output of an execution that succeeded. */
export function output(execution: Execution): unknown {
  if (execution.output === undefined)
    throw new Error(`${execution.status}: ${execution.error} ${execution.cause}`);
  return JSON.parse(execution.output);
}

export function types(execution: Execution): string[] {
  return execution.history.map(({ type }) => type);
}

/** Events as `id<previousEventId type`. */
export function links(execution: Execution): string[] {
  return execution.history.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);
}

let harness: Harness | undefined;

/** A harness whose clock is uninstalled by {@link giveBackClock}, or when the next harness begins. */
export function play(options?: Options): Harness {
  harness?.clock.uninstall();
  harness = new Harness(options);
  return harness;
}

/** For `afterEach` of each file: the files of the suite share the process, and with it this module. */
export function giveBackClock(): void {
  harness?.clock.uninstall();
  harness = undefined;
}
