import type {
  BatchGetDeploymentGroupsInput,
  BatchGetDeploymentsInput,
  CreateDeploymentConfigInput,
  CreateDeploymentInput,
  GetApplicationRevisionInput,
  GetDeploymentConfigInput,
  GetDeploymentGroupInput,
  GetDeploymentInput,
  ListDeploymentGroupsInput,
  ListDeploymentsInput,
} from '@aws-sdk/client-codedeploy';
import {
  on,
  type PermissionScope,
  type RequiredPermission,
  type Requirements,
} from './required-permission.ts';

/**
 * Permissions for calls of CodeDeploy.
 *
 * Sources: Service Authorization Reference, "AWS CodeDeploy"; CodeDeploy user guide, "CodeDeploy permissions reference" with
 * its footnotes; API reference, CreateDeployment. The first two disagree on StopDeployment, ListDeploymentTargets,
 * BatchGetDeploymentTargets and PutLifecycleEventHookExecutionStatus: the guide names the deployment group, the reference no
 * resource at all. The reference is followed, as the stricter one: a statement on `*` works either way.
 */
export const codeDeployPermissions: Requirements = {
  CreateDeployment: (input: CreateDeploymentInput, scope) => {
    const { applicationName = '', deploymentGroupName = '', deploymentConfigName } = input;
    const group = groupArn(scope, applicationName, deploymentGroupName);
    const config = deploymentConfigName ?? scope.groupConfig(applicationName, deploymentGroupName) ?? '*';
    return [
      on('codedeploy:CreateDeployment', group),
      on('codedeploy:GetDeploymentConfig', configArn(scope, config)),
      {
        actions: ['codedeploy:RegisterApplicationRevision', 'codedeploy:GetApplicationRevision'],
        resource: applicationArn(scope, applicationName),
      },
      ...(input.overrideAlarmConfiguration ? [on('codedeploy:UpdateDeploymentGroup', group)] : []),
    ];
  },
  CreateDeploymentConfig: (input: CreateDeploymentConfigInput, scope) => [
    on('codedeploy:CreateDeploymentConfig', configArn(scope, input.deploymentConfigName)),
  ],
  GetDeploymentConfig: (input: GetDeploymentConfigInput, scope) => [
    on('codedeploy:GetDeploymentConfig', configArn(scope, input.deploymentConfigName)),
  ],
  GetDeployment: ({ deploymentId }: GetDeploymentInput, scope) => [
    ofDeployment('codedeploy:GetDeployment', deploymentId, scope),
  ],
  BatchGetDeployments: ({ deploymentIds }: BatchGetDeploymentsInput, scope) =>
    (deploymentIds ?? []).map((id) => ofDeployment('codedeploy:BatchGetDeployments', id, scope)),
  ListDeployments: ({ applicationName, deploymentGroupName }: ListDeploymentsInput, scope) => [
    on(
      'codedeploy:ListDeployments',
      applicationName === undefined ? '*' : groupArn(scope, applicationName, deploymentGroupName),
    ),
  ],
  StopDeployment: () => [on('codedeploy:StopDeployment', '*')],
  ListDeploymentTargets: () => [on('codedeploy:ListDeploymentTargets', '*')],
  BatchGetDeploymentTargets: () => [on('codedeploy:BatchGetDeploymentTargets', '*')],
  PutLifecycleEventHookExecutionStatus: () => [on('codedeploy:PutLifecycleEventHookExecutionStatus', '*')],
  GetApplicationRevision: ({ applicationName }: GetApplicationRevisionInput, scope) => [
    on('codedeploy:GetApplicationRevision', applicationArn(scope, applicationName)),
  ],
  GetDeploymentGroup: ({ applicationName, deploymentGroupName }: GetDeploymentGroupInput, scope) => [
    on('codedeploy:GetDeploymentGroup', groupArn(scope, applicationName, deploymentGroupName)),
  ],
  BatchGetDeploymentGroups: (input: BatchGetDeploymentGroupsInput, scope) =>
    (input.deploymentGroupNames ?? []).map((name) =>
      on('codedeploy:BatchGetDeploymentGroups', groupArn(scope, input.applicationName, name)),
    ),
  ListApplications: () => [on('codedeploy:ListApplications', '*')],
  ListDeploymentGroups: ({ applicationName }: ListDeploymentGroupsInput, scope) => [
    on('codedeploy:ListDeploymentGroups', applicationArn(scope, applicationName)),
  ],
};

/** The group of a missing deployment is unknown: that needs the permission on all groups. */
function ofDeployment(action: string, id: string | undefined, scope: PermissionScope): RequiredPermission {
  const found = scope.deploymentGroup(id ?? '');
  return on(action, groupArn(scope, found?.application ?? '*', found?.group ?? '*'));
}

function groupArn(scope: PermissionScope, application = '', group = '*'): string {
  return scope.arn('codedeploy', `deploymentgroup:${application}/${group}`);
}

function configArn(scope: PermissionScope, config = ''): string {
  return scope.arn('codedeploy', `deploymentconfig:${config}`);
}

function applicationArn(scope: PermissionScope, application = ''): string {
  return scope.arn('codedeploy', `application:${application}`);
}
