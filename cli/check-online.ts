import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Hooks } from '../shared/aws/hooks.ts';
import { Signals } from '../shared/aws/signals.ts';
import { Stacks } from '../shared/aws/stacks.ts';
import type { FileEntry, FileFinding } from './catalog-files.ts';

/**
 * What only the account can say: alarms, health checks and hooks that are not there, stacks that are not, or that could
 * not be put back.
 */
export async function checkOnline(
  entries: readonly FileEntry[],
  clientConfig: object,
): Promise<FileFinding[]> {
  const signals = new Signals(new CloudWatchClient(clientConfig));
  const hooks = new Hooks(new LambdaClient(clientConfig));
  const stacks = new Stacks(new CloudFormationClient(clientConfig));
  const findings: FileFinding[] = [];
  for (const { file, entry } of entries) {
    const add = (severity: 'error' | 'note', path: string, reason: string) =>
      findings.push({ file, service: entry.service, severity, path, reason });
    for (const [index, alarm] of (await signals.alarms(entry.policy.alarms)).entries()) {
      if (alarm.state === 'missing') {
        add('error', `policy.alarms.${index}`, `CloudWatch has no alarm "${alarm.name}"`);
      }
    }
    for (const [index, check] of entry.policy.healthChecks.entries()) {
      if (await hooks.exists(check.function)) continue;
      add('error', `policy.healthChecks.${index}`, `there is no function "${check.function}"`);
    }
    for (const [index, target] of entry.targets.entries()) {
      if (target.kind === 'hook' && !(await hooks.exists(target.function))) {
        add('error', `targets.${index}`, `there is no function "${target.function}"`);
      }
      if (target.kind !== 'cloudformation') continue;
      const stack = target.stack ?? entry.stack ?? '';
      const found = await roleOf(stacks, stack);
      if (found === 'missing') add('error', `targets.${index}`, `there is no stack "${stack}"`);
      else if (found === 'none') {
        const reason = `is only pinned in a rollback: the stack "${stack}" was deployed without a service role (--role-arn), and the rest of it is left to somebody who may deploy it`;
        add('note', `targets.${index}`, reason);
      }
    }
  }
  return findings;
}

async function roleOf(stacks: Stacks, stack: string): Promise<'missing' | 'none' | 'some'> {
  try {
    return (await stacks.describe(stack)).roleArn ? 'some' : 'none';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && message.includes('does not exist')) return 'missing';
    throw error;
  }
}
