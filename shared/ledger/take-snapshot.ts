import { createHash } from 'node:crypto';
import type { Aliases } from '../aws/aliases.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { Stacks } from '../aws/stacks.ts';
import { type ServiceEntry, targetName } from '../catalog/service-entry.ts';
import type { ReleaseRecord, StackSnapshot, TargetSnapshot } from './records.ts';

/** What a snapshot is taken with. */
export interface SnapshotClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
  readonly bucket: Bucket;
}

/**
 * Reads what is live for every target of a service, and saves its stack's template.
 *
 * CloudFormation keeps no earlier templates, so what a stack is to be put back to has to be saved while it is
 * live. Templates are stored under the digest of their text: the same template is one object.
 *
 * @param of the release whose snapshot it is, where that may have been overtaken: its targets are recorded on the
 *   versions it brought in, and a stack that somebody has begun to update since is left out
 */
export async function takeSnapshot(
  entry: ServiceEntry,
  clients: SnapshotClients,
  of?: Pick<ReleaseRecord, 'deployments'>,
): Promise<TargetSnapshot[]> {
  const brought = Object.values(of?.deployments ?? {});
  const until = Math.max(...brought.map(({ createdAt }) => Date.parse(createdAt)));
  const physicalIds = entry.stack ? await clients.stacks.physicalIds(entry.stack) : new Map<string, string>();
  const snapshot: TargetSnapshot[] = [];
  for (const target of entry.targets) {
    const name = targetName(target);
    if (target.kind === 'cloudformation') {
      const stack = await snapshotStack(name, target.stack ?? entry.stack ?? '', entry.service, clients);
      if (brought.length === 0 || (stack.updatedAt ?? 0) <= until) snapshot.push(stack.snapshot);
      continue;
    }
    const functionName = physicalIds.get(target.function) ?? target.function;
    const own = brought.find((one) => one.target === name);
    const { version, weights } = own
      ? { version: own.toVersion, weights: {} }
      : await clients.aliases.get(functionName, target.alias);
    const codeSha256 = (await clients.aliases.codeOf(functionName, version)) ?? '';
    snapshot.push({
      kind: target.kind,
      target: name,
      function: functionName,
      alias: target.alias,
      version,
      codeSha256,
      ...(Object.keys(weights).length > 0 && { weights: { ...weights } }),
    });
  }
  return snapshot;
}

/** NoEcho values come back as asterisks (CloudFormation API reference, DescribeStacks). */
const masked = /^\*+$/;

async function snapshotStack(
  target: string,
  stackName: string,
  service: string,
  { stacks, bucket }: SnapshotClients,
): Promise<{ snapshot: StackSnapshot; updatedAt: number | undefined }> {
  const template = await stacks.template(stackName);
  // After the template: an update that is not seen yet cannot have brought it in.
  const stack = await stacks.describe(stackName);
  const digest = createHash('sha256').update(template).digest('hex');
  const templateKey = `templates/${service}/${digest}.template`;
  await bucket.write(templateKey, template, 'text/plain');
  const snapshot: StackSnapshot = {
    kind: 'cloudformation',
    target,
    stack: stackName,
    templateKey,
    parameters: stack.parameters.map(({ key, value }) => (masked.test(value) ? { key } : { key, value })),
    capabilities: [...stack.capabilities],
    tags: stack.tags.map((tag) => ({ ...tag })),
    ...(stack.roleArn && { roleArn: stack.roleArn }),
    ...(stack.notificationArns.length > 0 && { notificationArns: [...stack.notificationArns] }),
  };
  return { snapshot, updatedAt: stack.lastUpdatedAt };
}
