import type {
  DeploymentGroupInfo,
  DeploymentInfo,
  DeploymentOverview,
  DeploymentTarget,
  LastDeploymentInfo,
  RevisionLocation,
} from '@aws-sdk/client-codedeploy';
import type { Revision } from './app-spec.ts';
import { type Deployment, isOver } from './deployment.ts';
import type { DeploymentGroup } from './deployment-group.ts';

const STYLE = { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' } as const;

/** A deployment as `GetDeployment` shows it. */
export function deploymentInfo(deployment: Deployment): DeploymentInfo {
  const { group, error, rollbackInfo, startedAt, completedAt } = deployment;
  return {
    applicationName: group.application,
    deploymentGroupName: group.name,
    deploymentConfigName: deployment.config.name,
    deploymentId: deployment.id,
    ...(deployment.previousRevision && { previousRevision: revisionLocation(deployment.previousRevision) }),
    revision: revisionLocation(deployment.revision),
    status: deployment.status,
    ...(error && { errorInformation: { ...error } }),
    createTime: new Date(deployment.createdAt),
    ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
    ...(completedAt !== undefined && { completeTime: new Date(completedAt) }),
    deploymentOverview: overview(deployment),
    ...(deployment.description !== undefined && { description: deployment.description }),
    creator: deployment.creator,
    ignoreApplicationStopFailures: false,
    autoRollbackConfiguration: deployment.autoRollback,
    updateOutdatedInstancesOnly: false,
    ...(rollbackInfo && { rollbackInfo: { ...rollbackInfo } }),
    deploymentStyle: STYLE,
    instanceTerminationWaitTimeStarted: false,
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'Lambda',
    ...(deployment.externalId !== undefined && { externalId: deployment.externalId }),
    ...(deployment.overrideAlarms && { overrideAlarmConfiguration: deployment.overrideAlarms }),
  };
}

/**
 * A revision's location, without its text: GetDeployment never returns AppSpec content ("content is always null", API
 * reference); `GetApplicationRevision` does.
 */
export function revisionLocation(revision: Revision, content?: string): RevisionLocation {
  const body = content === undefined ? { sha256: revision.sha256 } : { content, sha256: revision.sha256 };
  return revision.type === 'String'
    ? { revisionType: 'String', string: body }
    : { revisionType: 'AppSpecContent', appSpecContent: body };
}

/**
 * The one target of a Lambda deployment. Its id is `function:alias`, as seen in the field; the API reference says "the names
 * of Lambda functions".
 */
export function targetId({ appSpec }: Deployment): string {
  return `${appSpec.functionName}:${appSpec.alias}`;
}

/** A deployment's target as `BatchGetDeploymentTargets` shows it; the weight is in per cent. */
export function deploymentTarget(deployment: Deployment, functionArn: string): DeploymentTarget {
  const { appSpec } = deployment;
  return {
    deploymentTargetType: 'LambdaTarget',
    lambdaTarget: {
      deploymentId: deployment.id,
      targetId: targetId(deployment),
      targetArn: `${functionArn}:${appSpec.alias}`,
      status: deployment.targetStatus,
      lastUpdatedAt: new Date(deployment.updatedAt),
      lifecycleEvents: deployment.lifecycle.map(({ name, status, startedAt, endedAt, message }) => ({
        lifecycleEventName: name,
        status,
        ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
        ...(endedAt !== undefined && { endTime: new Date(endedAt) }),
        ...(message !== undefined && { diagnostics: { errorCode: 'UnknownError' as const, message } }),
      })),
      lambdaFunctionInfo: {
        functionName: appSpec.functionName,
        functionAlias: appSpec.alias,
        currentVersion: appSpec.currentVersion,
        targetVersion: appSpec.targetVersion,
        targetVersionWeight: Math.round(deployment.weight * 1e6) / 1e4,
      },
    },
  };
}

/** A deployment group as `GetDeploymentGroup` shows it. */
export function groupInfo(group: DeploymentGroup): DeploymentGroupInfo {
  const { settings, lastSuccessful, lastAttempted } = group;
  return {
    applicationName: group.application,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    deploymentConfigName: settings.configName,
    ec2TagFilters: [],
    onPremisesInstanceTagFilters: [],
    autoScalingGroups: [],
    serviceRoleArn: settings.serviceRoleArn,
    ...(lastSuccessful && { targetRevision: revisionLocation(lastSuccessful.revision) }),
    triggerConfigurations: [...settings.triggers],
    alarmConfiguration: settings.alarms,
    autoRollbackConfiguration: settings.autoRollback,
    deploymentStyle: STYLE,
    ...(lastSuccessful && { lastSuccessfulDeployment: lastDeployment(lastSuccessful) }),
    ...(lastAttempted && { lastAttemptedDeployment: lastDeployment(lastAttempted) }),
    computePlatform: 'Lambda',
  };
}

function lastDeployment(deployment: Deployment): LastDeploymentInfo {
  const { completedAt } = deployment;
  return {
    deploymentId: deployment.id,
    status: deployment.status,
    ...(completedAt !== undefined && { endTime: new Date(completedAt) }),
    createTime: new Date(deployment.createdAt),
  };
}

function overview(deployment: Deployment): DeploymentOverview {
  const { targetStatus } = deployment;
  const count = (is: boolean) => (is ? 1 : 0);
  return {
    Pending: count(targetStatus === 'Pending' && !isOver(deployment)),
    InProgress: count(targetStatus === 'InProgress'),
    Succeeded: count(targetStatus === 'Succeeded'),
    Failed: count(targetStatus === 'Failed'),
    Skipped: count(targetStatus === 'Skipped'),
    Ready: 0,
  };
}
