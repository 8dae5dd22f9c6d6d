import { createHash } from 'node:crypto';
import type { Aliases } from '../aws/aliases.ts';
import type { ApiStages } from '../aws/api-stages.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { MeshRules } from '../aws/mesh-rules.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { Stacks } from '../aws/stacks.ts';
import type { AliasKind } from '../catalog/alias-kinds.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import type { StackSnapshot } from '../targets/cloudformation/shapes.ts';
import { type TargetEntry, type TargetSnapshot, targetName } from '../targets/shapes.ts';
import type { ReleaseRecord, WatchedDeployment } from './records.ts';

/** What a snapshot is taken with. */
export interface SnapshotClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
  readonly bucket: Bucket;
}

/**
 * Reads what is live for every target of a service, and saves its stack's template.
 *
 * CloudFormation keeps no earlier templates, so what a stack is to be put back to has to be saved while it is
 * live. Templates are stored under the digest of their text: the same template is one object.
 *
 * @param of the release whose snapshot it is, where that may have been overtaken: its aliases are recorded on the
 *   versions it brought in, and what a later update of the stack may have changed since is left out
 */
export async function takeSnapshot(
  entry: ServiceEntry,
  clients: SnapshotClients,
  of?: Pick<ReleaseRecord, 'deployments'>,
): Promise<TargetSnapshot[]> {
  const brought = Object.values(of?.deployments ?? {});
  const until = Math.max(...brought.map(({ createdAt }) => Date.parse(createdAt)));
  const isOvertaken = (updatedAt = 0) => brought.length > 0 && updatedAt > until;
  const physicalIds = entry.stack ? await clients.stacks.physicalIds(entry.stack) : new Map<string, string>();
  const snapshot: TargetSnapshot[] = [];
  for (const target of entry.targets) {
    switch (target.kind) {
      case 'codedeploy':
      case 'lambda-alias':
        snapshot.push(await snapshotAlias(target, clients.aliases, physicalIds, brought));
        break;
      case 'cloudformation': {
        const stack = await snapshotStack(target, entry, clients);
        if (!isOvertaken(stack.updatedAt)) snapshot.push(stack.snapshot);
        break;
      }
      case 'parameter':
        snapshot.push(await snapshotParameters(target, clients.parameterStore));
        break;
      case 'api-stage': {
        const { protocol, stage } = target;
        const api = physicalIds.get(target.api) ?? target.api;
        const { deploymentId } = await clients.apiStages.get({ protocol, api, stage });
        snapshot.push({ kind: 'api-stage', target: targetName(target), protocol, api, stage, deploymentId });
        break;
      }
      case 'mesh': {
        const weights = await clients.meshRules.weights(target);
        const { service, listener, rule } = target;
        snapshot.push({ kind: 'mesh', target: targetName(target), service, listener, rule, weights });
        break;
      }
      case 'hook':
        // It is asked, not put back: there is nothing of it to record.
        break;
    }
  }
  // After the reads: an update that is not seen yet cannot have changed what was read.
  if (!entry.stack || brought.length === 0 || snapshot.every(({ kind }) => !isOnlyLive(kind)))
    return snapshot;
  const { lastUpdatedAt } = await clients.stacks.describe(entry.stack);
  return isOvertaken(lastUpdatedAt) ? snapshot.filter(({ kind }) => !isOnlyLive(kind)) : snapshot;
}

/** Whether a kind is known as it is live only, and not as a release brought it in. */
function isOnlyLive(kind: TargetSnapshot['kind']): boolean {
  switch (kind) {
    case 'codedeploy':
    case 'lambda-alias':
    case 'cloudformation':
      return false;
    case 'parameter':
    case 'api-stage':
    case 'mesh':
      return true;
  }
}

async function snapshotAlias(
  target: Extract<TargetEntry, { kind: AliasKind }>,
  aliases: Aliases,
  physicalIds: ReadonlyMap<string, string>,
  brought: readonly WatchedDeployment[],
): Promise<TargetSnapshot> {
  const name = targetName(target);
  const functionName = physicalIds.get(target.function) ?? target.function;
  const deployment = brought.find((one) => one.target === name);
  const { version, weights } = deployment
    ? { version: deployment.toVersion, weights: {} }
    : await aliases.get(functionName, target.alias);
  const provisioned = await aliases.provisioned(functionName, target.alias);
  return {
    kind: target.kind,
    target: name,
    function: functionName,
    alias: target.alias,
    version,
    codeSha256: (await aliases.codeOf(functionName, version)) ?? '',
    ...(Object.keys(weights).length > 0 && { weights: { ...weights } }),
    ...(provisioned > 0 && { provisioned }),
  };
}

async function snapshotParameters(
  target: Extract<TargetEntry, { kind: 'parameter' }>,
  parameterStore: ParameterStore,
): Promise<TargetSnapshot> {
  const { name, path } = target;
  const parameters = await parameterStore.describe({ ...(name && { names: [name] }), path });
  return { kind: 'parameter', target: targetName(target), parameters };
}

/** NoEcho values come back as asterisks (CloudFormation API reference, DescribeStacks). */
const masked = /^\*+$/;

async function snapshotStack(
  target: Extract<TargetEntry, { kind: 'cloudformation' }>,
  { service, stack: own = '' }: ServiceEntry,
  { stacks, bucket }: SnapshotClients,
): Promise<{ snapshot: StackSnapshot; updatedAt: number | undefined }> {
  const stackName = target.stack ?? own;
  const save = async (text: string) => {
    const key = `templates/${service}/${createHash('sha256').update(text).digest('hex')}.template`;
    await bucket.write(key, text, 'text/plain');
    return key;
  };
  const template = await stacks.template(stackName);
  const processed = await stacks.processedTemplate(stackName);
  // After the template: an update that is not seen yet cannot have brought it in.
  const stack = await stacks.describe(stackName);
  const templateKey = await save(template);
  const snapshot: StackSnapshot = {
    kind: 'cloudformation',
    target: targetName(target),
    stack: stackName,
    templateKey,
    processedKey: await save(processed),
    parameters: stack.parameters.map(({ key, value }) => (masked.test(value) ? { key } : { key, value })),
    capabilities: [...stack.capabilities],
    tags: stack.tags.map((tag) => ({ ...tag })),
    ...(stack.roleArn && { roleArn: stack.roleArn }),
    ...(stack.notificationArns.length > 0 && { notificationArns: [...stack.notificationArns] }),
    ...(stack.triggers && { triggers: stack.triggers }),
  };
  return { snapshot, updatedAt: stack.lastUpdatedAt };
}
