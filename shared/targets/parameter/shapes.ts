import * as z from 'zod';
import { parameterName, parameterPath } from '../../catalog/parameter-name.ts';
import type { Claim } from '../claim.ts';

const entry = z
  .strictObject({
    kind: z.literal('parameter'),
    /** One parameter … */
    name: parameterName.optional(),
    /** … or every parameter below a path. */
    path: parameterPath.optional(),
    /** Whether versions are labelled `good` and `bad`, for people to see; see decision 13 for the cost. */
    labels: z.boolean().default(false),
  })
  .refine(({ name, path }) => (name === undefined) !== (path === undefined), {
    error: 'needs either a name or a path',
  });
export type ParameterEntry = z.infer<typeof entry>;

export const parameterType = z.enum(['String', 'StringList', 'SecureString']);
export const parameterTier = z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']);

const parameterSnapshot = z.strictObject({
  kind: z.literal('parameter'),
  target: z.string(),
  /** Versions and never values: Parameter Store itself keeps the values, encrypted if the team chose so. */
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      version: z.number().int().positive(),
      /** Distinguishes the version from one of the same number, after the parameter was deleted and recreated. */
      writtenAt: z.iso.datetime().describe('ISO 8601, UTC'),
      type: parameterType,
      tier: parameterTier,
      /** Key of a SecureString. */
      keyId: z.string().optional(),
    }),
  ),
});
export type ParameterSnapshot = z.infer<typeof parameterSnapshot>;

/** Parameters of Parameter Store, by version: no plan holds a value. */
export const parameterPlan = z.strictObject({
  kind: z.literal('parameter'),
  phase: z.literal('parameters'),
  target: z.string(),
  /** Whether versions get the labels `good` and `bad`. */
  labels: z.boolean().optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      /** Version that was live when the rollback was planned. */
      fromVersion: z.number().int().positive(),
      /** Version whose value is written back. */
      toVersion: z.number().int().positive(),
      type: parameterType,
      tier: parameterTier,
      keyId: z.string().optional(),
      /** Time at which somebody set it after the release: it is left alone, unless it has the planned value by then. */
      setSince: z.iso.datetime().optional(),
    }),
  ),
});
export type ParameterPlan = z.infer<typeof parameterPlan>;

/** Schemas of parameters. */
export const parameterShape = {
  entry,
  name: ({ name, path }: ParameterEntry) => name ?? `${path}/*`,
  claim: ({ name, path }: ParameterEntry): Claim =>
    path === undefined
      ? { key: `${name}`, words: `parameter ${name} is` }
      : { key: `${path}/`, below: `${path}/`, words: `parameters below ${path} are` },
  snapshot: parameterSnapshot,
  plans: [parameterPlan],
} as const;
