import * as z from 'zod';

const milliseconds = z.number().int().min(0);
const count = z.number().int().min(1);

/** A moment: a time of the run, or the `nth` entry of any execution into a state of a machine. */
export const moment = z.union([
  /** Counted from the scenario's 0. */
  z.strictObject({ at: milliseconds }),
  z.strictObject({
    /** Logical id in the template: `CoordinateRollback`. */
    machine: z.string(),
    state: z.string(),
    /** 1 is the first entry into the state. */
    nth: count.default(1),
    /** Time after the entry. */
    after: milliseconds.default(0),
  }),
]);
export type Moment = z.infer<typeof moment>;

/** Selects the coordinator's own calls that a fault strikes. */
const calls = {
  /** Client package of the service: `codedeploy`; any by default. */
  service: z.string().optional(),
  /** API name of the operation; any by default. */
  operation: z.string().optional(),
  /** Logical id in the template of the calling function or machine; any by default. */
  caller: z.string().optional(),
  /** State of a machine whose Task makes the call; any by default. */
  state: z.string().optional(),
  /** Only from this moment on; from the beginning by default. */
  since: moment.optional(),
  /** Number of matching calls that pass before the first strike. */
  skip: z.number().int().min(0).default(0),
  /** Number of calls that are struck. */
  times: count.default(1),
  /** Chance that a matching call is struck, until `times` were struck. */
  chance: z.number().gt(0).lte(1).default(1),
};

const machineId = z.string();

/** One fault, as plain data: it can be printed, removed to see whether it mattered, and played again. Times are ms. */
export const fault = z.discriminatedUnion('kind', [
  /** The call is refused as throttled, without effect. */
  z.strictObject({ kind: z.literal('throttle'), ...calls }),
  /** The call is answered by a 5xx, without effect. */
  z.strictObject({ kind: z.literal('fail-before'), ...calls }),
  /** The call takes effect, and is answered by a 5xx. */
  z.strictObject({ kind: z.literal('fail-after'), ...calls }),
  /** The call takes effect, and the connection breaks before the answer. */
  z.strictObject({ kind: z.literal('lose-response'), ...calls }),
  /** The call takes effect, and the answer takes long: beyond the function's or the task's time-out, if long enough. */
  z.strictObject({ kind: z.literal('slow'), ...calls, ms: milliseconds }),
  /** A read returns the state before the latest write, or up to `lag` ago. */
  z.strictObject({
    kind: z.literal('stale-read'),
    ...calls,
    lag: milliseconds,
    /** False: a later read may return an older state than an earlier one did. */
    monotonic: z.boolean().default(true),
  }),
  /** The process of a function ends without an answer, before or after the handler ran. */
  z.strictObject({
    kind: z.literal('process-dies'),
    when: z.enum(['before', 'after']),
    /** Logical id in the template; any by default. */
    function: z.string().optional(),
    /** Only from this moment on; from the beginning by default. */
    since: moment.optional(),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
  }),
  /** A fault of events on their way from the bus to a rule's targets. */
  z.strictObject({
    kind: z.literal('event'),
    act: z.enum(['lose', 'double', 'delay', 'reorder']),
    source: z.enum(['aws.codedeploy', 'aws.states', 'aws.ssm', 'aws.cloudwatch', 'aws.cloudformation']),
    /** Only events with this `state` or `status` in their detail. */
    state: z.string().optional(),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
    /** Delay of a delayed or second delivery; a reordered delivery has a drawn part of it. */
    ms: milliseconds.default(60_000),
  }),
  /** Metrics in the answers to the coordinator: missing altogether, missing for the last `lag`, or marked as partial. */
  z.strictObject({
    kind: z.literal('metrics'),
    act: z.enum(['missing', 'late', 'partial']),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
    lag: milliseconds.default(120_000),
  }),
  /** A person stops an execution when it enters a state. */
  z.strictObject({ kind: z.literal('stop-execution'), when: moment, machine: machineId }),
  /** A person redrives the `nth` execution of a machine that ended without success. */
  z.strictObject({
    kind: z.literal('redrive'),
    machine: machineId,
    nth: count.default(1),
    after: milliseconds,
  }),
  /** A person starts a rollback by hand: a second incident if one is running. */
  z.strictObject({ kind: z.literal('start'), when: moment, service: z.string() }),
  /** A person starts a watch by hand, of a deployment that may not exist. */
  z.strictObject({
    kind: z.literal('watch'),
    when: moment,
    /** By default, the deployment whose watch entered the state of `when`. */
    deploymentId: z.string().optional(),
    /** Suffix of the execution's name, after the deployment's id; by default Step Functions generates the name. */
    suffix: z.string().optional(),
  }),
  /** A person writes a catalog parameter that cannot be read. */
  z.strictObject({ kind: z.literal('catalog-broken'), when: moment, service: z.string() }),
  /** An alarm changes its state without reason, `times` there and back. */
  z.strictObject({
    kind: z.literal('alarm-flaps'),
    when: moment,
    alarm: z.string(),
    times: count.default(1),
    every: milliseconds.default(30_000),
  }),
  /** A person deletes all versions of a service's functions that no alias uses. */
  z.strictObject({ kind: z.literal('delete-versions'), when: moment, service: z.string() }),
  /** The saved templates of the releases so far are deleted from the bucket. */
  z.strictObject({ kind: z.literal('delete-templates'), when: moment }),
  /** CloudFormation cannot change a resource of a service's stack, or cannot restore it. */
  z.strictObject({
    kind: z.literal('stack'),
    service: z.string(),
    /** Logical id in the service's stack. */
    resource: z.string(),
    fails: z.enum(['update', 'rollback']),
    times: count.default(1),
  }),
  /** Another deployment of a service; `bad` is the failing part of its requests. */
  z.strictObject({
    kind: z.literal('release'),
    at: milliseconds,
    service: z.string(),
    config: z.string().default('AllAtOnce'),
    bad: z.number().min(0).max(1).default(0),
  }),
  /**
   * The clocks of functions are off by `ms`, which may be negative, in all processes or only those that `processes` selects.
   */
  z.strictObject({
    kind: z.literal('clock-skew'),
    ms: z.number().int(),
    /** Logical id in the template; all functions by default. */
    function: z.string().optional(),
    /** Only every second process: those with an odd or an even number. */
    processes: z.enum(['odd', 'even', 'all']).default('all'),
  }),
]);
export type Fault = z.infer<typeof fault>;
/** A fault as a case file writes it: members with a default are optional. */
export type FaultInput = z.input<typeof fault>;
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** The kind of a fault, with its act where the kind has several: the rows of the table of faults. */
export function faultLabel(one: Fault): string {
  switch (one.kind) {
    case 'event':
    case 'metrics':
      return `${one.kind}-${one.act}`;
    case 'process-dies':
      return `${one.kind}-${one.when}`;
    case 'stack':
      return `${one.kind}-${one.fails}-fails`;
    default:
      return one.kind;
  }
}
