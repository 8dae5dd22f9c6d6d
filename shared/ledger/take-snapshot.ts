import { createHash } from 'node:crypto';
import type { Aliases } from '../aws/aliases.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { Stacks } from '../aws/stacks.ts';
import { type ServiceEntry, targetName } from '../catalog/service-entry.ts';
import type { StackSnapshot, TargetSnapshot } from './records.ts';

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
 */
export async function takeSnapshot(entry: ServiceEntry, clients: SnapshotClients): Promise<TargetSnapshot[]> {
  const physicalIds = entry.stack ? await clients.stacks.physicalIds(entry.stack) : new Map<string, string>();
  const snapshot: TargetSnapshot[] = [];
  for (const target of entry.targets) {
    const name = targetName(target);
    if (target.kind === 'cloudformation') {
      snapshot.push(await snapshotStack(name, target.stack ?? entry.stack ?? '', entry.service, clients));
      continue;
    }
    const functionName = physicalIds.get(target.function) ?? target.function;
    const { version } = await clients.aliases.get(functionName, target.alias);
    const codeSha256 = (await clients.aliases.codeOf(functionName, version)) ?? '';
    snapshot.push({
      kind: target.kind,
      target: name,
      function: functionName,
      alias: target.alias,
      version,
      codeSha256,
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
): Promise<StackSnapshot> {
  const [stack, template] = await Promise.all([stacks.describe(stackName), stacks.template(stackName)]);
  const digest = createHash('sha256').update(template).digest('hex');
  const templateKey = `templates/${service}/${digest}.template`;
  await bucket.write(templateKey, template, 'text/plain');
  return {
    kind: 'cloudformation',
    target,
    stack: stackName,
    templateKey,
    parameters: stack.parameters.map(({ key, value }) => (masked.test(value) ? { key } : { key, value })),
    capabilities: [...stack.capabilities],
    tags: stack.tags.map((tag) => ({ ...tag })),
    ...(stack.roleArn && { roleArn: stack.roleArn }),
  };
}
