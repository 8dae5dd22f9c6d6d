import type {
  AutoRollbackConfiguration,
  CreateDeploymentCommandInput,
  DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import { renderAppSpec } from '../../../account/codedeploy/app-spec.ts';
import type { AlarmState, EmittedEvent, HookPort } from '../../../account/codedeploy/codedeploy-ports.ts';
import type { DeploymentEngineOptions } from '../../../account/codedeploy/deployment-engine.ts';
import type { StopDuringHook } from '../../../account/codedeploy/deployment-run.ts';
import { SimulatedCodeDeploy } from '../../../account/codedeploy/simulated-codedeploy.ts';
import { SimulatedLambda } from '../../../account/lambda/simulated-lambda.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

/** Alarms set by hand. */
export class HandAlarms {
  readonly #states = new Map<string, AlarmState>();
  readonly #listeners: ((name: string, state: AlarmState) => void)[] = [];

  state(name: string): AlarmState | undefined {
    return this.#states.get(name);
  }

  onChange(listener: (name: string, state: AlarmState) => void): void {
    this.#listeners.push(listener);
  }

  set(name: string, state: AlarmState): void {
    this.#states.set(name, state);
    for (const listener of this.#listeners) listener(name, state);
  }
}

/** All three reasons, as SAM sets them. */
export const SAM_ROLLBACK: AutoRollbackConfiguration = {
  enabled: true,
  events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
};

/** One function `orders` with versions 1 to 3 and alias `live` on 1, behind one deployment group. */
export class DeploymentAccount {
  readonly clock = VirtualClock.install('2026-10-01T00:00:00Z');
  readonly alarms = new HandAlarms();
  readonly events: { at: number; state: string; id: string; event: EmittedEvent }[] = [];
  readonly lambda: SimulatedLambda;
  readonly codeDeploy: SimulatedCodeDeploy;

  constructor(
    options: {
      seed?: number;
      hook?: HookPort;
      stopDuringHook?: StopDuringHook;
      autoRollback?: AutoRollbackConfiguration;
    } & Pick<DeploymentEngineOptions, 'groupRollback'> = {},
  ) {
    const { clock, alarms } = this;
    const random = new SeededRandom(options.seed ?? 1);
    this.lambda = new SimulatedLambda({ clock, random });
    this.codeDeploy = new SimulatedCodeDeploy({
      clock,
      random,
      alarms,
      aliases: this.lambda,
      emit: (event) => {
        const { deploymentId, state } = event.detail as { deploymentId: string; state: string };
        this.events.push({ at: clock.now(), state, id: deploymentId, event });
      },
      ...(options.hook && { hook: options.hook }),
      ...(options.groupRollback && { groupRollback: options.groupRollback }),
      ...(options.stopDuringHook && { stopDuringHook: options.stopDuringHook }),
    });
    for (const code of ['one', 'two', 'three']) {
      if (!this.lambda.hasFunction('orders')) this.lambda.createFunction('orders', { code, properties: {} });
      this.lambda.updateFunction('orders', { code, properties: {} });
      this.lambda.publishVersion('orders');
    }
    this.lambda.createAlias('orders', 'live', { version: '1', weights: {} });
    this.codeDeploy.createApplication('app');
    this.codeDeploy.putGroup('app', 'group', {
      configName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      alarms: { enabled: true, alarms: [{ name: 'errors' }] },
      autoRollback: options.autoRollback ?? SAM_ROLLBACK,
      serviceRoleArn: 'arn:aws:iam::123456789012:role/CodeDeployServiceRole',
      triggers: [],
    });
  }

  /** Input of CreateDeployment from version `from` to `to`. */
  input(
    from: string,
    to: string,
    rest: Partial<CreateDeploymentCommandInput> = {},
  ): CreateDeploymentCommandInput {
    const content = renderAppSpec({
      functionName: 'orders',
      alias: 'live',
      currentVersion: from,
      targetVersion: to,
    });
    return {
      applicationName: 'app',
      deploymentGroupName: 'group',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      ...rest,
    };
  }

  deploy(from: string, to: string, rest: Partial<CreateDeploymentCommandInput> = {}): string {
    return this.codeDeploy.operations.CreateDeployment(this.input(from, to, rest)).deploymentId;
  }

  info(deploymentId: string): DeploymentInfo {
    return this.codeDeploy.operations.GetDeployment({ deploymentId }).deploymentInfo;
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    let reached = false;
    this.clock.after(ms, () => {
      reached = true;
    });
    await this.clock.run(() => reached);
  }

  /** Lets time pass until a deployment has the status. */
  async until(deploymentId: string, status: string): Promise<void> {
    const ended = await this.clock.run(() => this.info(deploymentId).status === status);
    if (ended !== 'done') throw new Error(`${deploymentId} ended as ${this.info(deploymentId).status}`);
  }

  /** Lets time pass until no timer is left. */
  async settle(): Promise<void> {
    await this.clock.run(() => false);
  }

  /** `[STATE, id]` of the events, in order. */
  get states(): [string, string][] {
    return this.events.map(({ state, id }) => [state, id]);
  }

  get alias() {
    return this.lambda.aliasTarget('orders', 'live');
  }
}
