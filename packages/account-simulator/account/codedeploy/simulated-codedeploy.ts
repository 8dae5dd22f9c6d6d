import type {
  BatchGetDeploymentGroupsCommandInput,
  BatchGetDeploymentsCommandInput,
  BatchGetDeploymentTargetsCommandInput,
  CreateDeploymentCommandInput,
  CreateDeploymentConfigCommandInput,
  DeploymentConfigInfo,
  DeploymentInfo,
  GetApplicationRevisionCommandInput,
  GetDeploymentCommandInput,
  GetDeploymentConfigCommandInput,
  GetDeploymentGroupCommandInput,
  ListApplicationsCommandInput,
  ListDeploymentGroupsCommandInput,
  ListDeploymentsCommandInput,
  ListDeploymentTargetsCommandInput,
  PutLifecycleEventHookExecutionStatusCommandInput,
  StopDeploymentCommandInput,
} from '@aws-sdk/client-codedeploy';
import { AwsError, type Operations, type SimulatedService } from '../service.ts';
import { readRevision } from './app-spec.ts';
import type { Deployment } from './deployment.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { DeploymentEngine, type DeploymentEngineOptions } from './deployment-engine.ts';
import { watchedAlarms } from './deployment-group.ts';
import {
  deploymentInfo,
  deploymentTarget,
  groupInfo,
  revisionLocation,
  targetId,
} from './deployment-shapes.ts';
import { listDeployments } from './list-deployments.ts';

/** Members of one BatchGet call (API reference). */
const MOST_IDS = 25;
/** Alarms of one group or deployment (user guide, "CodeDeploy quotas"). */
const MOST_ALARMS = 50;
/** Characters of a description. */
const LONGEST_DESCRIPTION = 256;

/**
 * CodeDeploy for Lambda: applications, deployment groups, deployments that shift an alias from one version to another, stop
 * at an alarm and roll back by a new deployment.
 *
 * Sources: CodeDeploy API reference; user guide "Deployments on an AWS Lambda compute platform", "Redeploy and roll back a
 * deployment", "Stop a deployment", "Troubleshoot Lambda deployment issues", "CodeDeploy quotas".
 *
 * Unverified on AWS, and each playable by an option:
 * - whether `externalId` holds the id of the stack that created a deployment (`externalId`, default `stack`);
 * - which revision an automatic rollback deploys (`groupRollback`, default `alias-before`).
 *
 * Unverified on AWS, and chosen here:
 * - that Lambda deployments send the state-change event (no official sample names the platform);
 * - that an automatic rollback uses `CodeDeployDefault.LambdaAllAtOnce`, runs no hooks and ignores alarms
 *   (recorded rollbacks take 2–6 s and succeed under the alarm);
 * - that a deployment which never passed validation (already alarming, versions that do not match, stopped
 *   before it began) has nothing to roll back and gets no rollback deployment;
 * - that `rollbackInfo` of both sides may lag up to 3 s behind the status;
 * - that an alias changed from outside during a shift fails the deployment at its next step;
 * - that an alarm which does not exist stops nothing, whatever `ignorePollAlarmFailure` says;
 * - the target id `function:alias`; the texts of MANUAL_STOP and HOOK_EXECUTION_FAILURE; that a stopped target
 *   shows `Skipped`; the page size of lists and their order, newest first.
 */
export class SimulatedCodeDeploy extends DeploymentEngine implements SimulatedService {
  readonly #arnOf: (functionName: string) => string;

