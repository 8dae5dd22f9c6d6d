import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { AlarmReader } from '../shared/aws/alarm-reader.ts';
import { Hooks } from '../shared/aws/hooks.ts';
import { isStackMissing, Stacks } from '../shared/aws/stacks.ts';
import type { FileEntry, FileFinding } from './catalog-files.ts';
import { checkAlarms } from './check-alarms.ts';
import { TargetMeanings } from './target-meanings.ts';

/** The actual state of one target of an entry in the account. */
export interface FileMeaning {
  readonly file: string;
  readonly service: string;
  readonly path: string;
  readonly target: string;
  readonly means: string;
}

/** The findings of a check against the account. */
export interface OnlineFindings {
  readonly findings: FileFinding[];
  /** The actual state of each target. */
  readonly meanings: readonly FileMeaning[];
}

/**
 * Checks entries against the account: describes each target, and finds targets, alarms, health checks, hooks and stacks that
 * do not exist, alarms that are blind or muted, and stacks that the coordinator can only pin.
 *
 * @param now ms since the epoch
 */
export async function checkOnline(
  entries: readonly FileEntry[],
  clientConfig: object,
  now: number,
): Promise<OnlineFindings> {
  const alarms = new AlarmReader(new CloudWatchClient(clientConfig));
  const hooks = new Hooks(new LambdaClient(clientConfig));
  const stacks = new Stacks(new CloudFormationClient(clientConfig));
  const targets = new TargetMeanings(stacks, clientConfig);
  const findings: FileFinding[] = [];
  const meanings: FileMeaning[] = [];
  for (const { file, entry } of entries) {
    const add = (severity: 'error' | 'note', path: string, reason: string) =>
      findings.push({ file, service: entry.service, severity, path, reason });
    for (const { name, severity, reason } of await checkAlarms(alarms, entry.policy.alarms, now)) {
      add(severity, `policy.alarms.${entry.policy.alarms.indexOf(name)}`, reason);
    }
    for (const [index, check] of entry.policy.healthChecks.entries()) {
      if (await hooks.exists(check.function)) continue;
      add('error', `policy.healthChecks.${index}`, `there is no function "${check.function}"`);
    }
    for (const { path, target, means, missing } of await targets.of(entry)) {
      if (missing !== undefined) add('error', path, missing);
      else if (means !== undefined) meanings.push({ file, service: entry.service, path, target, means });
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
  return { findings, meanings };
}

async function roleOf(stacks: Stacks, stack: string): Promise<'missing' | 'none' | 'some'> {
  try {
    return (await stacks.describe(stack)).roleArn ? 'some' : 'none';
  } catch (error) {
    if (isStackMissing(error)) return 'missing';
    throw error;
  }
}
