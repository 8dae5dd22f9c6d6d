import * as z from 'zod';

/** What was live for an alias. */
export const aliasSnapshot = z.strictObject({
  kind: z.enum(['codedeploy', 'lambda-alias']),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  version: z.string(),
  codeSha256: z.string(),
  /** Digest of the version's configuration; absent in older records, and where Lambda did not show all of it. */
  configurationSha256: z.string().optional(),
  /** Share of each further version, 0 to 1, where the alias split its traffic. */
  weights: z.record(z.string(), z.number()).optional(),
  /** Provisioned concurrency of the alias, in executions; absent where it has none. Not put back: a risk of going back. */
  provisioned: z.number().int().positive().optional(),
});
export type AliasSnapshot = z.infer<typeof aliasSnapshot>;

/** What every plan of an alias says. */
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
  /**
   * Somebody pointed it at `toVersion` after the release: it stays there, instead of on this version of the restore
   * point.
   */
  insteadOf: z.string().optional(),
  /**
   * Version `toVersion` is gone, and a stack builds its code anew: the stack, and the logical id of the version that it
   * publishes. The number of that is known once it is there.
   */
  builtBy: z.strictObject({ stack: z.string(), versionId: z.string() }).optional(),
};

/** An alias, and the code that it has to stay on. */
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
