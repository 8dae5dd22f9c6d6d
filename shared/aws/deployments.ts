import {
  type AlarmConfiguration,
  ApplicationDoesNotExistException,
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  type CodeDeployClient,
  CreateDeploymentCommand,
  DeploymentAlreadyCompletedException,
  DeploymentGroupDoesNotExistException,
  type DeploymentInfo,
  DeploymentNotStartedException,
  type DeploymentStatus,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  InvalidLifecycleEventHookExecutionIdException,
  type LambdaTarget,
  LifecycleEventAlreadyCompletedException,
  ListDeploymentsCommand,
  type ListDeploymentsCommandInput,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
  type TrafficRoutingConfig,
} from '@aws-sdk/client-codedeploy';

/** A CodeDeploy deployment, with the fields that the coordinator decides on. */
export interface Deployment {
  readonly id: string;
  readonly application: string;
  readonly deploymentGroup: string;
  readonly computePlatform: string;
  /** Name of the deployment configuration: how it shifts traffic. */
  readonly config: string | undefined;
  readonly status: DeploymentStatus;
  readonly creator: string;
  readonly description: string;
  /** ms since the epoch */
  readonly createdAt: number;
  /** ms since the epoch; undefined while the deployment runs */
  readonly completedAt: number | undefined;
  readonly error: string | undefined;
  /** CodeDeploy's code for the error, such as `ALARM_ACTIVE`; see `judgeEndedDeployment`. */
  readonly errorCode: string | undefined;
  /** The alarms of this deployment that override its group's; undefined if it overrides none. */
  readonly overrideAlarms: readonly string[] | undefined;
  /** The deployment CodeDeploy created to roll this one back. */
  readonly rollbackDeploymentId: string | undefined;
  /** The deployment this one rolls back. */
  readonly rollbackOf: string | undefined;
  /** Id of the CloudFormation stack that created it; undefined if none did, or CodeDeploy does not say. */
  readonly stackId: string | undefined;
}

/** The versions between which a Lambda deployment moves an alias. */
export interface VersionChange {
  readonly function: string;
  readonly alias: string;
  readonly fromVersion: string;
  readonly toVersion: string;
}

/** CodeDeploy's lifecycle hooks of a Lambda deployment: the team's own checks before and after the traffic. */
export type LifecycleHook = 'BeforeAllowTraffic' | 'AfterAllowTraffic';

/**
 * Times at which a Lambda deployment moved traffic, by its lifecycle: ms since the epoch, undefined for events that did not
 * happen.
 */
export interface TrafficShift {
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** The lifecycle hook that failed; absent if none did. */
  readonly failedHook?: LifecycleHook;
}

const lifecycleHooks: readonly LifecycleHook[] = ['BeforeAllowTraffic', 'AfterAllowTraffic'];

const activeStatuses: readonly DeploymentStatus[] = ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'];

/** A Lambda deployment lasts at most 50 hours (CodeDeploy user guide, limits); some more for its bake to begin. */
export const longestDeploymentMs = 51 * 3_600_000;

export function isActive(deployment: Pick<Deployment, 'status'>): boolean {
  return activeStatuses.includes(deployment.status);
}

/** CodeDeploy, as the coordinator uses it. */
export class Deployments {
  readonly #client: CodeDeployClient;

  constructor(client: CodeDeployClient) {
    this.#client = client;
  }

  async get(deploymentId: string): Promise<Deployment> {
    const { deploymentInfo } = await this.#client.send(new GetDeploymentCommand({ deploymentId }));
    return toDeployment(deploymentId, deploymentInfo ?? {});
  }

