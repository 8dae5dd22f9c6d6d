import { resolve } from 'node:path';
import type { HookOutcome } from 'account-simulator/account/codedeploy/codedeploy-ports.ts';
import { isOver } from 'account-simulator/account/codedeploy/deployment.ts';
import { mergeLazily } from 'account-simulator/account/merge-lazily.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import type { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import { type DeployedTemplate, deployTemplate } from 'account-simulator/deploy/deploy-template.ts';
import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { Behaviour } from 'account-simulator/traffic/behaviour.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import { enforceServiceLimits } from '../faults/service-limits.ts';
import type { AccountState } from '../report/rehearsal-result.ts';
import { reportedPlan } from '../report/reported-plan.ts';
import { Timeline, type TimelineEntry } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { behaviourOf, withoutItsData } from '../scenario/scenario-behaviours.ts';
import type { Loss } from '../scenario/scenario-fault.ts';
import { type ScenarioRelease, usualConfig } from '../scenario/scenario-release.ts';
import { hookName } from '../scenario/service-template.ts';
import { accountOptions } from './account-options.ts';
import { readAccountState } from './account-state.ts';
import { applyFaults } from './apply-faults.ts';
import type { Attach, Attachment } from './attachment.ts';
import { withBrokenRequests } from './broken-requests.ts';
import { logChanges } from './change-log.ts';
import { deleteSavedTemplates, deleteUnusedVersions } from './clean-up-job.ts';
import { Configurations } from './configurations.ts';
import { DeploymentTool } from './deployment-tool.ts';
import { endDeployments } from './end-deployments.ts';
import { deployHealthChecks } from './health-check-functions.ts';
import { moveAlias } from './move-alias.ts';
import { serviceOfFunction } from './names.ts';
import { observeAccount } from './observe-account.ts';
import { observeExecutions } from './observe-executions.ts';
import { observeFunctions } from './observe-functions.ts';
import { PendingWork } from './pending-work.ts';
import { productStack } from './product-stack.ts';
import { deployRollbackHooks } from './rollback-hooks.ts';
import { sendTraffic } from './send-traffic.ts';
import { createTrafficTargets } from './traffic-targets.ts';

/** The options of a run. */
export interface RunOptions {
  readonly seed: number;
  /** Called for every entry of the timeline as it happens. */
  readonly onProgress?: (entry: TimelineEntry) => void;
  /** The project's root, which contains template.yaml; the current folder by default. */
  readonly root?: string;
  /** Called, in this order, once the stacks exist and before anything is scheduled. */
  readonly attach?: readonly Attach[];
}

/** Recipient of the mails of a rehearsal. */
const stakeholder = 'stakeholders@example.com';

/** Logical ids of the machines that a person starts. */
const startable = {
  'coordinate-rollback': 'CoordinateRollback',
  'record-release': 'RecordRelease',
  'answer-approval': 'AnswerApproval',
  'execute-plan': 'ExecutePlan',
  'roll-back-service': 'RollBackService',
  'monitor-deployment': 'MonitorDeployment',
} as const;
const person = { principal: 'person-in-the-console' };

/** The largest number of services whose parameters a person's tool writes without regard to limits. */
const smallCatalog = 30;
/** PutParameter's default limit (General Reference, "AWS Systems Manager endpoints and quotas"). */
const parametersPerSecond = 3;
const minuteMs = 60_000;

/** Lead time of a release's change set, so that the update begins at the release's time. */
const changeSetLeadMs = 20_000;

/** The result of a lifecycle hook in a team's template that the scenario does not mention. */
const passingHook: HookOutcome = { result: 'Succeeded', afterMs: 5_000 };

/** Lead time of the catalog before the scenario's 0; a shorter history limits it. */
const catalogLeadMs = 30 * 60_000;

/**
 * One run of a scenario, from the deployment of the template to the moment everything is at rest: schedules the scenario's
 * events, observes the account, and knows when nothing is pending.
 */
export class Rehearsal {
  readonly coordinator: DeployedTemplate;
  readonly timeline: Timeline;
  readonly changes: ReturnType<typeof logChanges>;
  before: AccountState = {
    aliases: [],
    stacks: [],
    parameters: [],
    data: [],
    apiStages: [],
    mesh: [],
    workflows: [],
  };
  readonly #scenario: Scenario;
  readonly #tool: DeploymentTool;
  readonly #configurations: Configurations;
  readonly #work: PendingWork;
  readonly #refused: string[] = [];
  readonly #defects: readonly string[];
  readonly #running: () => number;
  readonly #look: () => void;
  readonly #attachments: readonly Attachment[];
  #throttled = 0;

