import * as z from 'zod';
import { aliasName, aliasPlan, aliasSnapshot } from '../alias/shapes.ts';

const entry = z.strictObject({
  kind: z.literal('lambda-alias'),
  /** Name of the function, or its logical id if the service has a stack. */
  function: z.string().min(1),
  alias: z.string().min(1).default('live'),
});

/** A Lambda alias that only the coordinator moves. */
export const lambdaAliasPlan = z.strictObject({
  kind: z.literal('lambda-alias'),
  phase: z.literal('traffic'),
  ...aliasPlan,
});
export type LambdaAliasPlan = z.infer<typeof lambdaAliasPlan>;

/** Schemas of an alias that only the coordinator moves. */
export const lambdaAliasShape = {
  entry,
  name: aliasName,
  snapshot: aliasSnapshot,
  plans: [lambdaAliasPlan],
} as const;
