import * as z from 'zod';

/** `insufficient` is its own answer: too little data is neither good nor bad. */
export const judgementVerdict = z.enum(['healthy', 'unhealthy', 'insufficient']);
export type JudgementVerdict = z.infer<typeof judgementVerdict>;

/** One reason of a judgement, in numbers. */
export const evidence = z.strictObject({
  /** The rule applied, e.g. `error-rate-limit`. */
  rule: z.string(),
  /** `breach` is evidence against the release, `clear` for it, `note` neither. */
  finding: z.enum(['breach', 'clear', 'note']),
  /** The quantity measured, e.g. `errors / invocations of ecommerce-prod-orders-CreateOrder:5`. */
  metric: z.string(),
  /** Measured value; shares between 0 and 1. Absent if nothing could be measured. */
  observed: z.number().optional(),
  /** The same measure before the release. */
  baseline: z.number().optional(),
  /** Requests behind `observed`. */
  samples: z.number().optional(),
  threshold: z.number().optional(),
  /** Chance of such evidence without a fault, at any of all looks, 0 to 1; for tests on counts. */
  chance: z.number().optional(),
  /** Most likely beginning of the effect. */
  since: z.iso.datetime().optional(),
  /** Counts of the version before, in the same minutes. */
  control: z.strictObject({ requests: z.number(), bad: z.number() }).optional(),
  /** The rate that is normally not exceeded, and the hours and requests it was derived from. */
  normal: z
    .strictObject({ rate: z.number(), source: z.string(), hours: z.number(), requests: z.number() })
    .optional(),
  /** The durations, ms, over which requests of both versions were counted; for slow requests. */
  overMs: z.strictObject({ released: z.number(), control: z.number() }).optional(),
  /** Other causes that the evidence excludes, in words. */
  ruledOut: z.array(z.string()).optional(),
  /** The evidence in words, as mails show it. */
  detail: z.string(),
});
export type Evidence = z.infer<typeof evidence>;

/** The judge's verdict on a release at one look, with its reasons. */
export const judgement = z.strictObject({
  verdict: judgementVerdict,
  /** The first breach, or why there is no verdict, or that there is no evidence against it. */
  reason: z.string(),
  evidence: z.array(evidence),
});
export type Judgement = z.infer<typeof judgement>;
