import * as z from 'zod';
import { positiveDuration } from './duration.ts';

/** What happens to events of the bus on their way to a rule's targets. */
export const eventFault = z.strictObject({
  source: z.enum(['aws.codedeploy', 'aws.states', 'aws.ssm', 'aws.cloudwatch', 'aws.cloudformation']),
  /** Only events with this `state` or `status` in their detail. */
  state: z.string().optional(),
  /** `duplicate` delivers `copies`; `delay` comes `by` later; `disorder` comes by a drawn part of `by` later. */
  act: z.enum(['lose', 'duplicate', 'delay', 'disorder']),
  copies: z.number().int().min(2).max(10).default(2),
  by: positiveDuration.prefault('60s'),
  /** Chance that an event meets the fault. */
  chance: z.number().gt(0).lte(1).default(1),
});
export type EventFault = z.infer<typeof eventFault>;

/** What happens to calls of the coordinator's functions and machines to the account. */
export const callFault = z.strictObject({
  /** Client package of the service: `codedeploy`, `lambda`, `cloudformation`, `dynamodb`, `s3`, `sns`, `ssm`, … */
  service: z.string(),
  operation: z.string(),
  /**
   * Refused as throttled; refused because something else is being changed just now; refused by a 5xx before the effect; or
   * the effect happens and a 5xx is the answer.
   */
  act: z.enum(['throttle', 'under-way', 'fail', 'fail-after-effect']),
  /** The first so many calls meet it. */
  times: z.number().int().min(1).default(1),
});
export type CallFault = z.infer<typeof callFault>;

/** A resource that CloudFormation cannot change, or cannot put back. */
export const stackFault = z.strictObject({
  service: z.string(),
  /** Logical id in the service's stack; of a version without the hash that SAM puts at its end. */
  resource: z.string(),
  fails: z.enum(['update', 'rollback']),
  /** So many times, or until it is mended. */
  times: z.union([z.number().int().min(1), z.literal('always')]).default(1),
  /** When somebody mends it. */
  mendedAt: positiveDuration.optional(),
  /** Not before this time; from the beginning where it is left out. */
  from: positiveDuration.optional(),
  reason: z.string().min(1).default('Internal Failure'),
});

/** What a clean-up job deletes of a service: versions no alias uses, or the templates the coordinator has saved. */
export const loss = z.strictObject({
  service: z.string(),
  of: z.enum(['versions', 'templates']),
  /** Only this version; all that no alias uses where it is left out. */
  version: z.string().optional(),
  at: positiveDuration,
});
export type Loss = z.infer<typeof loss>;

/** Everything that goes wrong besides the releases. */
export const faults = z.strictObject({
  events: z.array(eventFault).default([]),
  calls: z.array(callFault).default([]),
  stacks: z.array(stackFault).default([]),
  losses: z.array(loss).default([]),
});
export type ScenarioFaults = z.infer<typeof faults>;
