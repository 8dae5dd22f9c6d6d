import { type PolicyStatement, policyTemplateName, readStatements } from './policy-statement.ts';
import { PropertyReader } from './property-reader.ts';
import type { ProblemList } from './template-problem.ts';
import { isMap, kindOf, type TemplateValue } from './template-value.ts';

/** Managed policies that only allow what is not simulated. */
const harmlessPolicies = new Set([
  'AWSLambdaBasicExecutionRole',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
]);

/**
 * The statements of a role's policies. `Policies` takes what IAM takes (`PolicyName`, `PolicyDocument`) and what
 * SAM takes (a document, the name of a managed policy). Managed policies and SAM policy templates are refused:
 * what they allow does not stand in the template.
 */
export function readRole(properties: PropertyReader, problems: ProblemList): PolicyStatement[] {
  for (const [at, policy] of properties.texts('ManagedPolicyArns').entries()) {
    checkManaged(policy, properties.at(`ManagedPolicyArns[${at}]`), problems);
  }
  return properties
    .list('Policies')
    .flatMap((entry, at) => readPolicy(entry, properties.at(`Policies[${at}]`), problems));
}

function readPolicy(entry: TemplateValue, path: string, problems: ProblemList): PolicyStatement[] {
  if (typeof entry === 'string') {
    checkManaged(entry, path, problems);
    return [];
  }
  if (!isMap(entry)) {
    problems.add(path, `must be a policy, not ${kindOf(entry)}`);
    return [];
  }
  const template = policyTemplateName(entry);
  if (template !== undefined) {
    problems.add(path, `the SAM policy template ${template} is not simulated: write the statements`);
    return [];
  }
  const policy = new PropertyReader(entry, path, problems);
  if (!policy.has('PolicyDocument')) return readStatements(policy);
  return readStatements(policy.only(['PolicyName', 'PolicyDocument']).map('PolicyDocument'));
}

function checkManaged(policy: string, path: string, problems: ProblemList): void {
  const name = policy.split('/').at(-1) ?? policy;
  if (!harmlessPolicies.has(name)) {
    problems.add(path, `the managed policy ${name} is not simulated: write the statements`);
  }
}
