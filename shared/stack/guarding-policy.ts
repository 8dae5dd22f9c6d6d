/** A statement of a stack policy (CloudFormation user guide, "Prevent updates to stack resources"). */
type Statement = Readonly<Record<string, unknown>>;

const allowAll: Statement = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };

/**
 * The stack policy of one update: the team's own, which a temporary policy would replace, and a denial of all deletions and
 * replacements but those in the change set. A denial overrides every permission.
 *
 * @param own the policy in force, JSON; undefined if there is none, which allows everything
 * @param removed logical ids that the change set removes
 */
export function guardingPolicy(own: string | undefined, removed: readonly string[]): string {
  const { Statement = [allowAll] } =
    own === undefined ? {} : (JSON.parse(own) as { readonly Statement?: readonly Statement[] | Statement });
  const guard: Statement = {
    Effect: 'Deny',
    Action: ['Update:Delete', 'Update:Replace'],
    Principal: '*',
    ...(removed.length > 0
      ? { NotResource: removed.map((logicalId) => `LogicalResourceId/${logicalId}`) }
      : { Resource: '*' }),
  };
  return JSON.stringify({ Statement: [...[Statement].flat(), guard] });
}
