import type { Aliases } from '../aws/aliases.ts';
import type { ApiStages } from '../aws/api-stages.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { MeshRules } from '../aws/mesh-rules.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { ParameterSnapshot } from './parameter/shapes.ts';
import type { TargetSnapshot } from './shapes.ts';

/** What is asked whether an artefact still exists. */
export interface ArtefactClients {
  readonly aliases: Aliases;
  readonly bucket: Bucket;
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
}

/**
 * What of a recorded target no longer exists, in words, so that it cannot be gone back to; undefined where all of it
 * does. Changes nothing.
 */
export async function missingArtefact(
  { aliases, bucket, parameterStore, apiStages, meshRules }: ArtefactClients,
  snapshot: TargetSnapshot,
): Promise<string | undefined> {
  switch (snapshot.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return (await aliases.codeOf(snapshot.function, snapshot.version)) === undefined
        ? `version ${snapshot.version} of ${snapshot.function} is gone`
        : undefined;
    case 'cloudformation':
      for (const key of [snapshot.templateKey, snapshot.processedKey ?? snapshot.templateKey]) {
        if (!(await bucket.exists(key))) return `the template ${key} is gone`;
      }
      return undefined;
    case 'parameter':
      return missingVersion(parameterStore, snapshot);
    case 'api-stage':
      return (await apiStages.hasDeployment(snapshot, snapshot.deploymentId))
        ? undefined
        : `deployment ${snapshot.deploymentId} of API ${snapshot.api} is gone`;
    case 'mesh':
      for (const { targetGroup, weight } of snapshot.weights) {
        if (weight > 0 && !(await meshRules.hasTargetGroup(targetGroup))) {
          return `target group ${targetGroup} is gone`;
        }
      }
      return undefined;
  }
}

/** Parameter Store keeps the newest 100 versions; one of the same number may be of a parameter made anew. */
async function missingVersion(
  parameterStore: ParameterStore,
  { parameters }: ParameterSnapshot,
): Promise<string | undefined> {
  const kept = await parameterStore.writtenAt(parameters);
  const gone = parameters.find(
    ({ name, version, writtenAt }) => kept.get(`${name}:${version}`) !== writtenAt,
  );
  if (!gone) return undefined;
  return kept.has(`${gone.name}:${gone.version}`)
    ? `version ${gone.version} of parameter ${gone.name} is another one: the parameter was deleted and made anew`
    : `version ${gone.version} of parameter ${gone.name} is gone`;
}
