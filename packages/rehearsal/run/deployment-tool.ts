import type { Capability, Parameter, RollbackTrigger } from '@aws-sdk/client-cloudformation';
import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { DataHolder } from 'account-simulator/account/cloudformation/stored-data.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import { stringify } from 'yaml';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { hasServiceRole } from '../scenario/scenario-account.ts';
import type { ScenarioAlarm } from '../scenario/scenario-alarm.ts';
import type { ScenarioParameter } from '../scenario/scenario-parameter.ts';
import { ScenarioError, type ScenarioProblem } from '../scenario/scenario-problem.ts';
import { type ScenarioRelease, usualConfig } from '../scenario/scenario-release.ts';
import { functionsOf, stackOf } from '../scenario/service-functions.ts';
import { functionName, type ServiceState, serviceTemplate } from '../scenario/service-template.ts';
import { packageTemplate, type TeamTemplate } from '../scenario/team-template.ts';
import { functionsOfService, serviceOfStack } from './names.ts';
import { scenarioParameters, storedValue } from './parameters-of-scenario.ts';
import { noEchoSecret, secureStringSecret } from './planted-secrets.ts';
import { machineArn, machineDefinition, targetsOf } from './traffic-targets.ts';

/** Acts for the teams: outside the coordinator, with permissions of its own. */
const caller = { principal: 'deployment-tool' };

/** The capabilities that `sam deploy` acknowledges, and that the stack then keeps: a change set needs none for macros. */
const capabilities: readonly Capability[] = ['CAPABILITY_IAM'];
/** The capabilities that a team's template may also need. */
const allCapabilities: readonly Capability[] = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];

/** Interval at which the tool checks whether a change set is complete, ms. */
const lookMs = 500;

