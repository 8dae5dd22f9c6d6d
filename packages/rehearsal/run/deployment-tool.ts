import type { Capability, RollbackTrigger } from '@aws-sdk/client-cloudformation';
import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { DataHolder } from 'account-simulator/account/cloudformation/stored-data.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import { stringify } from 'yaml';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { functionsOf } from '../scenario/check-names.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { hasServiceRole } from '../scenario/scenario-account.ts';
import type { ScenarioAlarm } from '../scenario/scenario-alarm.ts';
import type { ScenarioParameter } from '../scenario/scenario-parameter.ts';
import type { ScenarioRelease } from '../scenario/scenario-release.ts';
import { functionName, type ServiceState, serviceTemplate } from '../scenario/service-template.ts';
import { scenarioParameters, storedValue } from './parameters-of-scenario.ts';
import { noEchoSecret, secureStringSecret } from './planted-secrets.ts';

import { targetsOf } from './traffic-targets.ts';

/** Acts for the teams: outside the coordinator, with permissions of its own. */
const caller = { principal: 'deployment-tool' };

/** What `sam deploy` acknowledges, and is then stored with the stack: a change set needs no word for macros. */
const capabilities: readonly Capability[] = ['CAPABILITY_IAM'];

/** How often the tool looks whether a change set is complete, ms. */
const lookMs = 500;

/** What a stack has before the scenario's first release of it. */
const initialConfig = 'Canary10Percent5Minutes';

/** A state of a stack, and the number of the release that brings it. */
interface NumberedState extends ServiceState {
  readonly release: number;
}

/** A release before its time. */
interface PreparedRelease {
  readonly state: NumberedState;
  /** Of its change set, if it could be made. */
  readonly id?: string;
}

/** Plays the teams' deployment tool: catalog parameters, alarms, deployment configurations, stack updates. */
export class DeploymentTool {
  readonly #account: SimulatedAccount;
  readonly #scenario: Scenario;
  readonly #states = new Map<string, ServiceState>();
  readonly #deployed = new Map<string, number>();
  /** The state of each release, and the id of its change set if it could be made ahead. */
  readonly #prepared = new Map<ScenarioRelease, PreparedRelease>();
  /** The states that the releases prepared so far come to. */
  readonly #planned = new Map<string, ServiceState>();

  constructor(scenario: Scenario, account: SimulatedAccount) {
    this.#scenario = scenario;
    this.#account = account;
  }

  /** From then on, the services write to their tables, buckets and queues. */
  writeData(): void {
    const { cloudFormation, clock } = this.#account;
    const { data } = cloudFormation;
    const write = (holder: DataHolder): void => {
      const entry = this.#scenario.services.find(({ stack }) => stack === holder.stack);
      if (!entry) return;
      const added = this.#scenario.releases
        .filter(({ service }) => service === entry.service)
        .flatMap(({ adds = [] }) => adds)
        .find(({ resource }) => resource === holder.logicalId);
      const after = added?.written ?? 0;
      if (after !== 'never') clock.after(after, () => data.write(holder.physicalId, clock.now()));
    };
    for (const holder of data.holders) write(holder);
    data.onCreated(write);
  }

