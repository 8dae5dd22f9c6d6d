/**
 * By these names AWS refuses a change because something else is being changed just now: the alias (Lambda, UpdateAlias),
 * the deployment group (CodeDeploy, CreateDeployment), the stack, or too much at once (CloudFormation), the parameter
 * (Systems Manager), the stage (API Gateway), the rule (VPC Lattice) or the alias of
 * a state machine (Step Functions). None of our calls creates what may be there
 * already, which some of these names mean as well. Source: the errors of each operation in its API reference.
 */
const names = new Set([
  'ResourceConflictException',
  'DeploymentLimitExceededException',
  'OperationInProgressException',
  'LimitExceededException',
  'TooManyUpdates',
  'ConflictException',
]);

/** CloudFormation has one error for everything it refuses; only the message tells that the stack is on its way. */
const stackOnItsWay = /\bis in \w+_IN_PROGRESS state\b/;

/**
 * Whether a change was refused, without effect, because another one is under way: the same call works later, after seconds
 * or as long as a deployment takes.
 */
export function isUnderWay(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return names.has(error.name) || (error.name === 'ValidationError' && stackOnItsWay.test(error.message));
}
