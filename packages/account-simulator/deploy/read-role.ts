import { type PolicyStatement, readStatements } from './policy-statement.ts';
import type { PropertyReader } from './property-reader.ts';

/** AWS managed policies that allow only calls that are not simulated. */
const harmlessPolicies = new Set([
  'AWSLambdaBasicExecutionRole',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
]);

/** Managed policies that IAM attaches to a role (IAM User Guide, "IAM and AWS STS quotas"). */
const mostPolicies = 10;

/**
 * The statements of a role: those of its managed policies, in the order of the list, then the inline ones. Managed policies
 * from outside the template are refused, because their statements are not in it.
 *
 * @param policies statements of the template's managed policies, by ARN
 */
export function readRole(
  properties: PropertyReader,
  policies: ReadonlyMap<string, readonly PolicyStatement[]>,
): PolicyStatement[] {
  const arns = properties.texts('ManagedPolicyArns');
  if (arns.length > mostPolicies) {
    const reason = `has ${arns.length} managed policies, and IAM attaches ${mostPolicies} to a role`;
    properties.refuse('ManagedPolicyArns', reason);
  }
  const attached = arns.flatMap((arn, at) => {
    const own = policies.get(arn);
    if (own) return own;
    const name = arn.split('/').at(-1) ?? arn;
    if (!harmlessPolicies.has(name)) {
      const reason = `the managed policy ${name} is not of this template: write the statements`;
      properties.refuse(`ManagedPolicyArns[${at}]`, reason);
    }
    return [];
  });
  const inline = properties
    .maps('Policies')
    .flatMap((policy) => readStatements(policy.only(['PolicyName', 'PolicyDocument']).map('PolicyDocument')));
  return [...attached, ...inline];
}