  #rollbackTriggers(service: string): RollbackTrigger[] {
    const { region, accountId } = this.#account.identity;
    return this.#scenario.alarms
      .filter((alarm) => alarm.service === service && alarm.rollbackTrigger)
      .map(({ name }) => ({
        Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
        Type: 'AWS::CloudWatch::Alarm',
      }));
  }

  get #serviceRole(): string {
    return `arn:aws:iam::${this.#account.identity.accountId}:role/cloudformation-execution`;
  }

  /** The hooks that the deployments of a service now have. */
  hooks(service: string): ScenarioRelease['hooks'] {
    return this.#states.get(service)?.hooks ?? {};
  }

  /** Makes every service's stack, and its secrets, as they have been since before the rehearsal. */
  createStacks(): void {
    for (const entry of this.#scenario.services) {
      if (!entry.stack) continue;
      const code = Object.fromEntries(functionsOf(entry).map((one) => [one, 0]));
      const migrates = this.#scenario.releases.some(
        (one) => one.service === entry.service && one.migrates !== undefined,
      );
      const migration = { release: 0, seconds: 0, fails: false };
      const state = { code, config: initialConfig, hooks: {}, ...(migrates && { migration }) };
      this.#states.set(entry.service, state);
      this.#planned.set(entry.service, state);
      const secrets = { ApiKey: noEchoSecret };
      const role = hasServiceRole(this.#scenario.account, entry.service) && { roleArn: this.#serviceRole };
      this.#account.cloudFormation.createStackNow(entry.stack, this.#template(entry, state), secrets, {
        ...role,
        capabilities,
        rollbackConfiguration: { RollbackTriggers: this.#rollbackTriggers(entry.service) },
      });
      this.#account.parameterStore.operations.PutParameter(
        { Name: `/${entry.stack}/api/secret`, Type: 'SecureString', Value: secureStringSecret },
        { caller, now: this.#account.clock.now() },
      );
    }
  }

  /** Makes the parameters that the services have had since before the rehearsal. */
  createParameters(): void {
    for (const parameter of scenarioParameters(this.#scenario)) {
      const { name: Name, type: Type, value, keyId } = parameter;
      this.#account.parameterStore.operations.PutParameter(
        { Name, Type, Value: storedValue(parameter, value), ...(keyId && { KeyId: keyId }) },
        { caller, now: this.#account.clock.now() },
      );
    }
  }

  async createConfigs(): Promise<void> {
    for (const { name, type, percentage, minutes } of this.#scenario.configs) {
      await this.#call('codedeploy', 'CreateDeploymentConfig', {
        deploymentConfigName: name,
        computePlatform: 'Lambda',
        trafficRoutingConfig:
          type === 'canary'
            ? {
                type: 'TimeBasedCanary',
                timeBasedCanary: { canaryPercentage: percentage, canaryInterval: minutes },
              }
            : {
                type: 'TimeBasedLinear',
                timeBasedLinear: { linearPercentage: percentage, linearInterval: minutes },
              },
      });
    }
  }

  /** Makes the metric alarms, and has the scripted ones play; a script's 0 is the scenario's. */
  async createAlarms(): Promise<void> {
    const zero = Date.parse(this.#scenario.start);
    for (const alarm of this.#scenario.alarms) {
      if ('script' in alarm) {
        const steps = alarm.script.map(({ at, state }) => ({ at: zero + at, state }));
        this.#account.cloudWatch.scriptAlarm(alarm.name, steps);
      } else {
        await this.#call('cloudwatch', 'PutMetricAlarm', this.#metricAlarm(alarm));
      }
    }
  }

  /** Writes the catalog's parameters of some of the services. */
  async writeCatalog(entries: readonly ServiceEntry[]): Promise<void> {
    for (const entry of entries) await this.writeParameter(entry.service, stringify(entry));
  }

  /** Writes one parameter of the catalog, whatever is in it. */
  async writeParameter(service: string, Value: string): Promise<void> {
    const Name = `/rollback-coordinator/${this.#scenario.environment}/services/${service}`;
    await this.#call('ssm', 'PutParameter', { Name, Type: 'String', Value, Overwrite: true });
  }

  /**
   * Makes the change set of a release ahead of its time, as a pipeline does; where the stack does not take it yet,
   * it is made when the release is deployed.
   */
  async prepare(release: ScenarioRelease): Promise<void> {
    const state = this.#nextState(release);
    this.#prepared.set(release, { state });
    const id = await this.#createChangeSet(release, state).catch(ifRefused);
    if (id !== undefined) this.#prepared.set(release, { state, id });
  }

  /**
   * Writes the parameters of a release, deploys its APIs and shifts its rules, then updates the stack to its code by
   * a change set, as `sam deploy` does.
   *
   * @throws AwsError as CloudFormation refuses
   */
  async deploy(release: ScenarioRelease): Promise<void> {
    const { state, id } = this.#prepared.get(release) ?? { state: this.#nextState(release) };
    this.#states.set(release.service, state);
    await this.#writeParameters(release);
    await this.#deployApis(release, state.release);
    await this.#shiftMesh(release);
    await this.#call('cloudformation', 'ExecuteChangeSet', {
      ChangeSetName: await this.#executable(release, state, id),
      ...(release.disableRollback && { DisableRollback: true }),
    });
  }

  #nextState(release: ScenarioRelease): NumberedState {
    const entry = this.#entry(release.service);
    const before = this.#planned.get(release.service) as ServiceState;
    const number = (this.#deployed.get(release.service) ?? 0) + 1;
    this.#deployed.set(release.service, number);
    const code = { ...before.code };
    for (const logicalId of release.functions ?? functionsOf(entry)) {
      code[logicalId] = release.codeOf ?? number;
    }
    const migration =
      release.migrates === undefined
        ? before.migration
        : { release: number, seconds: release.migrates.takes / 1000, fails: release.migrates.fails };
    const { config, hooks } = release;
    const state = {
      code,
      config,
      hooks,
      ...(migration && { migration }),
      added: [...(before.added ?? []), ...(release.adds ?? [])].filter(
        ({ resource }) => !release.removes?.includes(resource),
      ),
      retries: release.retries ?? before.retries,
      exports: release.exports ?? before.exports ?? [],
      imports: release.imports ?? before.imports ?? [],
    };
    this.#planned.set(release.service, state);
    return { ...state, release: number };
  }

  /** Takes no time on the wire, so that a release begins when its scenario says. */
  async #createChangeSet(release: ScenarioRelease, state: NumberedState): Promise<string> {
    const entry = this.#entry(release.service);
    const { Id } = await this.#account.cloudFormation.operations.CreateChangeSet({
      StackName: entry.stack,
      ChangeSetName: `release-${state.release}`,
      TemplateBody: this.#template(entry, state),
      Parameters: ['LogLevel', 'ApiKey'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      Capabilities: [...capabilities],
    });
    return Id;
  }

  /** The change set of a release once it is complete; another one in place of one that is obsolete. */
  async #executable(
    release: ScenarioRelease,
    state: NumberedState,
    prepared: string | undefined,
  ): Promise<string> {
    const { cloudFormation, clock } = this.#account;
    const { operations } = cloudFormation;
    let ChangeSetName = prepared ?? (await this.#createChangeSet(release, state));
    for (;;) {
      const found = operations.DescribeChangeSet({ StackName: undefined, ChangeSetName });
      if (found.ExecutionStatus === 'AVAILABLE') return ChangeSetName;
      if (found.ExecutionStatus === 'OBSOLETE') {
        operations.DeleteChangeSet({ ChangeSetName });
        ChangeSetName = await this.#createChangeSet(release, state);
      } else if (found.Status === 'FAILED') {
        throw new AwsError('ChangeSetFailed', found.StatusReason ?? '');
      }
      await clock.sleep(lookMs);
    }
  }

  async #writeParameters({ parameters }: ScenarioRelease): Promise<void> {
    const known = scenarioParameters(this.#scenario);
    for (const [Name, value] of Object.entries(parameters)) {
      const parameter = known.find(({ name }) => name === Name) as ScenarioParameter;
      const Value = storedValue(parameter, value);
      await this.#call('ssm', 'PutParameter', { Name, Value, Overwrite: true });
    }
  }

  async #deployApis({ service, apiStages }: ScenarioRelease, number: number): Promise<void> {
    for (const { service: owner, name, target } of targetsOf(this.#scenario, 'api-stage')) {
      if (!(apiStages?.includes(name) ?? owner === service)) continue;
      const { protocol, api, stage } = target;
      const description = `release-${number}`;
      if (protocol === 'http') {
        const input = { ApiId: api, StageName: stage, Description: description };
        await this.#call('apigatewayv2', 'CreateDeployment', input);
      } else {
        await this.#call('api-gateway', 'CreateDeployment', {
          restApiId: api,
          stageName: stage,
          description,
        });
      }
    }
  }

  async #shiftMesh({ mesh }: ScenarioRelease): Promise<void> {
    for (const { name, target } of targetsOf(this.#scenario, 'mesh')) {
      const weights = mesh[name];
      if (!weights) continue;
      const targetGroups = Object.entries(weights).map(([targetGroupIdentifier, weight]) => ({
        targetGroupIdentifier,
        weight,
      }));
      await this.#call('vpc-lattice', 'UpdateRule', {
        serviceIdentifier: target.service,
        listenerIdentifier: target.listener,
        ruleIdentifier: target.rule,
        action: { forward: { targetGroups } },
      });
    }
  }

  #template(entry: ServiceEntry, state: ServiceState): string {
    const alarms = this.#scenario.alarms.filter(({ service }) => service === entry.service);
    const read = this.#scenario.parameters.filter(({ inTemplateOf }) => inTemplateOf === entry.service);
    return serviceTemplate(entry, state, alarms, { ...this.#scenario, read });
  }

  #metricAlarm(alarm: Extract<ScenarioAlarm, { metric: unknown }>): object {
    const entry = this.#entry(alarm.service);
    const target = entry.targets.filter(isAlias).find((one) => one.function === alarm.function);
    const name = functionName(entry, alarm.function);
    const alias = target?.alias ?? 'live';
    const isPercentile = alarm.statistic.startsWith('p');
    return {
      AlarmName: alarm.name,
      Namespace: 'AWS/Lambda',
      MetricName: alarm.metric,
      Dimensions: [
        { Name: 'FunctionName', Value: name },
        { Name: 'Resource', Value: `${name}:${alias}` },
      ],
      ...(isPercentile ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic }),
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.evaluationPeriods,
      ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
      Threshold: alarm.threshold,
      ComparisonOperator: alarm.comparison,
      TreatMissingData: 'notBreaching',
    };
  }

  #entry(service: string): ServiceEntry {
    return this.#scenario.services.find((entry) => entry.service === service) as ServiceEntry;
  }

  async #call(service: string, operation: string, input: object): Promise<void> {
    await this.#account.wire.call(service, operation, input, caller);
  }
}

function ifRefused(error: unknown): undefined {
  if (!(error instanceof AwsError)) throw error;
  return undefined;
}
