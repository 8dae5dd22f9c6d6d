import type { ErrorCode } from '@aws-sdk/client-codedeploy';
import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { AliasTarget } from '../lambda/lambda-alias.ts';
import { AwsError } from '../service.ts';
import type { AliasesPort, HookPort, HookReport } from './codedeploy-ports.ts';
import type { Deployment, LifecycleEventName, LifecycleStep } from './deployment.ts';
import { timetable } from './deployment-config.ts';
import { type DeploymentError, invalidConfiguration, versionMismatch } from './deployment-errors.ts';

/**
 * The time at which a stop takes effect while a hook function runs: after the hook has answered, up to an hour later, or at
 * once. AWS does not document it.
 */
export type StopDuringHook = 'waits' | 'at-once';

/** The deployment, its parts and its callbacks. */
export interface DeploymentRunOptions {
  readonly deployment: Deployment;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly aliases: AliasesPort;
  readonly hook: HookPort;
  readonly stopDuringHook: StopDuringHook;
  /** Called when the deployment has begun: its status is `InProgress`, and validation is done or about to fail it. */
  readonly onBegin: () => void;
  /** Called when the deployment is over; `rollBackFrom` is true when the deployment may have changed the alias. */
  readonly onEnd: (rollBackFrom: boolean) => void;
}

/** A lifecycle event may take an hour (user guide, "CodeDeploy quotas"). */
const LIFECYCLE_LIMIT_MS = 3600_000;

/**
 * Takes one deployment from `Created` to its end: begin and validate, hook before, traffic shift by timetable, hook after.
 * Only {@link stop} and a failed step end it early. An automatic rollback runs the same steps without validation and hooks.
 */
export class DeploymentRun {
  readonly deployment: Deployment;
  readonly #options: DeploymentRunOptions;
  #timer: Timer | undefined;
  #pendingHook: { readonly id: string; readonly step: LifecycleStep; readonly then: () => void } | undefined;
  #stopAfterHook: { code: ErrorCode; message: string } | undefined;
  /** This deployment's last write to the alias; any other value was written from outside. */
  #written: AliasTarget | undefined;
  /** True once validated: from then on the alias may have been changed, so a rollback is needed. */
  #validated = false;
  #over = false;

  constructor(options: DeploymentRunOptions) {
    this.#options = options;
    this.deployment = options.deployment;
  }

  /** Schedules the beginning. A rollback is quick: recorded ones take 2–6 s from creation to success. */
  schedule(): void {
    const [low, high] = this.#isRollback ? [1200, 2400] : [1000, 3500];
    this.#after(this.#options.random.integer(low, high), () => this.#begin());
  }

  /** Ends the deployment as `Stopped`, now or as soon as the running hook has answered. */
  stop(code: ErrorCode, message: string): void {
    if (this.#over) return;
    const waits = this.#pendingHook !== undefined && this.#options.stopDuringHook === 'waits';
    if (waits) this.#stopAfterHook ??= { code, message };
    else this.#end('Stopped', { code, message });
  }

  /** Ends the deployment as `Failed` by an external fault. */
  fail(error: DeploymentError): void {
    if (this.#over) return;
    // The deployment fails, not the hook that happens to run.
    for (const step of this.deployment.lifecycle) {
      if (step.status === 'InProgress' && step.name !== 'AllowTraffic') this.#finish(step, 'Skipped');
    }
    this.#end('Failed', error);
  }

  /**
   * Records a hook's report. @throws InvalidLifecycleEventHookExecutionIdException, LifecycleEventAlreadyCompletedException
   */
  reportHook(id: string, report: HookReport): void {
    if (this.#over) {
      throw new AwsError(
        'LifecycleEventAlreadyCompletedException',
        'The lifecycle event has already completed.',
      );
    }
    if (this.#pendingHook?.id !== id) {
      throw new AwsError(
        'InvalidLifecycleEventHookExecutionIdException',
        `The lifecycle event hook execution ID is not valid: ${id}`,
      );
    }
    this.#hookDone(report);
  }

  get #isRollback(): boolean {
    return this.deployment.rollsBack !== undefined;
  }

  #begin(): void {
    const { deployment } = this;
    deployment.status = 'InProgress';
    deployment.startedAt = this.#touch();
    deployment.targetStatus = 'InProgress';
    this.#options.onBegin();
    if (!this.#isRollback) {
      const refusal = this.#validate();
      if (refusal) {
        // CodeDeploy needs a moment to find out, so that START and FAILURE do not share one instant.
        this.#after(this.#options.random.integer(500, 2000), () => this.#end('Failed', refusal));
        return;
      }
    }
    this.#validated = true;
    this.#runHook('BeforeAllowTraffic', deployment.appSpec.beforeAllowTraffic, () => this.#shift());
  }

