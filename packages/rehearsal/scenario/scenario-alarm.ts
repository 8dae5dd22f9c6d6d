import * as z from 'zod';
import { duration } from './duration.ts';

const uses = {
  name: z.string().min(1).max(255),
  /** Service that owns the alarm. */
  service: z.string(),
  /** Whether the alarm stops the CodeDeploy deployments of the service. */
  stopsDeployments: z.boolean().default(false),
  /** Whether the alarm is a rollback trigger of the service's stack. */
  rollbackTrigger: z.boolean().optional(),
  /** Whether the service's catalog entry declares the alarm. */
  declared: z.boolean().default(false),
  /** Whether the alarm runs its actions; CloudWatch calls it ActionsEnabled. */
  actionsEnabled: z.boolean().optional(),
  /** The time in which a mute rule silences its actions, to the minute. */
  muted: z.strictObject({ from: duration, until: duration }).optional(),
};

/** A CloudWatch alarm on a Lambda metric of one function's alias. */
export const metricAlarm = z.strictObject({
  ...uses,
  function: z.string(),
  metric: z.enum(['Errors', 'Duration', 'Invocations', 'Throttles']),
  /** `Sum`, `Average`, `Maximum`, or a percentile such as `p99`. */
  statistic: z
    .string()
    .regex(/^(Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d+)?)$/)
    .default('Sum'),
  threshold: z.number(),
  comparison: z
    .enum([
      'GreaterThanThreshold',
      'GreaterThanOrEqualToThreshold',
      'LessThanThreshold',
      'LessThanOrEqualToThreshold',
    ])
    .default('GreaterThanThreshold'),
  periodSeconds: z.number().int().multipleOf(60).min(60).max(3600).default(60),
  evaluationPeriods: z.number().int().min(1).max(60).default(1),
  datapointsToAlarm: z.number().int().min(1).optional(),
  /** The treatment of periods without data. */
  treatMissingData: z.enum(['missing', 'notBreaching', 'breaching', 'ignore']).default('notBreaching'),
  /** Its dimensions by name, instead of those of the function's alias: wrong ones have no data. */
  dimensions: z.record(z.string(), z.string()).optional(),
});

/** An alarm with scripted states; `at` before 0 is before the first release. */
export const scriptedAlarm = z.strictObject({
  ...uses,
  /** Its kind in CloudWatch: an alarm on a metric, or on a query of logs. */
  kind: z.enum(['metric', 'log']).default('metric'),
  script: z
    .array(
      z.strictObject({
        at: duration,
        state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA', 'DELETED']),
      }),
    )
    .min(1),
});

/** A composite alarm of other alarms, which precede it in the list. */
export const compositeAlarm = z.strictObject({
  ...uses,
  /** As in PutCompositeAlarm, e.g. `ALARM("a") AND NOT ALARM("b")`. */
  rule: z.string().min(1),
});

/** An alarm of the account, by its metric, by a script, or by other alarms. */
export const alarm = z.union(
  [metricAlarm, scriptedAlarm, compositeAlarm],
  'must be an alarm on a metric {name, service, function, metric, threshold}, a scripted one {name, service, script} or a composite one {name, service, rule}',
);
export type ScenarioAlarm = z.infer<typeof alarm>;
