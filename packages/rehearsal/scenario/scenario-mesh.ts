import * as z from 'zod';

/** The weights of a rule of VPC Lattice before the first release. */
export const meshRule = z.strictObject({
  rule: z.string(),
  /** By target group. */
  weights: z.record(z.string(), z.number().int().min(0)),
});
