import * as z from 'zod';
import { duration } from './duration.ts';
import { answers } from './scenario-traffic.ts';

/** From a time on, older code answers differently: its surroundings have changed. No release is to blame. */
export const trouble = answers.extend({
  service: z.string(),
  at: duration,
  until: duration.optional(),
  /** All functions of the service by default. */
  functions: z.array(z.string()).min(1).optional(),
  /** Only the code of these releases, 0 being the code from before; all code by default. */
  codeOf: z.array(z.number().int().min(0)).min(1).optional(),
});
export type ScenarioTrouble = z.infer<typeof trouble>;

/** A person points an alias at a version, without a deployment. */
export const aliasMove = z.strictObject({
  at: duration,
  service: z.string(),
  function: z.string(),
  alias: z.string().default('live'),
  /** Number of the release whose code the alias is to serve, 0 for the code from before. */
  toRelease: z.number().int().min(0),
});
export type AliasMove = z.infer<typeof aliasMove>;
