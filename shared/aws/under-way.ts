/**
 * Names of errors with which AWS refuses a change while another is under way: the alias (Lambda, UpdateAlias), the
 * deployment group (CodeDeploy, CreateDeployment), the stack, or too much at once (CloudFormation), the parameter (Systems
 * Manager), the stage (API Gateway), the rule (VPC Lattice) or the alias of a state machine (Step Functions). Some of these
 * names also mean that a resource exists already; none of our calls creates one that may. Source: the errors of each
 * operation in its API reference.
 */
const names = new Set([
  'ResourceConflictException',
  'DeploymentLimitExceededException',
  'OperationInProgressException',
  'LimitExceededException',
  'TooManyUpdates',
  'ConflictException',
]);

/** CloudFormation has one error for all refusals; only the message shows that the stack is in progress. */
const stackOnItsWay = /\bis in \w+_IN_PROGRESS state\b/;

/**
 * Whether a change was refused, without effect, because another is under way: the same call succeeds later, after seconds or
 * as long as a deployment takes.
 */
export function isUnderWay(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return names.has(error.name) || (error.name === 'ValidationError' && stackOnItsWay.test(error.message));
}
