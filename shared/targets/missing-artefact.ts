import type { Aliases } from '../aws/aliases.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { TargetSnapshot } from '../ledger/records.ts';

/** What is asked whether an artefact still exists. */
export interface ArtefactClients {
  readonly aliases: Aliases;
  readonly bucket: Bucket;
}

/**
 * What of a recorded target no longer exists, in words, so that it cannot be gone back to; undefined where all of it
 * does. Changes nothing.
 */
export async function missingArtefact(
  { aliases, bucket }: ArtefactClients,
  snapshot: TargetSnapshot,
): Promise<string | undefined> {
  switch (snapshot.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return (await aliases.codeOf(snapshot.function, snapshot.version)) === undefined
        ? `version ${snapshot.version} of ${snapshot.function} is gone`
        : undefined;
    case 'cloudformation':
      return (await bucket.exists(snapshot.templateKey))
        ? undefined
        : `the template ${snapshot.templateKey} is gone`;
  }
}
