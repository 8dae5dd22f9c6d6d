import { awsCommand, type Command, type OptionValue, type Place, withFound } from '../../by-hand/command.ts';
import type { Pace } from '../../ledger/pace-ledger.ts';
import type { PlannedAlias } from './shapes.ts';

/**
 * Restoring an alias takes some ten requests to Lambda's control plane: its routing before and after, the code of its
 * version, the move, and the records. All callers of the account share 15 a second, CodeDeploy and CloudFormation, which
 * move aliases themselves, among them (Lambda developer guide, "Lambda quotas").
 */
const aliases: Pace = { of: 'aliases', perSecond: 1, burst: 10 };

/** The rate at which aliases may begin; `count` of them begin together. */
export function aliasPace(count: number): { readonly pace: Pace; readonly count: number } {
  return { pace: aliases, count };
}

/** A stopped deployment may still run its lifecycle hook, for which CodeDeploy allows up to 60 minutes. */
export function aliasDeadlineMs(): number {
  return 75 * 60_000;
}

/** The plan of an alias in words, for mails. */
export function aliasInWords({ fromVersion, toVersion, insteadOf, builtBy }: PlannedAlias): string {
  if (insteadOf !== undefined) return staysInWords(toVersion, insteadOf);
  return builtBy
    ? `back from version ${fromVersion} to the code of version ${toVersion}, built anew`
    : `back from version ${fromVersion} to version ${toVersion}`;
}

/** An alias left on purpose, because somebody moved it since the release, in words. */
export function keptAlias({ target, toVersion, insteadOf }: PlannedAlias): string[] {
  return insteadOf === undefined ? [] : [`${target}: ${staysInWords(toVersion, insteadOf)}`];
}

function staysInWords(version: string, insteadOf: string): string {
  return `version ${version} stays: somebody pointed it there after the release; the restore point has version ${insteadOf}`;
}

/** The plan of an alias, for a terminal. */
export function aliasInShort({ fromVersion, toVersion, insteadOf, builtBy }: PlannedAlias): string {
  if (insteadOf !== undefined) return `version ${toVersion} stays`;
  return `version ${fromVersion} -> ${toVersion}${builtBy ? ', built anew' : ''}`;
}

/** The command that points an alias back by hand. */
export function aliasCommand(
  place: Pick<Place, 'region'>,
  {
    function: name,
    alias,
    toVersion,
    builtBy,
  }: Pick<PlannedAlias, 'function' | 'alias' | 'toVersion' | 'builtBy'>,
): Command {
  const pointTo = (version: OptionValue) =>
    awsCommand(place, 'lambda update-alias', {
      'function-name': name,
      name: alias,
      'function-version': version,
      // Without this option the weights of a canary stay (Lambda API reference, UpdateAlias).
      'routing-config': { json: { AdditionalVersionWeights: {} } },
    });
  if (!builtBy) return pointTo(toVersion);
  // Only the stack knows the number of a rebuilt version: the end of the version's ARN.
  const read = awsCommand(place, 'cloudformation describe-stack-resource', {
    'stack-name': builtBy.stack,
    'logical-resource-id': builtBy.versionId,
    query: 'StackResourceDetail.PhysicalResourceId',
    output: 'text',
  });
  const found = 'new_version';
  return withFound(found, read, pointTo({ shell: `"\${${found}##*:}"` }));
}
