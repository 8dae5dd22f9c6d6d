import * as z from 'zod';

/** `insufficient` is its own answer: too little data is neither good nor bad. */
export const judgementVerdict = z.enum(['healthy', 'unhealthy', 'insufficient']);
export type JudgementVerdict = z.infer<typeof judgementVerdict>;

/** One reason of a judgement, in numbers. */
export const evidence = z.strictObject({
  /** Rule that was applied, e.g. `error-rate-limit`. */
  rule: z.string(),
  /** `breach` speaks against the release, `clear` for it, `note` for neither. */
  finding: z.enum(['breach', 'clear', 'note']),
  /** What was measured, e.g. `errors / invocations of ecommerce-prod-orders-CreateOrder:5`. */
  metric: z.string(),
  /** Measured value; shares between 0 and 1. Absent where nothing could be measured. */
  observed: z.number().optional(),
  /** The same measure before the release. */
  baseline: z.number().optional(),
  /** Requests behind `observed`. */
  samples: z.number().optional(),
  threshold: z.number().optional(),
  /** How likely chance alone brings such evidence at one of all looks, 0 to 1; of tests on counts. */
  chance: z.number().optional(),
  /** When what it speaks of most likely began. */
  since: z.iso.datetime().optional(),
  /** The version before, in the same minutes. */
  control: z.strictObject({ requests: z.number(), bad: z.number() }).optional(),
  /** The rate that is normally not exceeded, and the hours and requests that say so. */
  normal: z
    .strictObject({ rate: z.number(), source: z.string(), hours: z.number(), requests: z.number() })
    .optional(),
  /** The durations, ms, over which requests of both versions were counted; of slow requests. */
  overMs: z.strictObject({ released: z.number(), control: z.number() }).optional(),
  /** Other causes that it excludes, in words. */
  ruledOut: z.array(z.string()).optional(),
  /** The same in words, as mails show it. */
  detail: z.string(),
});
export type Evidence = z.infer<typeof evidence>;

/** What the judge says of a release at one look, and why. */
export const judgement = z.strictObject({
  verdict: judgementVerdict,
  /** The first breach, or why there is no verdict, or that nothing speaks against it. */
  reason: z.string(),
  evidence: z.array(evidence),
});
export type Judgement = z.infer<typeof judgement>;
