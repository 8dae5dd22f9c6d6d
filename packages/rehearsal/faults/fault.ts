import * as z from 'zod';

const milliseconds = z.number().int().min(0);
const count = z.number().int().min(1);

/** When something is done: at a time of the run, or when the `nth` execution enters a state of a machine. */
export const moment = z.union([
  /** Counted from the scenario's 0. */
  z.strictObject({ at: milliseconds }),
  z.strictObject({
    /** Logical id in the template: `CoordinateRollback`. */
    machine: z.string(),
    state: z.string(),
    /** 1 is the first time anything enters the state. */
    nth: count.default(1),
    /** Time from entering the state. */
    after: milliseconds.default(0),
  }),
]);
export type Moment = z.infer<typeof moment>;

/** Which of the coordinator's own calls to the account a fault strikes. */
const calls = {
  /** Client package of the service: `codedeploy`; left out: any. */
  service: z.string().optional(),
  /** API name of the operation; left out: any. */
  operation: z.string().optional(),
  /** Logical id in the template of the function or machine that calls; left out: any. */
  caller: z.string().optional(),
  /** State of a machine whose Task calls; left out: any. */
  state: z.string().optional(),
  /** Only from this moment on; left out: from the beginning. */
  since: moment.optional(),
  /** So many matching calls pass before the first is struck. */
  skip: z.number().int().min(0).default(0),
  /** So many calls are struck. */
  times: count.default(1),
  /** Chance that a matching call is struck, until `times` were. */
  chance: z.number().gt(0).lte(1).default(1),
};

const machineId = z.string();

/**
 * One thing that goes wrong, as plain data: it can be printed, left out to see whether it mattered, and played
 * again. Times are ms.
 */
export const fault = z.discriminatedUnion('kind', [
  /** Refused as throttled; without effect. */
  z.strictObject({ kind: z.literal('throttle'), ...calls }),
  /** Answered by a 5xx; without effect. */
  z.strictObject({ kind: z.literal('fail-before'), ...calls }),
  /** Has its effect, and is answered by a 5xx. */
  z.strictObject({ kind: z.literal('fail-after'), ...calls }),
  /** Has its effect, and the connection breaks before the answer. */
  z.strictObject({ kind: z.literal('lose-response'), ...calls }),
  /** Has its effect, and the answer takes long: beyond the function's or the task's time-out, if long enough. */
  z.strictObject({ kind: z.literal('slow'), ...calls, ms: milliseconds }),
  /** A read is answered as it was before the latest write, or up to `lag` ago. */
  z.strictObject({
    kind: z.literal('stale-read'),
    ...calls,
    lag: milliseconds,
    /** False: also what was read newer already is answered older again. */
    monotonic: z.boolean().default(true),
  }),
  /** The process of a function ends without an answer, before or after the handler did its work. */
  z.strictObject({
    kind: z.literal('process-dies'),
    when: z.enum(['before', 'after']),
    /** Logical id in the template; left out: any. */
    function: z.string().optional(),
    /** Only from this moment on; left out: from the beginning. */
    since: moment.optional(),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
  }),
  /** What happens to events of the bus on their way to a rule. */
  z.strictObject({
    kind: z.literal('event'),
    act: z.enum(['lose', 'double', 'delay', 'reorder']),
    source: z.enum(['aws.codedeploy', 'aws.states', 'aws.ssm', 'aws.cloudwatch', 'aws.cloudformation']),
    /** Only events with this `state` or `status` in their detail. */
    state: z.string().optional(),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
    /** A delayed or second delivery comes so much later; a reordered one a drawn part of it. */
    ms: milliseconds.default(60_000),
  }),
  /** Metrics the coordinator asks for: not there at all, not there for the last `lag`, or marked as a part. */
  z.strictObject({
    kind: z.literal('metrics'),
    act: z.enum(['missing', 'late', 'partial']),
    skip: z.number().int().min(0).default(0),
    times: count.default(1),
    lag: milliseconds.default(120_000),
  }),
  /** Somebody stops an execution when it enters a state. */
  z.strictObject({ kind: z.literal('stop-execution'), when: moment, machine: machineId }),
  /** Somebody redrives the `nth` execution of a machine that ended without success. */
  z.strictObject({
    kind: z.literal('redrive'),
    machine: machineId,
    nth: count.default(1),
    after: milliseconds,
  }),
  /** Somebody starts a rollback by hand: a second incident where one runs. */
  z.strictObject({ kind: z.literal('start'), when: moment, service: z.string() }),
  /** Somebody starts a watch by hand, of a deployment that may not exist. */
  z.strictObject({
    kind: z.literal('watch'),
    when: moment,
    /** Left out: the one whose watch entered the state of `when`. */
    deploymentId: z.string().optional(),
    /** The execution is named after the deployment, with this at the end; left out: Step Functions draws a name. */
    suffix: z.string().optional(),
  }),
  /** Somebody writes a catalog parameter that cannot be read. */
  z.strictObject({ kind: z.literal('catalog-broken'), when: moment, service: z.string() }),
  /** An alarm changes its state for no reason, `times` there and back. */
  z.strictObject({
    kind: z.literal('alarm-flaps'),
    when: moment,
    alarm: z.string(),
    times: count.default(1),
    every: milliseconds.default(30_000),
  }),
  /** Somebody deletes all versions of a service's functions that no alias uses. */
  z.strictObject({ kind: z.literal('delete-versions'), when: moment, service: z.string() }),
  /** The saved templates of the releases so far are gone from the bucket. */
  z.strictObject({ kind: z.literal('delete-templates'), when: moment }),
  /** CloudFormation cannot change a resource of a service's stack, or cannot put it back. */
  z.strictObject({
    kind: z.literal('stack'),
    service: z.string(),
    /** Logical id in the service's stack. */
    resource: z.string(),
    fails: z.enum(['update', 'rollback']),
    times: count.default(1),
  }),
  /** Another deployment of a service; `bad` is the part of its requests that fail. */
  z.strictObject({
    kind: z.literal('release'),
    at: milliseconds,
    service: z.string(),
    config: z.string().default('AllAtOnce'),
    bad: z.number().min(0).max(1).default(0),
  }),
  /** The clocks of functions are off by `ms`, which may be negative; by process, where `process` is given. */
  z.strictObject({
    kind: z.literal('clock-skew'),
    ms: z.number().int(),
    /** Logical id in the template; left out: all functions. */
    function: z.string().optional(),
    /** Only every other process: those with an odd or an even number. */
    processes: z.enum(['odd', 'even', 'all']).default('all'),
  }),
]);
export type Fault = z.infer<typeof fault>;
/** As a case file may write it: what has a default may be left out. */
export type FaultInput = z.input<typeof fault>;
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** A fault's kind in more detail where a kind has several acts: the rows of the table of faults. */
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
