import * as z from 'zod';

/** The saved state of an alias. */
export const aliasSnapshot = z.strictObject({
  kind: z.enum(['codedeploy', 'lambda-alias']),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  version: z.string(),
  codeSha256: z.string(),
  /** Digest of the version's configuration; absent in older records, and if Lambda did not show all of it. */
  configurationSha256: z.string().optional(),
  /** Share of each further version, 0 to 1, if the alias split its traffic. */
  weights: z.record(z.string(), z.number()).optional(),
  /** Provisioned concurrency of the alias, in executions; absent if it has none. Not restored: a risk of going back. */
  provisioned: z.number().int().positive().optional(),
});
export type AliasSnapshot = z.infer<typeof aliasSnapshot>;

/** Common fields of plans for an alias. */
export const aliasPlan = {
  target: z.string(),
  /** Physical name of the function. */
  function: z.string(),
  alias: z.string(),
  /** Version being undone. */
  fromVersion: z.string(),
  /** Version to go back to, and the digest of its code (a template rollback publishes it under a new number). */
  toVersion: z.string(),
  toCodeSha256: z.string(),
  /** The restore point's version, if somebody pointed the alias at `toVersion` after the release: it stays there. */
  insteadOf: z.string().optional(),
  /**
   * Version `toVersion` is gone, and a stack rebuilds its code: the stack, and the logical id of the version that it
   * publishes. The number of the new version is known only after it is published.
   */
  builtBy: z.strictObject({ stack: z.string(), versionId: z.string() }).optional(),
};

/** An alias, and the code that it has to serve. */
export const plannedAlias = z.strictObject(aliasPlan);
export type PlannedAlias = z.infer<typeof plannedAlias>;

/** The name of an alias within its service. */
export function aliasName({
  function: name,
  alias,
}: {
  readonly function: string;
  readonly alias: string;
}): string {
  return `${name}:${alias}`;
}