  static async begin(scenario: Scenario, clock: VirtualClock, options: RunOptions): Promise<Rehearsal> {
    // The account and the tool refer to each other: behaviours of versions and results of hooks are read only later.
    const late: { rehearsal?: Rehearsal } = {};
    const coordinator = await deployTemplate(
      mergeLazily(accountOptions(scenario.account), {
        clock,
        random: new SeededRandom(options.seed),
        ...productStack(resolve(options.root ?? '.')),
        parameters: {
          ...scenario.installation,
          Environment: scenario.environment,
          StakeholderEmail: stakeholder,
        },
        traffic: {
          sources: [],
          behaviour: (name: string, version: string) => late.rehearsal?.behaviour(name, version) as Behaviour,
        },
        hook: (name: string) => late.rehearsal?.hookOutcome(name),
      }),
    );
    late.rehearsal = new Rehearsal(scenario, clock, coordinator, options);
    return late.rehearsal;
  }

  private constructor(
    scenario: Scenario,
    clock: VirtualClock,
    coordinator: DeployedTemplate,
    options: RunOptions,
  ) {
    const { account, engine } = coordinator;
    this.#scenario = scenario;
    this.coordinator = coordinator;
    this.timeline = new Timeline(() => clock.now(), options.onProgress);
    this.#work = new PendingWork(clock);
    this.#tool = new DeploymentTool(scenario, account);
    this.#configurations = new Configurations(account.lambda, this.#tool);
    // Templates may read the parameters.
    this.#tool.createParameters();
    sendTraffic(scenario, account);
    this.#tool.createStacks();
    this.#tool.writeData();
    deployRollbackHooks(scenario, account);
    deployHealthChecks(scenario, account);
    createTrafficTargets(scenario, account);
    applyFaults(scenario, account, this.timeline);
    endDeployments(scenario, account, this.timeline);
    this.changes = logChanges(scenario, account);
    this.#look = observeAccount(scenario, account, this.timeline);
    this.#running = observeExecutions(engine, this.timeline);
    this.#defects = observeFunctions(account, this.timeline);
    const { timeline } = this;
    const attached = { coordinator, scenario, clock, random: account.random, timeline };
    enforceServiceLimits(account.wire, () => {
      this.#throttled += 1;
    });
    this.#attachments = (options.attach ?? []).map((attach) => attach(attached));
    account.start();
    this.#schedule();
  }

  /** Calls that a request limit of the account refused. */
  get throttled(): number {
    return this.#throttled;
  }

