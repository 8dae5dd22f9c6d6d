import * as z from 'zod';
import { positiveDuration } from './duration.ts';

/** A fault of events on their way from the bus to a rule's targets. */
export const eventFault = z.strictObject({
  source: z.enum(['aws.codedeploy', 'aws.states', 'aws.ssm', 'aws.cloudwatch', 'aws.cloudformation']),
  /** Only events with this `state` or `status` in their detail. */
  state: z.string().optional(),
  /** `duplicate` delivers `copies`; `delay` arrives `by` later; `disorder` arrives a drawn part of `by` later. */
  act: z.enum(['lose', 'duplicate', 'delay', 'disorder']),
  copies: z.number().int().min(2).max(10).default(2),
  by: positiveDuration.prefault('60s'),
  /** Chance that the fault strikes an event. */
  chance: z.number().gt(0).lte(1).default(1),
});
export type EventFault = z.infer<typeof eventFault>;

/** A fault of calls by the coordinator's functions and machines to the account. */
export const callFault = z.strictObject({
  /** Client package of the service: `codedeploy`, `lambda`, `cloudformation`, `dynamodb`, `s3`, `sns`, `ssm`, … */
  service: z.string(),
  operation: z.string(),
  /**
   * Refused as throttled; refused because another change is in progress; refused by a 5xx before the effect; or answered by
   * a 5xx after the effect.
   */
  act: z.enum(['throttle', 'under-way', 'fail', 'fail-after-effect']),
  /** Number of calls that are struck, from the first on. */
  times: z.number().int().min(1).default(1),
});
export type CallFault = z.infer<typeof callFault>;

/** A resource that CloudFormation cannot change, or cannot restore. */
export const stackFault = z.strictObject({
  service: z.string(),
  /** Logical id in the service's stack; for a version, without the hash that SAM appends. */
  resource: z.string(),
  fails: z.enum(['update', 'rollback']),
  /** Number of failures, or until it is mended. */
  times: z.union([z.number().int().min(1), z.literal('always')]).default(1),
  /** The time at which a person mends it. */
  mendedAt: positiveDuration.optional(),
  /** Not before this time; from the beginning by default. */
  from: positiveDuration.optional(),
  reason: z.string().min(1).default('Internal Failure'),
});

/**
 * The objects of a service that a clean-up job deletes: versions that no alias uses, or the templates that the coordinator
 * has saved.
 */
export const loss = z.strictObject({
  service: z.string(),
  of: z.enum(['versions', 'templates']),
  /** Only this version; by default all that no alias uses. */
  version: z.string().optional(),
  at: positiveDuration,
});
export type Loss = z.infer<typeof loss>;

/** All faults besides the releases. */
export const faults = z.strictObject({
  events: z.array(eventFault).default([]),
  calls: z.array(callFault).default([]),
  stacks: z.array(stackFault).default([]),
  losses: z.array(loss).default([]),
});
export type ScenarioFaults = z.infer<typeof faults>;
