import type { Pace } from '../../ledger/pace-ledger.ts';
import type { PlannedAlias } from './shapes.ts';

/**
 * Putting an alias back takes some ten requests to Lambda's control plane: where it points before and after, what code
 * that is, the move, and what is recorded. All callers of the account have 15 a second together, CodeDeploy and
 * CloudFormation, which move aliases themselves, among them (Lambda developer guide, "Lambda quotas").
 */
const aliases: Pace = { of: 'aliases', perSecond: 1, burst: 10 };

/** How fast aliases are begun. */
export function aliasPace(): { readonly pace: Pace; readonly count: number } {
  return { pace: aliases, count: 1 };
}

/** A stopped deployment may still run its lifecycle hook, which CodeDeploy gives up to 60 minutes. */
export function aliasDeadlineMs(): number {
  return 75 * 60_000;
}

/** What the plan of an alias does, for mails. */
export function aliasInWords({ fromVersion, toVersion, builtBy }: PlannedAlias): string {
  return builtBy
    ? `back from version ${fromVersion} to the code of version ${toVersion}, built anew`
    : `back from version ${fromVersion} to version ${toVersion}`;
}

/** The same for a terminal. */
export function aliasInShort({ fromVersion, toVersion, builtBy }: PlannedAlias): string {
  return `version ${fromVersion} -> ${toVersion}${builtBy ? ', built anew' : ''}`;
}

/** The command that points the alias back by hand. */
export function aliasCommand({ function: name, alias, toVersion, builtBy }: PlannedAlias): string {
  // A version that is built anew has a number that only the stack knows.
  const version = builtBy
    ? `$(aws cloudformation describe-stack-resource --stack-name ${builtBy.stack} --logical-resource-id ${builtBy.versionId} ` +
      `--query StackResourceDetail.PhysicalResourceId --output text | sed 's/.*://')`
    : toVersion;
  return (
    `aws lambda update-alias --function-name ${name} --name ${alias} ` +
    `--function-version ${version} --routing-config AdditionalVersionWeights={}`
  );
}
