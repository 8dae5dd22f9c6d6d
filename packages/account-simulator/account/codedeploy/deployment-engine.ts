import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  DeploymentCreator,
} from '@aws-sdk/client-codedeploy';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { mergeLazily } from '../merge-lazily.ts';
import { AwsError } from '../service.ts';
import { parseAppSpec, type Revision, renderAppSpec, revisionOf } from './app-spec.ts';
import type { AlarmsPort, AliasesPort, EmittedEvent, HookPort, HookReport } from './codedeploy-ports.ts';
import { type Deployment, isOver, LIFECYCLE_EVENTS } from './deployment.ts';
import { ALL_AT_ONCE } from './deployment-config.ts';
import { alarmActive, type DeploymentError, manualStop } from './deployment-errors.ts';
import { deploymentEvent, type EventState } from './deployment-event.ts';
import { type DeploymentGroup, rollsBackOn, watchedAlarms } from './deployment-group.ts';
import { DeploymentRegistry } from './deployment-registry.ts';
import { DeploymentRun, type StopDuringHook } from './deployment-run.ts';

/** The parts and options of a {@link DeploymentEngine}. */
export interface DeploymentEngineOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly aliases: AliasesPort;
  readonly alarms: AlarmsPort;
  /** Plays the hook functions; by default every hook succeeds within a second. */
  readonly hook?: HookPort;
  /** CodeDeploy's behaviour where AWS documents none; `waits` by default, which is the worse case. */
  readonly stopDuringHook?: StopDuringHook;
  readonly emit: (event: EmittedEvent) => void;
  /** 12 digits. */
  readonly accountId?: string;
  readonly region?: string;
  /** Whether a stack's deployment carries the stack's id (`stack`) or no id at all (`absent`). */
  readonly externalId?: 'absent' | 'stack';
  /** The revision that an automatic rollback deploys; see {@link DeploymentEngine}. */
  readonly groupRollback?: 'last-successful-revision' | 'alias-before';
}

/** The behaviour without options. */
const defaults = {
  hook: () => ({ result: 'Succeeded' as const, afterMs: 800 }),
  stopDuringHook: 'waits' as const,
  accountId: '123456789012',
  region: 'us-east-1',
  externalId: 'stack' as const,
  groupRollback: 'alias-before' as const,
};

/** A deployment to create. */
export interface NewDeployment {
  readonly application: string;
  readonly group: string;
  readonly revision: Revision;
  readonly creator: DeploymentCreator;
  /** The group's configuration by default. */
  readonly configName?: string | undefined;
  readonly description?: string | undefined;
  readonly externalId?: string | undefined;
  readonly autoRollback?: AutoRollbackConfiguration | undefined;
  readonly overrideAlarms?: AlarmConfiguration | undefined;
}

/** The answer to a stop request. */
export interface StopAnswer {
  readonly status: 'Pending' | 'Succeeded';
  readonly statusMessage: string;
}

/**
 * Creates, runs, stops and rolls back deployments: CodeDeploy's behaviour behind its API. A group has one deployment at a
 * time; alarms stop it; a failed deployment is undone by a new one where the configuration says so.
 *
 * The new deployment goes to the version from which the failed one began (`alias-before`), or to the version of the group's
 * last successful deployment (`last-successful-revision`). The two differ after the alias was moved without the group. A
 * group without a successful deployment has no such version, and goes back to the version before.
 */
export class DeploymentEngine extends DeploymentRegistry {
  readonly #options: Required<DeploymentEngineOptions>;
  readonly #random: SeededRandom;
  readonly #runs = new Map<string, DeploymentRun>();
  readonly #watchers = new Map<string, Set<DeploymentRun>>();
  /** Deployments with a stop request, with the `autoRollbackEnabled` of the request. */
  readonly #stopRequests = new Map<string, boolean | undefined>();
  readonly #createListeners: ((deployment: Deployment) => void)[] = [];
  readonly #endListeners = new Map<string, ((deployment: Deployment) => void)[]>();
  readonly #idleListeners = new Map<DeploymentGroup, (() => void)[]>();

  constructor(options: DeploymentEngineOptions) {
    const random = options.random.fork('codedeploy');
    super(random.fork('registry'));
    this.#random = random;
    this.#options = mergeLazily(defaults, options) as Required<DeploymentEngineOptions>;
    options.alarms.onChange((name, state) => {
      if (state === 'ALARM') this.#alarmRaised(name);
    });
  }

  /** Whether `externalId` of a stack's deployment holds the stack's id. */
  protected get showsStack(): boolean {
    return this.#options.externalId !== 'absent';
  }

  /** Virtual time, ms since the epoch. */
  get now(): number {
    return this.#options.clock.now();
  }