/** The failure reason of an empty change set, with a transform and without. */
const nothingToUpdate = /^(No updates are to be performed|The submitted information didn't contain changes)/;

/** The deployment configuration of a stack before the scenario's first release. */
const initialConfig = 'Canary10Percent5Minutes';

/** The target state of a stack: from the team's template, or from the template that the rehearsal makes for a service. */
interface StackState extends ServiceState {
  readonly template?: TeamTemplate | undefined;
}

/** A state of a stack, and the number of the release that brings it. */
interface NumberedState extends StackState {
  readonly release: number;
}

/** A release prepared ahead of its time. */
interface PreparedRelease {
  readonly state: NumberedState;
  /** The id of its change set, if one could be made. */
  readonly id?: string;
}

/** Plays the teams' deployment tool: catalog parameters, alarms, deployment configurations, stack updates. */
export class DeploymentTool {
  readonly #account: SimulatedAccount;
  readonly #scenario: Scenario;
  /** By stack. */
  readonly #states = new Map<string, StackState>();
  /** The stack updates of the releases, oldest first. */
  readonly #updates: { readonly stack: string; readonly at: number; readonly release: number }[] = [];
  readonly #deployed = new Map<string, number>();
  /** The state of each release, and the id of its change set if it could be made ahead. */
  readonly #prepared = new Map<ScenarioRelease, PreparedRelease>();
  /** The states of the stacks after all releases prepared so far. */
  readonly #planned = new Map<string, StackState>();

  constructor(scenario: Scenario, account: SimulatedAccount) {
    this.#scenario = scenario;
    this.#account = account;
  }

  /** Makes the services write to their tables, buckets and queues from then on. */
  writeData(): void {
    const { cloudFormation, clock } = this.#account;
    const { data } = cloudFormation;
    const write = (holder: DataHolder): void => {
      const owner = serviceOfStack(this.#scenario, holder.stack);
      if (owner === undefined) return;
      const added = this.#scenario.releases
        .filter(({ service }) => service === owner)
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

  /** The number of the release whose stack update was the last to begin before a time; 0 before the first. */
  releaseAt(stack: string, time: number): number {
    return this.#updates.findLast((update) => update.stack === stack && update.at <= time)?.release ?? 0;
  }

  /** The current hooks of a stack's deployments. */
  hooks(stack: string): ScenarioRelease['hooks'] {
    return this.#states.get(stack)?.hooks ?? {};
  }

  /** Creates every service's stacks and secrets, as they existed before the rehearsal. */
  createStacks(): void {
    let left = this.#scenario.services.flatMap((entry) => stacksOf(entry).map((stack) => ({ entry, stack })));
    // A stack that imports is created after the stack that exports.
    while (left.length > 0) {
      const refusals: ScenarioProblem[] = [];
      const waiting = left.filter(({ entry, stack }) => {
        const refusal = this.#createStack(entry, stack);
        if (refusal) refusals.push({ path: `stacks: ${stack}`, reason: refusal.message });
        return refusal !== undefined;
      });
      if (waiting.length === left.length) throw new ScenarioError(this.#scenario.name, refusals);
      left = waiting;
    }
  }

  /** @returns the reason why the stack cannot be created yet */
  #createStack(entry: ServiceEntry, stack: string): AwsError | undefined {
    const { cloudFormation, parameterStore, clock } = this.#account;
    const own = this.#scenario.stacks.find(
      (one) => one.service === entry.service && stackOf(entry, one) === stack,
    );
    const state = own
      ? { code: {}, config: initialConfig, hooks: {}, template: this.#teamTemplate(own.template) }
      : this.#initialState(entry);
    const secrets = { ApiKey: noEchoSecret };
    const role = hasServiceRole(this.#scenario.account, entry.service) && { roleArn: this.#serviceRole };
    try {
      cloudFormation.createStackNow(stack, this.#template(entry, state), own?.parameters ?? secrets, {
        ...role,
        capabilities: own ? allCapabilities : capabilities,
        rollbackConfiguration: { RollbackTriggers: this.#rollbackTriggers(entry.service) },
      });
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
    this.#states.set(stack, state);
    this.#planned.set(stack, state);
    parameterStore.operations.PutParameter(
      { Name: `/${stack}/api/secret`, Type: 'SecureString', Value: secureStringSecret },
      { caller, now: clock.now() },
    );
    return undefined;
  }

  #initialState(entry: ServiceEntry): StackState {
    const code = Object.fromEntries(functionsOf(this.#scenario, entry).map((one) => [one, 0]));
    const migrates = this.#scenario.releases.some(
      (one) => one.service === entry.service && one.migrates !== undefined,
    );
    const migration = { release: 0, seconds: 0, fails: false };
    return { code, config: initialConfig, hooks: {}, ...(migrates && { migration }) };
  }

  #teamTemplate(path: string): TeamTemplate {
    return this.#scenario.templates.get(path) as TeamTemplate;
  }

  /** Creates the services' parameters, as they existed before the rehearsal. */
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

  /**
   * Creates the alarms, except composite ones, and the mute rules, and starts the scripts; a script's 0 is the scenario's.
   */
  async createAlarms(): Promise<void> {
    const zero = Date.parse(this.#scenario.start);
    for (const alarm of this.#scenario.alarms) {
      if ('script' in alarm) {
        const steps = alarm.script.map(({ at, state }) => ({ at: zero + at, state }));
        this.#account.cloudWatch.scriptAlarm(alarm.name, steps, alarm.kind);
        if (alarm.actionsEnabled === false) this.#account.cloudWatch.disableActions(alarm.name);
      } else if ('metric' in alarm) {
        await this.#call('cloudwatch', 'PutMetricAlarm', this.#metricAlarm(alarm));
      }
      if (alarm.muted) await this.#mute(alarm.name, zero + alarm.muted.from, zero + alarm.muted.until);
    }
  }

  /** Creates the composite alarms, once the alarms in their rules exist. */
  async createCompositeAlarms(): Promise<void> {
    for (const alarm of this.#scenario.alarms) {
      if (!('rule' in alarm)) continue;
      await this.#call('cloudwatch', 'PutCompositeAlarm', {
        AlarmName: alarm.name,
        AlarmRule: alarm.rule,
        ActionsEnabled: alarm.actionsEnabled ?? true,
      });
    }
  }

  async #mute(name: string, from: number, until: number): Promise<void> {
    const Expression = `at(${new Date(from).toISOString().slice(0, 16)})`;
    await this.#call('cloudwatch', 'PutAlarmMuteRule', {
      Name: `mute-${name}`,
      Rule: { Schedule: { Expression, Duration: `PT${Math.round((until - from) / 60_000)}M` } },
      MuteTargets: { AlarmNames: [name] },
    });
  }

  /** Writes the catalog's parameters of some of the services. */
  async writeCatalog(entries: readonly ServiceEntry[]): Promise<void> {
    for (const entry of entries) await this.writeParameter(entry.service, stringify(entry));
  }

  /** Writes one parameter of the catalog with any text. */
  async writeParameter(service: string, Value: string): Promise<void> {
    const Name = `/rollback-coordinator/${this.#scenario.environment}/services/${service}`;
    await this.#call('ssm', 'PutParameter', { Name, Type: 'String', Value, Overwrite: true });
  }

  /**
   * Creates the change set of a release ahead of its time, as a pipeline does; where the stack does not accept it yet, it is
   * created when the release is deployed.
   */
  async prepare(release: ScenarioRelease): Promise<void> {
    const state = this.#nextState(release);
    this.#prepared.set(release, { state });
    const id = await this.#createChangeSet(release, state).catch(ifRefused);
    if (id !== undefined) this.#prepared.set(release, { state, id });
  }

  /**
   * Writes the parameters of a release, deploys its APIs and shifts its rules, then updates the stack to its code by a
   * change set, as `sam deploy` does.
   *
   * @returns whether there was anything to update; an empty change set is no failure, as with `--no-fail-on-empty-changeset`
   * @throws AwsError as CloudFormation refuses
   */
  async deploy(release: ScenarioRelease): Promise<boolean> {
    const { state, id } = this.#prepared.get(release) ?? { state: this.#nextState(release) };
    this.#states.set(stackOf(this.#entry(release.service), release), state);
    await this.#writeParameters(release);
    await this.#deployApis(release, state.release);
    await this.#shiftMesh(release);
    await this.#publishWorkflows(release, state.release);
    const ChangeSetName = await this.#executable(release, state, id);
    if (ChangeSetName === undefined) return false;
    const stack = stackOf(this.#entry(release.service), release);
    this.#updates.push({ stack, at: this.#account.clock.now(), release: state.release });
    await this.#call('cloudformation', 'ExecuteChangeSet', {
      ChangeSetName,
      ...(release.disableRollback && { DisableRollback: true }),
    });
    return true;
  }

  #nextState(release: ScenarioRelease): NumberedState {
    const entry = this.#entry(release.service);
    const stack = stackOf(entry, release);
    const before = this.#planned.get(stack) as StackState;
    const number = (this.#deployed.get(release.service) ?? 0) + 1;
    this.#deployed.set(release.service, number);
    const template = release.template === undefined ? before.template : this.#teamTemplate(release.template);
    const added = template?.functions.filter((one) => !before.template?.functions.includes(one)) ?? [];
    const all = template?.released ?? functionsOf(this.#scenario, entry);
    const code = { ...before.code };
    for (const logicalId of [...added, ...(release.functions ?? all)]) {
      code[logicalId] = release.codeOf ?? number;
    }
    const migration =
      release.migrates === undefined
        ? before.migration
        : { release: number, seconds: release.migrates.takes / 1000, fails: release.migrates.fails };
    const { config = usualConfig, hooks } = release;
    const state = {
      code,
      config,
      hooks,
      template,
      ...(migration && { migration }),
      added: [...(before.added ?? []), ...(release.adds ?? [])].filter(
        ({ resource }) => !release.removes?.includes(resource),
      ),
      retries: release.retries ?? before.retries,
      exports: release.exports ?? before.exports ?? [],
      imports: release.imports ?? before.imports ?? [],
    };
    this.#planned.set(stack, state);
    return { ...state, release: number };
  }

  /** Takes no time on the wire, so that a release begins at its scenario's time. */
  async #createChangeSet(release: ScenarioRelease, state: NumberedState): Promise<string> {
    const entry = this.#entry(release.service);
    const StackName = stackOf(entry, release);
    const { Id } = await this.#account.cloudFormation.operations.CreateChangeSet({
      StackName,
      ChangeSetName: `release-${state.release}`,
      TemplateBody: this.#template(entry, state),
      Parameters: this.#parametersOf(StackName, release, state),
      Capabilities: [...(state.template ? allCapabilities : capabilities)],
    });
    return Id;
  }

  /** The values that the release sets, and the previous value of every other existing parameter. */
  #parametersOf(
    StackName: string,
    { stackParameters }: ScenarioRelease,
    { template }: StackState,
  ): Parameter[] {
    const { operations } = this.#account.cloudFormation;
    const { Parameters: before = [] } = operations.DescribeStacks({ StackName }).Stacks[0] ?? {};
    const declared = template ? Object.keys(template.template.Parameters ?? {}) : ['LogLevel', 'ApiKey'];
    const kept = declared.filter((name) => before.some(({ ParameterKey }) => ParameterKey === name));
    return [
      ...Object.entries(stackParameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      ...kept
        .filter((name) => !Object.hasOwn(stackParameters, name))
        .map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
    ];
  }

  /** The complete change set of a release; a new one replaces an obsolete one; undefined for an empty one. */
  async #executable(
    release: ScenarioRelease,
    state: NumberedState,
    prepared: string | undefined,
  ): Promise<string | undefined> {
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
        const reason = found.StatusReason ?? '';
        if (nothingToUpdate.test(reason)) return undefined;
        throw new AwsError('ChangeSetFailed', reason);
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

  /**
   * Plays a pipeline that shifts executions itself: the new version gets its share, and the rest stays on the version with
   * the largest share.
   */
  async #publishWorkflows({ workflows }: ScenarioRelease, number: number): Promise<void> {
    for (const { name, target } of targetsOf(this.#scenario, 'state-machine-alias')) {
      const part = workflows[name];
      if (part === undefined) continue;
      const stateMachineArn = machineArn(this.#account, target);
      const { versions } = this.#account.stepFunctions;
      const [[before = ''] = []] = Object.entries(versions.routes(stateMachineArn, target.alias)).sort(
        ([, one], [, other]) => other - one,
      );
      const definition = machineDefinition(number);
      await this.#call('sfn', 'UpdateStateMachine', { stateMachineArn, definition });
      const { stateMachineVersionArn } = versions.operations.PublishStateMachineVersion({ stateMachineArn });
      await this.#call('sfn', 'UpdateStateMachineAlias', {
        stateMachineAliasArn: `${stateMachineArn}:${target.alias}`,
        routingConfiguration: [
          { stateMachineVersionArn, weight: part },
          ...(part < 100
            ? [{ stateMachineVersionArn: `${stateMachineArn}:${before}`, weight: 100 - part }]
            : []),
        ],
      });
    }
  }

  #template(entry: ServiceEntry, state: StackState): string {
    if (state.template) {
      return packageTemplate(state.template, entry.service, (logicalId) => state.code[logicalId] ?? 0);
    }
    const alarms = this.#scenario.alarms.filter(({ service }) => service === entry.service);
    const read = this.#scenario.parameters.filter(({ inTemplateOf }) => inTemplateOf === entry.service);
    return serviceTemplate(entry, state, alarms, { ...this.#scenario, read });
  }

  #metricAlarm(alarm: Extract<ScenarioAlarm, { metric: unknown }>): object {
    const entry = this.#entry(alarm.service);
    const target = entry.targets.filter(isAlias).find((one) => one.function === alarm.function);
    const found = functionsOfService(this.#scenario, this.#account, alarm.service).find(
      ({ owner }) => owner?.logicalId === alarm.function,
    );
    const name = found?.name ?? functionName(entry, alarm.function);
    const alias = target?.alias ?? [...(found?.aliases.keys() ?? [])][0] ?? 'live';
    const isPercentile = alarm.statistic.startsWith('p');
    return {
      AlarmName: alarm.name,
      Namespace: 'AWS/Lambda',
      MetricName: alarm.metric,
      Dimensions: Object.entries(
        alarm.dimensions ?? { FunctionName: name, Resource: `${name}:${alias}` },
      ).map(([Name, Value]) => ({ Name, Value })),
      ...(isPercentile ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic }),
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.evaluationPeriods,
      ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
      Threshold: alarm.threshold,
      ComparisonOperator: alarm.comparison,
      TreatMissingData: alarm.treatMissingData,
      ActionsEnabled: alarm.actionsEnabled ?? true,
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
