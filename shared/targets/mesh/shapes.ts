import * as z from 'zod';
import type { Claim } from '../claim.ts';

const entry = z.strictObject({
  kind: z.literal('mesh'),
  /** Ids of a VPC Lattice service, of one of its listeners and of one of the listener's rules. */
  service: z.string().regex(/^svc-[0-9a-z]{17}$/, 'must be the id of a VPC Lattice service: svc-…'),
  listener: z.string().regex(/^listener-[0-9a-z]{17}$/, 'must be the id of a listener: listener-…'),
  rule: z
    .string()
    .regex(/^rule-[0-9a-z]{17}$/, "must be the id of a rule: rule-… (a listener's default action is none)"),
});

/** Weights by which a rule splits its requests among target groups. */
export const ruleWeights = z.array(
  z.strictObject({ targetGroup: z.string(), weight: z.number().int().min(0) }),
);
export type RuleWeights = z.infer<typeof ruleWeights>;

const meshSnapshot = z.strictObject({
  kind: z.literal('mesh'),
  target: z.string(),
  service: z.string(),
  listener: z.string(),
  rule: z.string(),
  weights: ruleWeights,
});
export type MeshSnapshot = z.infer<typeof meshSnapshot>;

/** A rule of a VPC Lattice listener. */
export const meshPlan = z.strictObject({
  kind: z.literal('mesh'),
  phase: z.literal('traffic'),
  target: z.string(),
  service: z.string(),
  listener: z.string(),
  rule: z.string(),
  /** Weights when the rollback was planned, and weights to go back to. */
  fromWeights: ruleWeights,
  toWeights: ruleWeights,
});
export type MeshPlan = z.infer<typeof meshPlan>;

/** Schemas of a rule of a VPC Lattice listener. */
export const meshShape = {
  entry,
  name: ({ rule }: z.infer<typeof entry>) => rule,
  claim: ({ rule }: z.infer<typeof entry>): Claim => ({ key: rule, words: `rule ${rule} is` }),
  snapshot: meshSnapshot,
  plans: [meshPlan],
} as const;
