import { type PolicyStatement, readStatements } from './policy-statement.ts';
import type { PropertyReader } from './property-reader.ts';
import type { ProblemList } from './template-problem.ts';

/** Managed policies that only allow what is not simulated. */
const harmlessPolicies = new Set([
  'AWSLambdaBasicExecutionRole',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
]);

/**
 * The statements of a role's policies. Managed policies are refused: what they allow does not stand in the template.
 */
export function readRole(properties: PropertyReader, problems: ProblemList): PolicyStatement[] {
  for (const [at, policy] of properties.texts('ManagedPolicyArns').entries()) {
    checkManaged(policy, properties.at(`ManagedPolicyArns[${at}]`), problems);
  }
  return properties
    .maps('Policies')
    .flatMap((policy) => readStatements(policy.only(['PolicyName', 'PolicyDocument']).map('PolicyDocument')));
}

function checkManaged(policy: string, path: string, problems: ProblemList): void {
  const name = policy.split('/').at(-1) ?? policy;
  if (!harmlessPolicies.has(name)) {
    problems.add(path, `the managed policy ${name} is not simulated: write the statements`);
  }
}