  /** Failures of the rehearsal itself. */
  get failures(): readonly string[] {
    return [...this.#refused, ...this.#defects];
  }

  /** Whether everything is at rest. */
  isOver(): boolean {
    this.#look();
    if (!this.#work.done || this.#running() > 0) return false;
    if (this.#attachments.some(({ isOver: over }) => over?.() === false)) return false;
    const { eventBridge, lambdaRuntime, codeDeploy, cloudFormation } = this.coordinator.account;
    return (
      eventBridge.pendingDeliveries === 0 &&
      lambdaRuntime.waiting === 0 &&
      codeDeploy.deployments.every(isOver) &&
      this.#scenario.services
        .flatMap(stacksOf)
        .every((stack) => !cloudFormation.status(stack).endsWith('IN_PROGRESS'))
    );
  }

  /** Finishes the attachments. */
  async finish(): Promise<void> {
    for (const attachment of this.#attachments) await attachment.finish?.();
  }

  behaviour(name: string, version: string): Behaviour {
    const { account } = this.coordinator;
    const service = serviceOfFunction({ scenario: this.#scenario, account }, name);
    const logicalId = account.lambda.owner(name)?.logicalId;
    if (service === undefined || logicalId === undefined) {
      throw new Error(`No scenario says how ${name}:${version} answers.`);
    }
    const code = account.lambda.codeOf(name, version) ?? '';
    const configuredBy = this.#configurations.releaseOf(name, version);
    const behaviour = behaviourOf(this.#scenario, { service, logicalId, code, configuredBy });
    const asConsumer = withBrokenRequests(behaviour, this.#scenario, account, service);
    return withoutItsData(asConsumer, account, name, version);
  }

  hookOutcome(name: string): HookOutcome | undefined {
    const owner = this.coordinator.account.lambda.owner(name);
    const entry = this.#scenario.services.find((one) => stacksOf(one).includes(owner?.stack ?? ''));
    if (!owner || !entry) return undefined;
    const hooks = this.#tool.hooks(owner.stack);
    const hook =
      hooks.functions?.[owner.logicalId] ??
      (['preTraffic', 'postTraffic'] as const)
        .filter((kind) => hookName(entry, kind) === name)
        .map((kind) => hooks[kind])[0];
    if (hook && hook !== 'coordinator') return { result: hook.result, afterMs: hook.after };
    const isOfTheTeam = this.#scenario.stacks.some(({ service }) => service === entry.service);
    return isOfTheTeam ? passingHook : undefined;
  }

  /** Writes a small catalog at once, and a large one as fast as Parameter Store accepts it. */
  #writeCatalog(zero: number): void {
    const { history, services, unmanaged } = this.#scenario;
    const managed = services.filter(({ service }) => !unmanaged.includes(service));
    const batch = managed.length > smallCatalog ? parametersPerSecond : Math.max(1, managed.length);
    const batches = Math.ceil(managed.length / batch);
    const begin = zero - Math.min(history, Math.max(catalogLeadMs, batches * 1000 + minuteMs));
    for (let index = 0; index < Math.max(1, batches); index += 1) {
      this.#work.at(begin + index * 1000, async () => {
        await this.#tool.writeCatalog(managed.slice(index * batch, (index + 1) * batch));
        if (index + 1 < batches) return;
        const told = `${managed.length} of ${services.length} services written to Parameter Store`;
        this.timeline.add('catalog', told);
      });
    }
  }

  #schedule(): void {
    const { start, history, releases, starts, invocations, catalogWrites } = this.#scenario;
    const { atLeast, faults } = this.#scenario;
    const zero = Date.parse(start);
    this.#work.at(zero - history, async () => {
      await this.#tool.createConfigs();
      await this.#tool.createAlarms();
    });
    this.#writeCatalog(zero);
    this.#work.at(zero, async () => {
      await this.#tool.createCompositeAlarms();
      this.before = readAccountState(this.#scenario, this.coordinator.account);
    });
    this.#work.at(zero + atLeast, () => {});
    for (const release of releases) {
      this.#work.at(zero + release.at - changeSetLeadMs, () => this.#tool.prepare(release));
      this.#work.at(zero + release.at, () => this.#deploy(release));
    }
    for (const start of starts) this.#work.at(zero + start.at, () => this.#start(start));
    for (const move of this.#scenario.aliasMoves) {
      this.#work.at(zero + move.at, async () => {
        const text = await moveAlias(move, this.#scenario, this.coordinator.account);
        this.timeline.add('traffic', text, { service: move.service });
      });
    }
    for (const one of invocations) this.#work.at(zero + one.at, () => this.#invoke(one));
    for (const { at, service, text } of catalogWrites) {
      this.#work.at(zero + at, async () => {
        this.timeline.add('catalog', 'somebody writes its parameter', { service });
        await this.#tool.writeParameter(service, text);
      });
    }
    for (const loss of faults.losses) this.#work.at(zero + loss.at, () => this.#lose(loss));
  }

  async #deploy(release: Scenario['releases'][number]): Promise<void> {
    const { service } = release;
    this.timeline.add('release', `stack update requested: ${changesInWords(release)}`, { service });
    try {
      const hasUpdate = await this.#tool.deploy(release);
      if (!hasUpdate) this.timeline.add('release', 'there is nothing to update in the stack', { service });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.timeline.add('release', `stack update refused: ${error.message}`, { service });
      this.#refused.push(`a release of ${service} was refused: ${error.message}`);
    }
  }

  async #lose({ service, of, version }: Loss): Promise<void> {
    const { account, nameOf } = this.coordinator;
    const lost =
      of === 'templates'
        ? await deleteSavedTemplates(account, nameOf('Bucket'), service)
        : await deleteUnusedVersions(account, this.#scenario, service, version);
    this.timeline.add('fault', `deleted: ${lost.join(', ') || 'nothing'}`, { service });
  }

  async #start({ machine, input, withReportedPlan }: Scenario['starts'][number]): Promise<void> {
    const { arn } = this.coordinator.machine(startable[machine]);
    const planDigest = withReportedPlan ? reportedPlan(this.coordinator) : undefined;
    const text = JSON.stringify(planDigest ? Object.assign({}, input, { planDigest }) : input);
    this.timeline.add('start', `a person starts ${machine} with ${text}`);
    const request = { stateMachineArn: arn, input: text };
    await this.coordinator.account.wire.call('sfn', 'StartExecution', request, person);
  }
  async #invoke({ function: name, input }: Scenario['invocations'][number]): Promise<void> {
    const id = { 'answer-approval': 'AnswerApprovalFunction', 'hold-service': 'HoldServiceFunction' }[name];
    const Payload = JSON.stringify(input);
    this.timeline.add('start', `a person invokes ${name} with ${Payload}`);
    const request = { FunctionName: this.coordinator.nameOf(id), Payload: Buffer.from(Payload) };
    await this.coordinator.account.wire.call('lambda', 'Invoke', request, person);
  }
}

function changesInWords({ functions, template, config = usualConfig }: ScenarioRelease): string {
  const code =
    functions?.length === 0 ? 'no new code' : `new code for ${functions?.join(', ') ?? 'all functions'}`;
  return template === undefined ? `${code}, ${config}` : `${code}, template ${template}`;
}
