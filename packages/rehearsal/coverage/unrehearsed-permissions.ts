import type { Grant } from 'account-simulator/account/permissions/permission-usage.ts';
import type { PolicyStatement } from 'account-simulator/deploy/policy-statement.ts';

/** Permissions that AWS requires and no rehearsal does. */
export interface Unrehearsed {
  /** True for a permission that no rehearsal can use. */
  covers(action: string, resources: readonly string[], owner: string): boolean;
  readonly reason: string;
}

/** These functions identify a deployment with the code of `DescribeDeployment`. */
const lifecycleHooks: readonly string[] = ['CheckBeforeTrafficFunction', 'AwaitJudgementFunction'];

/** In no rehearsal do these functions write a mail while CodeDeploy shifts the service's traffic. */
const mailsWithoutShift: readonly string[] = [
  'AnnounceTrafficFunction',
  'FollowDeploymentFunction',
  'GuardAliasesFunction',
  'ReportPlanFunction',
  'YieldToIncidentFunction',
];

/** These functions look for the restore point's definition under a newer version number. */
const readersOfWorkflows: readonly string[] = [
  'GuardAliasesFunction',
  'PollTargetFunction',
  'StartTargetFunction',
  'VerifyTargetFunction',
];

/** Permissions that AWS requires for features that are not simulated, each with the reason. */
export const unrehearsed: readonly Unrehearsed[] = [
  {
    covers: (action) => action.startsWith('logs:'),
    reason: 'Step Functions delivers the logs of its machines; logs are not simulated.',
  },
  {
    covers: (action) => action === 'states:RedriveExecution',
    reason:
      'Asked for where a person redrives a machine with a Distributed Map; no scenario has one do that.',
  },
  {
    covers: (action) => action === 'kms:GenerateDataKey',
    reason: "Only advanced SecureStrings under a key of the team's own ask for it; no rehearsal has one.",
  },
  {
    covers: (action) => action === 's3:ListBucket',
    reason: 'It only tells a missing object from a forbidden one; elsewhere nothing asks for it.',
  },
  {
    covers: (action, _, owner) =>
      ['FollowDeploymentFunction', 'VerifyTargetFunction'].includes(owner) &&
      action === 'lambda:GetFunctionConfiguration',
    reason:
      'Asked only where an alias is on a newer version of the restored code, which CloudFormation publishes under a kinder setting of the account.',
  },
  {
    covers: (action, _, owner) =>
      readersOfWorkflows.includes(owner) && action === 'states:DescribeStateMachine',
    reason:
      'Asked only where a stack publishes the old definition of a workflow as a new version; test/targets plays that.',
  },
  {
    covers: (action, _, owner) =>
      owner === 'GuardAliasesFunction' && action === 'states:UpdateStateMachineAlias',
    reason:
      'Asked only where a stack moves the alias of a workflow; no rehearsed stack has one, and unit tests play that.',
  },
  {
    covers: (action, _, owner) =>
      mailsWithoutShift.includes(owner) &&
      ['codedeploy:BatchGetDeployments', 'codedeploy:GetDeploymentConfig'].includes(action),
    reason:
      'Asked where a mail is written while CodeDeploy shifts traffic; scenarios play that for the other mails, which read it by the same code.',
  },
  {
    covers: (action, _, owner) => owner === 'GuardAliasesFunction' && action === 'dynamodb:UpdateItem',
    reason:
      'Asked only where a stack moves users while their incident still works on others; test/workflow/roll-forwards.test.ts plays that.',
  },
  {
    covers: (action, _, owner) =>
      owner === 'OpenReleaseFunction' && action === 'cloudformation:DescribeStackEvents',
    reason:
      'Asked only where CodeDeploy names no stack and the deployment was made by hand; test/promises plays that.',
  },
  {
    covers: (action, _, owner) =>
      owner === 'StartTargetFunction' && action === 'cloudformation:DeleteChangeSet',
    reason:
      'Asked only where somebody updates a stack between its change set and the execution; unit tests play that.',
  },
  {
    covers: (action, _, owner) =>
      lifecycleHooks.includes(owner) && action === 'codedeploy:GetApplicationRevision',
    reason:
      'Asked only where CodeDeploy has no target of a deployment yet; one whose lifecycle hook is asked has one.',
  },
  {
    covers: (action, _, owner) =>
      lifecycleHooks.includes(owner) && action === 'cloudformation:DescribeStacks',
    reason:
      'Asked only for a function of a nested stack; scenarios play that where the watch asks the same question.',
  },
  {
    covers: (_action, _resources, owner) => owner === 'QueryLedgerFunction',
    reason:
      'A person invokes it, and no scenario has one ask; test/workflow/live-at.test.ts does, by its role.',
  },
];

/** The reason why a rehearsal cannot need a grant; undefined where it could. */
export function unrehearsedReason(grant: Grant, { Action, Resource }: PolicyStatement): string | undefined {
  const actions = grant.element === 'Action' ? [grant.value] : Action;
  const resources = grant.element === 'Resource' ? [grant.value] : Resource;
  return unrehearsed.find(({ covers }) => actions.every((action) => covers(action, resources, grant.owner)))
    ?.reason;
}