  /**
   * Creates a deployment; it begins a few seconds later.
   *
   * @throws ApplicationDoesNotExistException, DeploymentGroupDoesNotExistException,
   *   DeploymentConfigDoesNotExistException, InvalidRevisionException, DeploymentLimitExceededException
   */
  create(wanted: NewDeployment): Deployment {
    const group = this.group(wanted.application, wanted.group);
    if (group.active) {
      throw new AwsError(
        'DeploymentLimitExceededException',
        `The Deployment Group '${group.name}' already has an active Deployment '${group.active.id}'`,
      );
    }
    const deployment = this.#record(group, wanted, undefined);
    const alarms = watchedAlarms(deployment.overrideAlarms ?? group.settings.alarms);
    const run = this.#run(deployment, alarms);
    if (alarms.some((name) => this.#options.alarms.state(name) === 'ALARM'))
      this.#stopForAlarm(run, alarms, true);
    else run.schedule();
    for (const listener of this.#createListeners) listener(deployment);
    return deployment;
  }

  /**
   * Stops a deployment. `Pending` while a running hook function has to answer first.
   *
   * @param autoRollback true always rolls back, false never; without it the group's
   *   DEPLOYMENT_STOP_ON_REQUEST decides
   * @throws DeploymentDoesNotExistException, DeploymentAlreadyCompletedException
   */
  stop(id: string, autoRollback?: boolean): StopAnswer {
    const deployment = this.find(id);
    const run = this.#runs.get(id);
    if (!run || isOver(deployment)) {
      throw new AwsError(
        'DeploymentAlreadyCompletedException',
        `The deployment ${id} cannot be stopped because it has already completed.`,
      );
    }
    this.#stopRequests.set(id, autoRollback ?? this.#stopRequests.get(id));
    const { code, message } = manualStop();
    run.stop(code, message);
    return !isOver(deployment)
      ? {
          status: 'Pending',
          statusMessage: 'The deployment is being stopped. Lifecycle events may still be running.',
        }
      : { status: 'Succeeded', statusMessage: 'The deployment was stopped.' };
  }

  /** Ends a deployment as `Failed` by an external fault. A finished deployment stays as it is. */
  fail(id: string, error: DeploymentError): void {
    this.find(id);
    this.#runs.get(id)?.fail(error);
  }

  /** Calls `listener` for every created deployment except CodeDeploy's own rollbacks. */
  onCreate(listener: (deployment: Deployment) => void): void {
    this.#createListeners.push(listener);
  }

  /** Records a hook function's report. @throws DeploymentDoesNotExistException, and the errors of {@link DeploymentRun} */
  reportHook(id: string, executionId: string, report: HookReport): void {
    this.find(id);
    const run = this.#runs.get(id);
    if (!run) {
      throw new AwsError('LifecycleEventAlreadyCompletedException', `The deployment ${id} has ended.`);
    }
    run.reportHook(executionId, report);
  }

  /** Calls `listener` once, when a deployment is over; at once if it already is. */
  onEnd(deployment: Deployment, listener: (deployment: Deployment) => void): void {
    if (isOver(deployment)) listener(deployment);
    else push(this.#endListeners, deployment.id, listener);
  }

  /** Calls `listener` once, as soon as a group has no active deployment; at once if it has none. */
  whenIdle(group: DeploymentGroup, listener: () => void): void {
    if (group.active) push(this.#idleListeners, group, listener);
    else listener();
  }

  #record(group: DeploymentGroup, wanted: NewDeployment, rollsBack: Deployment | undefined): Deployment {
    const config = this.config(wanted.configName ?? group.settings.configName);
    const appSpec = parseAppSpec(wanted.revision.content);
    const now = this.now;
    const deployment: Deployment = {
      id: this.newId(),
      sequence: this.deployments.length,
      group,
      config,
      revision: wanted.revision,
      appSpec,
      previousRevision: group.lastSuccessful?.revision,
      creator: wanted.creator,
      description: wanted.description,
      externalId: wanted.externalId,
      createdAt: now,
      autoRollback: wanted.autoRollback ?? group.settings.autoRollback,
      overrideAlarms: wanted.overrideAlarms,
      rollsBack,
      lifecycle: LIFECYCLE_EVENTS.map((name) => ({ name, status: 'Pending' })),
      status: 'Created',
      targetStatus: 'Pending',
      weight: 0,
      updatedAt: now,
    };
    this.add(deployment, now);
    return deployment;
  }

  #run(deployment: Deployment, alarms: readonly string[]): DeploymentRun {
    const options = this.#options;
    const { clock, aliases, hook } = options;
    const run = new DeploymentRun({
      deployment,
      clock,
      aliases,
      hook,
      get stopDuringHook() {
        return options.stopDuringHook;
      },
      random: this.#random,
      onBegin: () => this.#emit(deployment, 'START'),
      onEnd: (mayHaveChanged) => {
        for (const name of alarms) this.#watchers.get(name)?.delete(run);
        this.#runs.delete(deployment.id);
        this.#ended(deployment, mayHaveChanged);
      },
    });
    this.#runs.set(deployment.id, run);
    for (const name of alarms) {
      const watchers = this.#watchers.get(name) ?? new Set();
      this.#watchers.set(name, watchers.add(run));
    }
    return run;
  }

  #ended(deployment: Deployment, mayHaveChanged: boolean): void {
    const { group, status } = deployment;
    group.active = undefined;
    if (status === 'Succeeded') group.lastSuccessful = deployment;
    if (mayHaveChanged && this.#shouldRollBack(deployment)) this.#rollBack(deployment);
    this.#stopRequests.delete(deployment.id);
    this.#emit(deployment, status === 'Succeeded' ? 'SUCCESS' : status === 'Failed' ? 'FAILURE' : 'STOP');
    for (const listener of take(this.#endListeners, deployment.id)) listener(deployment);
    if (!group.active) for (const listener of take(this.#idleListeners, group)) listener();
  }

  #shouldRollBack(deployment: Deployment): boolean {
    if (deployment.rollsBack || deployment.status === 'Succeeded') return false;
    const { autoRollback, status, error } = deployment;
    if (status === 'Failed') return rollsBackOn(autoRollback, 'DEPLOYMENT_FAILURE');
    if (error?.code === 'ALARM_ACTIVE') return rollsBackOn(autoRollback, 'DEPLOYMENT_STOP_ON_ALARM');
    const requested = this.#stopRequests.get(deployment.id);
    return requested ?? rollsBackOn(autoRollback, 'DEPLOYMENT_STOP_ON_REQUEST');
  }

  /** The rollback takes the group at once, so that no other deployment can start in between. */
  #rollBack(bad: Deployment): void {
    const { group, appSpec } = bad;
    const content = renderAppSpec({
      functionName: appSpec.functionName,
      alias: appSpec.alias,
      currentVersion: appSpec.targetVersion,
      targetVersion: this.#versionBefore(bad),
    });
    const rollback = this.#record(
      group,
      {
        application: group.application,
        group: group.name,
        revision: revisionOf(content),
        creator: 'codeDeployRollback',
        configName: ALL_AT_ONCE,
        autoRollback: { enabled: false, events: [] },
      },
      bad,
    );
    this.#run(rollback, []).schedule();
    // The order of status and rollbackInfo is not documented; a reader must accept either.
    this.#options.clock.after(this.#random.integer(0, 3000), () => {
      bad.rollbackInfo = {
        rollbackDeploymentId: rollback.id,
        rollbackMessage: `Deployment ${bad.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollback.id}.`,
      };
      rollback.rollbackInfo = {
        rollbackTriggeringDeploymentId: bad.id,
        rollbackMessage: `Deployment ${rollback.id} is triggered to roll back deployment ${bad.id}.`,
      };
    });
  }

  #versionBefore({ group, appSpec }: Deployment): string {
    const last = group.lastSuccessful?.appSpec.targetVersion ?? appSpec.currentVersion;
    if (last === appSpec.currentVersion) return last;
    return this.#options.groupRollback === 'last-successful-revision' ? last : appSpec.currentVersion;
  }

  #alarmRaised(name: string): void {
    for (const run of this.#watchers.get(name) ?? []) {
      const { group, overrideAlarms } = run.deployment;
      this.#stopForAlarm(run, watchedAlarms(overrideAlarms ?? group.settings.alarms), false, name);
    }
  }

  /** Recorded deployments stop about 11 s after the alarm, and within a second when it was in ALARM before. */
  #stopForAlarm(run: DeploymentRun, alarms: readonly string[], atCreation: boolean, raised?: string): void {
    const delay = atCreation
      ? this.#random.integer(200, 900)
      : Math.round(Math.min(20, Math.max(2, 11 + 3 * this.#random.normal())) * 1000);
    this.#options.clock.after(delay, () => {
      const active = alarms.filter((name) => name === raised || this.#options.alarms.state(name) === 'ALARM');
      const { code, message } = alarmActive(active.length > 0 ? active : alarms);
      run.stop(code, message);
    });
  }

  #emit(deployment: Deployment, state: EventState): void {
    const { emit, region, accountId } = this.#options;
    emit(deploymentEvent(deployment, state, region, accountId));
  }
}

function push<Key, Listener>(listeners: Map<Key, Listener[]>, key: Key, listener: Listener): void {
  const existing = listeners.get(key);
  if (existing) existing.push(listener);
  else listeners.set(key, [listener]);
}

function take<Key, Listener>(listeners: Map<Key, Listener[]>, key: Key): readonly Listener[] {
  const taken = listeners.get(key) ?? [];
  listeners.delete(key);
  return taken;
}