  /**
   * The versions between which a Lambda deployment moves: from its target, or from its AppSpec if CodeDeploy has no target
   * yet or never will (stopped before it began).
   */
  async versionChange(deploymentId: string): Promise<VersionChange | undefined> {
    return (await this.#fromTarget(deploymentId)) ?? (await this.#fromAppSpec(deploymentId));
  }

  /** The versions between which a Lambda deployment moves, with the times of its shift; undefined if it never began. */
  async trafficShift(deploymentId: string): Promise<(VersionChange & TrafficShift) | undefined> {
    const target = await this.#lambdaTarget(deploymentId);
    const change = target && versionChangeOf(target);
    if (!target || !change) return undefined;
    const event = (name: string) =>
      target.lifecycleEvents?.find(({ lifecycleEventName }) => lifecycleEventName === name);
    const shift = event('AllowTraffic');
    const failedHook = lifecycleHooks.find((name) => event(name)?.status === 'Failed');
    return {
      ...change,
      startedAt: shift?.startTime?.getTime(),
      completedAt: shift?.status === 'Succeeded' ? shift.endTime?.getTime() : undefined,
      ...(failedHook && { failedHook }),
    };
  }

  /**
   * The steps by which running deployments move traffic, from their configurations; deployments that no longer run are left
   * out.
   *
   * @param ids at most 25 (API reference, BatchGetDeployments)
   */
  async shiftsOf(ids: readonly string[]): Promise<Map<string, TrafficRoutingConfig>> {
    if (ids.length === 0) return new Map();
    const { deploymentsInfo = [] } = await this.#client.send(
      new BatchGetDeploymentsCommand({ deploymentIds: [...ids] }),
    );
    const shifts = new Map<string, TrafficRoutingConfig>();
    const configs = new Map<string, TrafficRoutingConfig | undefined>();
    for (const info of deploymentsInfo) {
      const { deploymentId: id, deploymentConfigName: name } = info;
      if (!id || !name || !isActive(toDeployment(id, info))) continue;
      if (!configs.has(name)) configs.set(name, await this.#routing(name));
      const routing = configs.get(name);
      if (routing) shifts.set(id, routing);
    }
    return shifts;
  }

  async #routing(deploymentConfigName: string): Promise<TrafficRoutingConfig | undefined> {
    const { deploymentConfigInfo } = await this.#client.send(
      new GetDeploymentConfigCommand({ deploymentConfigName }),
    );
    return deploymentConfigInfo?.trafficRoutingConfig;
  }

  /** Names of the alarms that stop a deployment: its own, if it has any, else those of its group, if that still exists. */
  async alarmsOf({
    application,
    deploymentGroup,
    overrideAlarms,
  }: Pick<Deployment, 'application' | 'deploymentGroup' | 'overrideAlarms'>): Promise<readonly string[]> {
    if (overrideAlarms) return overrideAlarms;
    try {
      const { deploymentGroupInfo } = await this.#client.send(
        new GetDeploymentGroupCommand({ applicationName: application, deploymentGroupName: deploymentGroup }),
      );
      return watchedAlarms(deploymentGroupInfo?.alarmConfiguration);
    } catch (error) {
      const isGone =
        error instanceof DeploymentGroupDoesNotExistException ||
        error instanceof ApplicationDoesNotExistException;
      if (isGone) return [];
      throw error;
    }
  }

  /**
   * Stops a deployment and lets CodeDeploy roll it back. `autoRollbackEnabled` is set by default: stopping without it leaves
   * the alias on two versions, which makes later deployments fail (CodeDeploy user guide,
   * troubleshooting-deployments-lambda). A deployment that has ended meanwhile is no error.
   */
  async stop(deploymentId: string, { rollback = true }: { rollback?: boolean } = {}): Promise<void> {
    try {
      await this.#client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollback }));
    } catch (error) {
      if (!(error instanceof DeploymentAlreadyCompletedException)) throw error;
    }
  }

  /**
   * Answers a lifecycle hook of a deployment. A hook that no longer waits, because it was answered or its hour is over, is
   * no error.
   *
   * @param executionId the `LifecycleEventHookExecutionId` that CodeDeploy gave the hook
   */
  async answerHook(deploymentId: string, executionId: string, status: 'Succeeded' | 'Failed'): Promise<void> {
    try {
      await this.#client.send(
        new PutLifecycleEventHookExecutionStatusCommand({
          deploymentId,
          lifecycleEventHookExecutionId: executionId,
          status,
        }),
      );
    } catch (error) {
      const isOver =
        error instanceof LifecycleEventAlreadyCompletedException ||
        error instanceof InvalidLifecycleEventHookExecutionIdException;
      if (!isOver) throw error;
    }
  }

  /**
   * Starts a deployment that moves an alias back at once. Its alarms are overridden (an alarm that still rings must not stop
   * the rollback) and so is its automatic rollback (a rollback is never rolled back).
   *
   * CreateDeployment has no client token: look with {@link findByDescription} before calling this again.
   */
  async createRollback(
    group: Pick<Deployment, 'application' | 'deploymentGroup'>,
    change: VersionChange,
    description: string,
  ): Promise<string> {
    const content = JSON.stringify({
      version: 0.0,
      Resources: [
        {
          [change.function]: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Name: change.function,
              Alias: change.alias,
              CurrentVersion: change.fromVersion,
              TargetVersion: change.toVersion,
            },
          },
        },
      ],
    });
    const { deploymentId = '' } = await this.#client.send(
      new CreateDeploymentCommand({
        applicationName: group.application,
        deploymentGroupName: group.deploymentGroup,
        deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
        description,
        autoRollbackConfiguration: { enabled: false },
        overrideAlarmConfiguration: { enabled: false },
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      }),
    );
    return deploymentId;
  }

  /** Ids of all deployments of the account in the Region created between two times, ms since the epoch. */
  async idsBetween(start: number, end: number): Promise<string[]> {
    return this.#ids({ createTimeRange: { start: new Date(start), end: new Date(end) } });
  }

  /** Deployments of a group created since `since` (ms since the epoch), newest first. */
  async listSince(
    group: Pick<Deployment, 'application' | 'deploymentGroup'>,
    since: number,
  ): Promise<Deployment[]> {
    return this.#all({
      applicationName: group.application,
      deploymentGroupName: group.deploymentGroup,
      createTimeRange: { start: new Date(since) },
    });
  }

  /** Active deployments of a group, newest first. */
  async running(group: Pick<Deployment, 'application' | 'deploymentGroup'>): Promise<Deployment[]> {
    const found = await this.#all({
      applicationName: group.application,
      deploymentGroupName: group.deploymentGroup,
      includeOnlyStatuses: [...activeStatuses],
    });
    return found.filter(isActive);
  }

  /** Deployments with all their fields, newest first. */
  async #all(filter: ListDeploymentsCommandInput): Promise<Deployment[]> {
    const found: Deployment[] = [];
    for (const id of await this.#ids(filter)) found.push(await this.get(id));
    return found.sort((a, b) => b.createdAt - a.createdAt);
  }

  async #ids(filter: ListDeploymentsCommandInput): Promise<string[]> {
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new ListDeploymentsCommand({ ...filter, ...(nextToken && { nextToken }) }),
      );
      ids.push(...(page.deployments ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return ids;
  }

  async #fromTarget(deploymentId: string): Promise<VersionChange | undefined> {
    const target = await this.#lambdaTarget(deploymentId);
    return target && versionChangeOf(target);
  }

  async #lambdaTarget(deploymentId: string): Promise<LambdaTarget | undefined> {
    try {
      const { targetIds = [] } = await this.#client.send(new ListDeploymentTargetsCommand({ deploymentId }));
      if (targetIds.length === 0) return undefined;
      const { deploymentTargets = [] } = await this.#client.send(
        new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds: targetIds.slice(0, 25) }),
      );
      return deploymentTargets[0]?.lambdaTarget;
    } catch (error) {
      if (error instanceof DeploymentNotStartedException) return undefined;
      throw error;
    }
  }

  async #fromAppSpec(deploymentId: string): Promise<VersionChange | undefined> {
    const { deploymentInfo } = await this.#client.send(new GetDeploymentCommand({ deploymentId }));
    const asked = deploymentInfo?.revision;
    if (!asked || !deploymentInfo.applicationName) return undefined;
    // GetDeployment leaves the content of an AppSpec out; the digest finds the revision.
    const { revision } = await this.#client.send(
      new GetApplicationRevisionCommand({ applicationName: deploymentInfo.applicationName, revision: asked }),
    );
    return parseAppSpec(revision?.appSpecContent?.content ?? revision?.string?.content);
  }
}

