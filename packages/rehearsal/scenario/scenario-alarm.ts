import * as z from 'zod';
import { duration } from './duration.ts';

const uses = {
  name: z.string().min(1).max(255),
  /** Service whose alarm it is. */
  service: z.string(),
  /** Whether it stops the CodeDeploy deployments of the service. */
  stopsDeployments: z.boolean().default(false),
  /** Whether it is a rollback trigger of the service's stack. */
  rollbackTrigger: z.boolean().optional(),
  /** Whether the service's catalog entry declares it. */
  declared: z.boolean().default(false),
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
});

/** An alarm whose states are written down; `at` before 0 is before the first release. */
export const scriptedAlarm = z.strictObject({
  ...uses,
  script: z
    .array(
      z.strictObject({
        at: duration,
        state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA', 'DELETED']),
      }),
    )
    .min(1),
});

/** An alarm of the account, by its metric or by a script. */
export const alarm = z.union(
  [metricAlarm, scriptedAlarm],
  'must be an alarm on a metric {name, service, function, metric, threshold} or a scripted one {name, service, script}',
);
export type ScenarioAlarm = z.infer<typeof alarm>;
