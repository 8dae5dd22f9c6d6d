import type { SavedState } from '../target-kind.ts';
import { cloudFormationShape, type StackEntry, type StackSnapshot } from './shapes.ts';
import { templateDigest } from './template-digest.ts';

/** NoEcho values come back as asterisks (CloudFormation API reference, DescribeStacks). */
const masked = /^\*+$/;

/**
 * The saved state of a stack.
 *
 * CloudFormation keeps no earlier templates, so the state to restore has to be saved while it is live. Templates are stored
 * under the digest of their text: the same template is one object.
 */
export const savedStack: SavedState<StackEntry, StackSnapshot> = {
  recording: undefined,
  isOnlyLive: false,
  async read({ stacks, bucket }, target, { entry, isOvertaken }) {
    const stackName = target.stack ?? entry.stack ?? '';
    const save = async (text: string) => {
      const key = `templates/${entry.service}/${templateDigest(text)}.template`;
      await bucket.write(key, text, 'text/plain');
      return key;
    };
    const template = await stacks.template(stackName);
    const processed = await stacks.processedTemplate(stackName);
    // Read after the template: an update that the description does not show yet cannot have changed the template.
    const stack = await stacks.describe(stackName);
    const templateKey = await save(template);
    const processedKey = await save(processed);
    if (isOvertaken(stack.lastUpdatedAt)) return undefined;
    return {
      kind: 'cloudformation',
      target: cloudFormationShape.name(),
      stack: stackName,
      templateKey,
      processedKey,
      parameters: stack.parameters.map(({ key, value }) => (masked.test(value) ? { key } : { key, value })),
      capabilities: [...stack.capabilities],
      tags: stack.tags.map((tag) => ({ ...tag })),
      ...(stack.roleArn && { roleArn: stack.roleArn }),
      ...(stack.notificationArns.length > 0 && { notificationArns: [...stack.notificationArns] }),
      ...(stack.triggers && { triggers: stack.triggers }),
    };
  },
  async missing({ bucket }, { templateKey, processedKey = templateKey }) {
    for (const key of [templateKey, processedKey]) {
      if (!(await bucket.exists(key))) return `the template ${key} is gone`;
    }
    return undefined;
  },
  describe: ({ stack, templateKey }) => ({ live: templateKey, where: `stack ${stack}` }),
};