function versionChangeOf({ lambdaFunctionInfo: found }: LambdaTarget): VersionChange | undefined {
  if (!found?.functionName || !found.functionAlias || !found.currentVersion || !found.targetVersion) {
    return undefined;
  }
  return {
    function: found.functionName,
    alias: found.functionAlias,
    fromVersion: found.currentVersion,
    toVersion: found.targetVersion,
  };
}

function parseAppSpec(content: string | undefined): VersionChange | undefined {
  if (!content) return undefined;
  try {
    const appSpec = JSON.parse(content) as {
      Resources?: Record<string, { Properties?: Record<string, string> }>[];
    };
    const properties = Object.values(appSpec.Resources?.[0] ?? {})[0]?.Properties;
    const { Name, Alias, CurrentVersion, TargetVersion } = properties ?? {};
    if (!Name || !Alias || !CurrentVersion || !TargetVersion) return undefined;
    return { function: Name, alias: Alias, fromVersion: CurrentVersion, toVersion: TargetVersion };
  } catch {
    return undefined;
  }
}

function watchedAlarms(configuration: AlarmConfiguration | undefined): string[] {
  if (!configuration?.enabled) return [];
  return (configuration.alarms ?? []).flatMap(({ name }) => name ?? []);
}

function toDeployment(id: string, info: DeploymentInfo): Deployment {
  return {
    id,
    application: info.applicationName ?? '',
    deploymentGroup: info.deploymentGroupName ?? '',
    computePlatform: info.computePlatform ?? '',
    config: info.deploymentConfigName,
    status: info.status ?? 'Created',
    creator: info.creator ?? '',
    description: info.description ?? '',
    createdAt: info.createTime?.getTime() ?? 0,
    completedAt: info.completeTime?.getTime(),
    error: info.errorInformation && `${info.errorInformation.code}: ${info.errorInformation.message}`,
    errorCode: info.errorInformation?.code,
    overrideAlarms: info.overrideAlarmConfiguration && watchedAlarms(info.overrideAlarmConfiguration),
    rollbackDeploymentId: info.rollbackInfo?.rollbackDeploymentId,
    rollbackOf: info.rollbackInfo?.rollbackTriggeringDeploymentId,
    stackId: info.externalId || undefined,
  };
}
