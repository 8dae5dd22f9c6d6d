import * as z from 'zod';
import { duration } from './duration.ts';

const requestsPerMinute = z.number().min(0).max(1_000_000);

/** Requests per minute: constant, in a daily rhythm, or by steps. */
export const rate = z.union(
  [
    requestsPerMinute,
    z.strictObject({
      mean: requestsPerMinute,
      /** 0.5 swings between 0.5 and 1.5 times the mean. */
      swing: z.number().min(0).max(1),
      /** Hour of the day (UTC) with the most requests. */
      peakHour: z.number().min(0).lt(24),
    }),
    z.array(z.strictObject({ from: duration, requestsPerMinute })).min(1),
  ],
  'must be a number, {mean, swing, peakHour}, or a list of {from, requestsPerMinute}',
);
export type ScenarioRate = z.infer<typeof rate>;

/** The answers of code to requests; omitted members stay unchanged. */
export const answers = z.strictObject({
  /** Part of the requests that fail, 0 to 1. */
  errorRate: z.number().min(0).max(1).optional(),
  /** Part of the requests that Lambda throttles, 0 to 1. */
  throttleRate: z.number().min(0).max(1).optional(),
  /** Median duration, ms. */
  latencyMs: z.number().positive().optional(),
  /** Sigma of the log-normal durations; 0.3 puts the 99th percentile at twice the median. */
  latencySpread: z.number().min(0).max(3).optional(),
});
export type ScenarioAnswers = z.infer<typeof answers>;

const flow = answers.extend({ requestsPerMinute: rate.optional() });

/** Requests and normal answers: for everything, for a service, for one function. */
export const traffic = flow.extend({
  services: z
    .record(z.string(), flow.extend({ functions: z.record(z.string(), flow).default({}) }))
    .default({}),
});
export type ScenarioTraffic = z.infer<typeof traffic>;