  constructor(options: DeploymentEngineOptions) {
    super(options);
    const { region = 'us-east-1', accountId = '123456789012' } = options;
    this.#arnOf = (functionName) => `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  }

  readonly operations = {
    CreateDeployment: (input: CreateDeploymentCommandInput) => {
      this.#checkNew(input);
      const deployment = this.create({
        application: input.applicationName as string,
        group: input.deploymentGroupName as string,
        revision: readRevision(input.revision),
        creator: 'user',
        configName: input.deploymentConfigName,
        description: input.description,
        autoRollback: input.autoRollbackConfiguration,
        overrideAlarms: input.overrideAlarmConfiguration,
      });
      return { deploymentId: deployment.id };
    },
    GetDeployment: ({ deploymentId }: GetDeploymentCommandInput) => ({
      deploymentInfo: this.#info(this.find(deploymentId)),
    }),
    BatchGetDeployments: ({ deploymentIds }: BatchGetDeploymentsCommandInput) => ({
      deploymentsInfo: batch(deploymentIds, 'deployment IDs')
        .map((id) => this.lookUp(id))
        .filter((deployment) => deployment !== undefined)
        .map((deployment) => this.#info(deployment)),
    }),
    ListDeployments: (input: ListDeploymentsCommandInput) =>
      // Without stack ids, a filter by stack finds nothing.
      input.externalId !== undefined && !this.showsStack ? { deployments: [] } : listDeployments(this, input),
    StopDeployment: ({ deploymentId, autoRollbackEnabled }: StopDeploymentCommandInput) =>
      this.stop(this.find(deploymentId).id, autoRollbackEnabled),
    PutLifecycleEventHookExecutionStatus: (input: PutLifecycleEventHookExecutionStatusCommandInput) => {
      const { deploymentId, lifecycleEventHookExecutionId = '', status } = input;
      if (status !== 'Succeeded' && status !== 'Failed') {
        throw new AwsError(
          'InvalidLifecycleEventHookExecutionStatusException',
          `Only Succeeded and Failed can be passed, not ${status}.`,
        );
      }
      this.reportHook(this.find(deploymentId).id, lifecycleEventHookExecutionId, status);
      return { lifecycleEventHookExecutionId };
    },
    ListDeploymentTargets: ({ deploymentId }: ListDeploymentTargetsCommandInput) => ({
      targetIds: [targetId(this.#started(deploymentId))],
    }),
    BatchGetDeploymentTargets: ({ deploymentId, targetIds }: BatchGetDeploymentTargetsCommandInput) => {
      const deployment = this.#started(deploymentId);
      const known = targetId(deployment);
      const ids = batch(targetIds, 'target IDs');
      const unknown = ids.find((id) => id !== known);
      if (unknown !== undefined) {
        throw new AwsError(
          'DeploymentTargetDoesNotExistException',
          `The deployment target ${unknown} does not exist in deployment ${deployment.id}.`,
        );
      }
      const target = deploymentTarget(deployment, this.#arnOf(deployment.appSpec.functionName));
      return { deploymentTargets: ids.length > 0 ? [target] : [] };
    },
    GetApplicationRevision: ({ applicationName, revision }: GetApplicationRevisionCommandInput) => {
      const application = requiredApplication(applicationName);
      if (!revision) throw new AwsError('RevisionRequiredException', 'The revision ID was not specified.');
      const sha256 = revision.appSpecContent?.sha256 ?? revision.string?.sha256;
      const registered = this.revision(application, sha256);
      return {
        applicationName: application,
        revision: revisionLocation(registered.revision, registered.revision.content),
        revisionInfo: {
          deploymentGroups: [...registered.groups],
          firstUsedTime: new Date(registered.firstUsedAt),
          lastUsedTime: new Date(registered.lastUsedAt),
          registerTime: new Date(registered.firstUsedAt),
        },
      };
    },
    CreateDeploymentConfig: (input: CreateDeploymentConfigCommandInput) => {
      const { deploymentConfigName, computePlatform, trafficRoutingConfig } = input;
      if (!deploymentConfigName) {
        throw new AwsError('DeploymentConfigNameRequiredException', 'No configuration name was specified.');
      }
      if (computePlatform !== 'Lambda') {
        throw new AwsError(
          'InvalidComputePlatformException',
          `The simulated CodeDeploy knows the Lambda platform only, not ${computePlatform ?? 'Server'}.`,
        );
      }
      const routing = trafficRoutingConfig ?? { type: 'AllAtOnce' as const };
      return { deploymentConfigId: this.createConfig(deploymentConfigName, routing, this.now).id };
    },
    GetDeploymentConfig: ({ deploymentConfigName }: GetDeploymentConfigCommandInput) => {
      if (!deploymentConfigName) {
        throw new AwsError('DeploymentConfigNameRequiredException', 'No configuration name was specified.');
      }
      return { deploymentConfigInfo: configInfo(this.config(deploymentConfigName)) };
    },
    GetDeploymentGroup: ({ applicationName, deploymentGroupName }: GetDeploymentGroupCommandInput) => ({
      deploymentGroupInfo: groupInfo(
        this.group(requiredApplication(applicationName), requiredGroup(deploymentGroupName)),
      ),
    }),
    BatchGetDeploymentGroups: (input: BatchGetDeploymentGroupsCommandInput) => {
      const application = requiredApplication(input.applicationName);
      const names = new Set(this.groupNames(application));
      const asked = input.deploymentGroupNames ?? [];
      if (asked.length > 100) throw tooMany('deployment group names', 100);
      const missing = asked.filter((name) => !names.has(name));
      return {
        deploymentGroupsInfo: asked
          .filter((name) => names.has(name))
          .map((name) => groupInfo(this.group(application, name))),
        ...(missing.length > 0 && {
          errorMessage: `No Deployment Group found for name: ${missing.join(', ')}`,
        }),
      };
    },
    ListApplications: ({ nextToken }: ListApplicationsCommandInput) => {
      const { page, next } = paginate(this.applicationNames, nextToken);
      return { applications: page, ...next };
    },
    ListDeploymentGroups: ({ applicationName, nextToken }: ListDeploymentGroupsCommandInput) => {
      const application = requiredApplication(applicationName);
      const { page, next } = paginate(this.groupNames(application), nextToken);
      return { applicationName: application, deploymentGroups: page, ...next };
    },
  } satisfies Operations;

  #info(deployment: Deployment): DeploymentInfo {
    const { externalId, ...info } = deploymentInfo(deployment);
    return externalId !== undefined && this.showsStack ? { ...info, externalId } : info;
  }

  #checkNew(input: CreateDeploymentCommandInput): void {
    this.group(requiredApplication(input.applicationName), requiredGroup(input.deploymentGroupName));
    if ((input.description?.length ?? 0) > LONGEST_DESCRIPTION) {
      throw new AwsError(
        'DescriptionTooLongException',
        `Description cannot be longer than ${LONGEST_DESCRIPTION} characters.`,
      );
    }
    const { autoRollbackConfiguration: autoRollback, overrideAlarmConfiguration: alarms } = input;
    if (autoRollback?.enabled && !autoRollback.events?.length) {
      throw new AwsError(
        'InvalidAutoRollbackConfigException',
        'Automatic rollback was enabled, but no events were specified.',
      );
    }
    if (alarms?.enabled && watchedAlarms(alarms).length === 0) {
      throw new AwsError('InvalidAlarmConfigException', 'Alarms were enabled, but none was specified.');
    }
    if ((alarms?.alarms?.length ?? 0) > MOST_ALARMS) {
      throw new AwsError('AlarmsLimitExceededException', `At most ${MOST_ALARMS} alarms are allowed.`);
    }
  }

  #started(id: string | undefined): Deployment {
    const deployment = this.find(id);
    if (deployment.startedAt === undefined) {
      throw new AwsError('DeploymentNotStartedException', `Deployment ${deployment.id} has not started.`);
    }
    return deployment;
  }
}

function configInfo(config: DeploymentConfig): DeploymentConfigInfo {
  return {
    deploymentConfigId: config.id,
    deploymentConfigName: config.name,
    createTime: new Date(config.createdAt),
    computePlatform: 'Lambda',
    trafficRoutingConfig: config.routing,
  };
}

function requiredApplication(name: string | undefined): string {
  if (!name) throw new AwsError('ApplicationNameRequiredException', 'No application name was specified.');
  return name;
}

function requiredGroup(name: string | undefined): string {
  if (!name) {
    throw new AwsError('DeploymentGroupNameRequiredException', 'No deployment group name was specified.');
  }
  return name;
}

function batch(ids: readonly string[] | undefined, what: string): readonly string[] {
  if ((ids?.length ?? 0) > MOST_IDS) throw tooMany(what, MOST_IDS);
  return ids ?? [];
}

function tooMany(what: string, most: number): AwsError {
  return new AwsError('BatchLimitExceededException', `At most ${most} ${what} can be given at once.`);
}

function paginate(names: readonly string[], token: string | undefined) {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start))
    throw new AwsError('InvalidNextTokenException', 'The next token is not valid.');
  const end = start + 100;
  return {
    page: names.slice(start, end),
    next: end < names.length ? { nextToken: String(end) } : {},
  };
}