  #validate(): { code: ErrorCode; message: string } | undefined {
    const { appSpec, config } = this.deployment;
    const { aliases } = this.#options;
    if (!aliases.hasFunction(appSpec.functionName)) {
      return {
        code: 'INVALID_LAMBDA_FUNCTION',
        message: `The Lambda function ${appSpec.functionName} does not exist.`,
      };
    }
    const target = aliases.aliasTarget(appSpec.functionName, appSpec.alias);
    if (!target) return invalidConfiguration(`Alias ${appSpec.alias} does not exist.`);
    if (!aliases.version(appSpec.functionName, appSpec.targetVersion)) {
      return invalidConfiguration(`Version ${appSpec.targetVersion} does not exist.`);
    }
    if (target.version !== appSpec.currentVersion || Object.keys(target.weights).length > 0) {
      return versionMismatch();
    }
    // AllAtOnce accepts it, canary and linear fail without a detail in the message.
    if (appSpec.currentVersion === appSpec.targetVersion && config.routing.type !== 'AllAtOnce') {
      return invalidConfiguration();
    }
    this.#written = target;
    return undefined;
  }

  #shift(): void {
    const event = this.#start('AllowTraffic');
    const shifts = timetable(this.deployment.config.routing);
    const began = this.#options.clock.now();
    const next = (index: number): void => {
      const shift = shifts[index];
      if (!shift) {
        this.#finish(event, 'Succeeded');
        const { afterAllowTraffic } = this.deployment.appSpec;
        this.#after(this.#pause(), () =>
          this.#runHook('AfterAllowTraffic', afterAllowTraffic, () => this.#succeed()),
        );
        return;
      }
      const step = (): void => {
        if (this.#point(shift.weight)) next(index + 1);
      };
      const wait = began + shift.afterMs - this.#options.clock.now();
      if (wait > 0) this.#after(wait, step);
      else step();
    };
    next(0);
  }

  /** @returns false if the write failed the deployment */
  #point(weight: number): boolean {
    const { deployment } = this;
    const { functionName, alias, currentVersion, targetVersion } = deployment.appSpec;
    const target: AliasTarget =
      weight >= 1
        ? { version: targetVersion, weights: {} }
        : { version: currentVersion, weights: { [targetVersion]: weight } };
    const found = this.#options.aliases.aliasTarget(functionName, alias);
    if (!this.#isRollback && !(found && this.#written && sameTarget(found, this.#written))) {
      this.#end('Failed', versionMismatch());
      return false;
    }
    try {
      this.#options.aliases.pointAlias(functionName, alias, target);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#end('Failed', invalidConfiguration(error.message));
      return false;
    }
    this.#written = target;
    deployment.weight = weight;
    this.#touch();
    return true;
  }

  #runHook(event: LifecycleEventName, name: string | undefined, then: () => void): void {
    const step = this.#start(event);
    if (name === undefined || this.#isRollback) {
      // An event without a hook does nothing, and still succeeds.
      this.#after(this.#pause(), () => {
        this.#finish(step, 'Succeeded');
        then();
      });
      return;
    }
    const { deployment } = this;
    const id = this.#options.random.hex(40);
    this.#pendingHook = { id, step, then };
    const outcome = this.#options.hook(name, {
      deploymentId: deployment.id,
      lifecycleEventName: event,
      lifecycleEventHookExecutionId: id,
      applicationName: deployment.group.application,
      deploymentGroupName: deployment.group.name,
      functionName: deployment.appSpec.functionName,
      targetVersion: deployment.appSpec.targetVersion,
    });
    if (!outcome || outcome.result === 'TimedOut' || outcome.afterMs > LIFECYCLE_LIMIT_MS) {
      this.#after(LIFECYCLE_LIMIT_MS, () => this.#hookDone('TimedOut'));
    } else {
      const { result } = outcome;
      this.#after(outcome.afterMs, () => this.#hookDone(result));
    }
  }

  #hookDone(result: HookReport | 'TimedOut'): void {
    const pending = this.#pendingHook;
    if (!pending) return;
    this.#cancel();
    this.#pendingHook = undefined;
    if (result !== 'Succeeded') {
      pending.step.message =
        result === 'Failed'
          ? 'The validation function reported a failure.'
          : 'The validation function did not report within an hour.';
    }
    this.#finish(pending.step, result === 'Succeeded' ? 'Succeeded' : 'Failed');
    if (this.#stopAfterHook) this.#end('Stopped', this.#stopAfterHook);
    else if (result === 'Succeeded') pending.then();
    else {
      this.#end('Failed', {
        code: 'HOOK_EXECUTION_FAILURE',
        message: 'One or more of the lifecycle event validation functions failed.',
      });
    }
  }

  #succeed(): void {
    this.#after(this.#pause(), () => this.#end('Succeeded'));
  }

  #end(status: 'Succeeded' | 'Failed' | 'Stopped', error?: { code: ErrorCode; message: string }): void {
    const { deployment } = this;
    this.#cancel();
    this.#pendingHook = undefined;
    this.#over = true;
    deployment.status = status;
    deployment.targetStatus = status === 'Stopped' ? 'Skipped' : status;
    if (error) deployment.error = error;
    deployment.completedAt = this.#touch();
    for (const step of deployment.lifecycle) {
      if (step.status === 'InProgress') this.#finish(step, status === 'Failed' ? 'Failed' : 'Skipped');
      else if (step.status === 'Pending') step.status = 'Skipped';
    }
    this.#options.onEnd(this.#validated);
  }

  #start(event: LifecycleEventName): LifecycleStep {
    const step = this.deployment.lifecycle.find(({ name }) => name === event) as LifecycleStep;
    step.status = 'InProgress';
    step.startedAt = this.#touch();
    return step;
  }

  #finish(step: LifecycleStep, status: 'Succeeded' | 'Failed' | 'Skipped'): void {
    step.status = status;
    step.endedAt = this.#touch();
  }

  #touch(): number {
    this.deployment.updatedAt = this.#options.clock.now();
    return this.deployment.updatedAt;
  }

  /** Time between two steps, ms. */
  #pause(): number {
    return this.#options.random.integer(200, 900);
  }

  #after(ms: number, callback: () => void): void {
    this.#timer = this.#options.clock.after(ms, callback);
  }

  #cancel(): void {
    if (this.#timer) this.#options.clock.cancel(this.#timer);
    this.#timer = undefined;
  }
}

function sameTarget(one: AliasTarget, other: AliasTarget): boolean {
  const versions = Object.keys(one.weights);
  return (
    one.version === other.version &&
    versions.length === Object.keys(other.weights).length &&
    versions.every((version) => one.weights[version] === other.weights[version])
  );
}
