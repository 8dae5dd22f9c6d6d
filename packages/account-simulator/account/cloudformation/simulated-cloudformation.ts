import type {
  CancelUpdateStackCommandInput,
  Capability,
  Change,
  ContinueUpdateRollbackCommandInput,
  CreateStackCommandInput,
  DeleteStackCommandInput,
  DescribeStackEventsCommandInput,
  DescribeStackResourceCommandInput,
  DescribeStackResourcesCommandInput,
  DescribeStacksCommandInput,
  ExecuteChangeSetCommandInput,
  GetStackPolicyCommandInput,
  GetTemplateCommandInput,
  ListExportsCommandInput,
  ListImportsCommandInput,
  ListStackResourcesCommandInput,
  ListStacksCommandInput,
  RollbackConfiguration,
  RollbackStackCommandInput,
  SetStackPolicyCommandInput,
  StackStatus,
  Tag,
  TemplateStage,
  UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { Listeners } from '../../asl/listeners.ts';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { AlarmsPort } from '../codedeploy/codedeploy-ports.ts';
import type { SimulatedCodeDeploy } from '../codedeploy/simulated-codedeploy.ts';
import type { SimulatedLambda } from '../lambda/simulated-lambda.ts';
import { mergeLazily } from '../merge-lazily.ts';
import { AwsError, type Operations, type SimulatedService } from '../service.ts';
import { type AlarmStore, compositeAlarmProvider, metricAlarmProvider } from './alarm-provider.ts';
import { type AliasBehaviour, DEFAULT_ALIAS_BEHAVIOUR } from './alias-behaviour.ts';
import { aliasProvider } from './alias-provider.ts';
import { ChangeSets, type UpdateChoices } from './change-sets.ts';
import { unsupported, validationError } from './cloudformation-errors.ts';
import { dataProvider } from './data-provider.ts';
import { allExports, exportsRefusal, importersOf } from './exports.ts';
import { functionProvider, type RepublishBehaviour, versionProvider } from './lambda-providers.ts';
import { migrationProvider } from './migration-provider.ts';
import {
  applicationProvider,
  deploymentGroupProvider,
  genericProvider,
  type ParametersPort,
  parameterProvider,
} from './plain-providers.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { Stack, StackDefinition } from './stack.ts';
import { checkCapabilities, differs } from './stack-definition.ts';
import { StackEngine } from './stack-engine.ts';
import { type EmittedStackEvent, StackJournal } from './stack-journal.ts';
import { checkStackPolicy } from './stack-policy.ts';
import { checkToken, requiredName, StackRegistry } from './stack-registry.ts';
import {
  page,
  resourceDescription,
  resourceDetail,
  resourceSummary,
  stackShape,
  stackSummary,
  templateBody,
} from './stack-shapes.ts';
import { DATA_TYPES, StoredData } from './stored-data.ts';
import { templateChanges } from './template-changes.ts';
import { type ReadTemplate, templateText, templateTextNow } from './template-text.ts';

/** The parts of {@link SimulatedCloudFormation}, and options for behaviour that is unverified on AWS. */
export interface SimulatedCloudFormationOptions extends Partial<AliasBehaviour> {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly lambda: SimulatedLambda;
  readonly codeDeploy: SimulatedCodeDeploy;
  readonly parameters: ParametersPort;
  readonly emit: (event: EmittedStackEvent) => void;
  /** The alarms that rollback triggers name; without them, triggers never fail an operation. */
  readonly alarms?: AlarmsPort;
  /** The store in which the alarms of templates are created; without it, they are generic resources. */
  readonly alarmStore?: AlarmStore;
  readonly readTemplate?: ReadTemplate;
  /** 12 digits. */
  readonly accountId?: string;
  readonly region?: string;
  /** Whether a rollback trigger that was in ALARM before an operation fails the operation. */
  readonly ringingTrigger?: 'counts' | 'ignored';
  /** Whether `UsePreviousValue` keeps the value read from Parameter Store before, or reads it again. */
  readonly ssmParameters?: 'read-anew' | 'kept';
  /** Whether the rights to update an alias suffice to change it through a stack without a service role. */
  readonly pinRights?: 'denied' | 'allowed';
  /** The result of an update whose caller lacks a right to change a resource; see {@link MissingRights}. */
  readonly missingRights?: MissingRights;
  /** The result of publishing code that an earlier version already has. */
  readonly republish?: RepublishBehaviour;
  /** The label of the code behind a `CodeUri`; the `CodeUri` itself by default. */
  readonly codeLabel?: (codeUri: string) => string;
  /** Providers of further resource types, or replacements of the built-in ones. */
  readonly providers?: Readonly<Record<string, ResourceProvider>>;
}

/**
 * The result of an update of a stack without a service role whose caller may not change a resource:
 * - `refused`: the request is refused;
 * - `rolled-back`: the resource fails and the stack rolls back;
 * - `rollback-fails`: the resource fails after it has been changed, and fails again in the rollback: the stack
 *   ends in UPDATE_ROLLBACK_FAILED.
 */
export type MissingRights = 'rollback-fails' | 'rolled-back' | 'refused';

/** An update of a stack that CloudFormation has accepted. */
export interface StackUpdate {
  /** ms since the epoch */
  readonly at: number;
  /** Name of the stack. */
  readonly stack: string;
  readonly token: string | undefined;
  /** The template, before transforms. */
  readonly text: string;
}

const DAY_MS = 86_400_000;

/**
 * CloudFormation with SAM: stacks of functions, versions, aliases, CodeDeploy groups, alarms and parameters; every other
 * type is a generic resource whose changes take a while. An update shifts the aliases through CodeDeploy and stays
 * UPDATE_IN_PROGRESS meanwhile; when one deployment fails, the whole stack rolls back.
 *
 * Sources: CloudFormation API reference; user guide "Understand stack failure options", "Continue rolling back an update",
 * "Cancel a stack update", "Stack status codes", "UpdatePolicy attribute"; SAM source for the resources of a function.
 *
 * Unverified on AWS; the first six can be played either way by an option:
 * - `creator` of a stack's deployments (`creator`, default `CloudFormation`);
 * - whether a rollback of an alias is a deployment of its own (`rollbackPolicy`, default no; yes means by the
 *   previous UpdatePolicy, with the group's configuration, hooks and alarms, creator `CloudFormationRollback`);
 * - whether a rollback clears weights left by a stop (`rollbackClearsWeights`, default yes);
 * - the source of `CurrentVersion` after drift (`currentVersionFrom`, default the alias as it is);
 * - whether an UpdatePolicy applies to the update that introduces it (`newUpdatePolicy`, default yes);
 * - publishing older code again (`republish`, default a new version number);
 * - that a deployment stopped by hand fails the alias and rolls the stack back, like any failed deployment;
 * - that publishing exactly the last version's code and settings fails with 409, as after a rolled back update;
 * - that `GetTemplate` and `DescribeStacks` show the new template and parameters during an update;
 * - that the rollback of several resources runs in parallel; all durations; the wording of a few messages.
 *
 * Left out: stack events carry no ResourceProperties; a nested stack is a resource without resources of its own; dynamic
 * references and transforms other than SAM and AWS::LanguageExtensions are refused by name.
 */
export class SimulatedCloudFormation implements SimulatedService {
  readonly #options: SimulatedCloudFormationOptions;
  readonly #random: SeededRandom;
  readonly #engine: StackEngine;
  readonly #journal: StackJournal;
  readonly #registry: StackRegistry;
  readonly #changeSets: ChangeSets;
  readonly #updates = new Listeners<StackUpdate>();
  readonly #lostRoles = new Set<string>();
  /** The data in the stacks' tables, buckets and queues. */
  readonly data = new StoredData();

  constructor(options: SimulatedCloudFormationOptions) {
    const { clock, emit, accountId = '123456789012', region = 'us-east-1' } = options;
    this.#options = options;
    this.#random = options.random.fork('cloudformation');
    this.#registry = new StackRegistry(this.#random, accountId, region, {
      get: (name) => options.parameters.get?.(name),
      get kept() {
        return options.ssmParameters !== 'read-anew';
      },
    });
    this.#journal = new StackJournal(clock, this.#random, emit);
    const providers = this.#providers();
    const generic = genericProvider(this.#random);
    this.#engine = new StackEngine(this.#journal, this.#random, (type) => providers[type] ?? generic, {
      alarms: options.alarms,
      get ringingTrigger() {
        return options.ringingTrigger ?? 'ignored';
      },
      exportsRefusal: (stack) => exportsRefusal(stack, this.#registry.stacks),
    });
    this.#changeSets = new ChangeSets({
      clock,
      random: this.#random.fork('change-sets'),
      registry: this.#registry,
      readTemplate: options.readTemplate,
      checkUpdatable,
      checkRole: (arn) => this.#checkRole(arn),
      update: (...change) => this.#begin(...change),
    });
  }

  /** The operations of CloudFormation's API. */
  get operations() {
    return { ...this.#operations, ...this.#changeSets.operations };
  }

  readonly #operations = {
    CreateStack: async (input: CreateStackCommandInput) => {
      refuseUnsupported(input);
      const name = requiredName(input.StackName);
      const text = await templateText(input, undefined, this.#options.readTemplate);
      checkToken(this.#registry.has(name) ? this.#registry.find(name) : undefined, input.ClientRequestToken);
      if (this.#registry.has(name)) {
        throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
      }
      const stack = this.#registry.newStack(name, this.#options.clock.now(), (id) => {
        const template = this.#registry.parse(text);
        return this.#registry.define(id, name, template, text, input, undefined);
      });
      checkCapabilities(stack.definition);
      stack.disableRollback = input.DisableRollback ?? input.OnFailure === 'DO_NOTHING';
      stack.policy = await this.#policy(input.StackPolicyBody, input.StackPolicyURL);
      stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
      this.#registry.register(stack);
      const OperationId = this.#engine.change(stack, 'CREATE', stack.definition, input.ClientRequestToken);
      return { StackId: stack.id, OperationId };
    },
    UpdateStack: async (input: UpdateStackCommandInput) => {
      refuseUnsupported(input);
      const named = this.#registry.find(input.StackName);
      const text = await templateText(input, named.stable.definition.text, this.#options.readTemplate);
      const policy = await this.#policy(input.StackPolicyBody, input.StackPolicyURL);
      const { StackPolicyDuringUpdateBody: body, StackPolicyDuringUpdateURL: url } = input;
      const duringUpdate = await this.#policy(body, url);
      const answer = this.#update(named, text, input);
      if (policy !== undefined) named.policy = policy;
      named.policyDuringUpdate = duringUpdate;
      return answer;
    },
    CancelUpdateStack: (input: CancelUpdateStackCommandInput) => {
      const stack = this.#registry.find(input.StackName);
      checkToken(stack, input.ClientRequestToken);
      if (stack.status !== 'UPDATE_IN_PROGRESS') {
        throw validationError('CancelUpdateStack cannot be called from current stack status');
      }
      this.#engine.cancelUpdate(stack, input.ClientRequestToken);
      return {};
    },
    RollbackStack: (input: RollbackStackCommandInput) => {
      const stack = this.#registry.find(input.StackName);
      checkToken(stack, input.ClientRequestToken);
      if (stack.status === 'CREATE_FAILED') {
        throw unsupported('RollbackStack on CREATE_FAILED (it would delete the stack)');
      }
      if (stack.status !== 'UPDATE_FAILED') {
        throw validationError(
          `Stack [${stack.name}] is in ${stack.status} state and can not be rolled back.`,
        );
      }
      this.#giveRole(stack, input.RoleARN);
      const OperationId = this.#engine.rollBackStack(stack, input.ClientRequestToken);
      return { StackId: stack.id, OperationId };
    },
    ContinueUpdateRollback: (input: ContinueUpdateRollbackCommandInput) => {
      const stack = this.#registry.find(input.StackName);
      checkToken(stack, input.ClientRequestToken);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
        throw validationError(
          `Stack [${stack.id}] is in ${stack.status} state and can not continue rollback.`,
        );
      }
      this.#giveRole(stack, input.RoleARN);
      this.#engine.continueRollback(stack, input.ResourcesToSkip ?? [], input.ClientRequestToken);
      return {};
    },
    DeleteStack: (_input: DeleteStackCommandInput): object => {
      throw unsupported('DeleteStack');
    },
    DescribeStacks: ({ StackName, NextToken }: DescribeStacksCommandInput) => {
      const stacks = StackName === undefined ? this.#registry.stacks : [this.#registry.find(StackName)];
      const { items, next } = page(stacks, NextToken);
      return { Stacks: items.map(stackShape), ...next };
    },
    DescribeStackEvents: ({ StackName, NextToken }: DescribeStackEventsCommandInput) => {
      const { events } = this.#registry.find(StackName, notExisting);
      const { items, next } = page(events.toReversed(), NextToken);
      return { StackEvents: items, ...next };
    },
    DescribeStackResource: ({ StackName, LogicalResourceId }: DescribeStackResourceCommandInput) => {
      const stack = this.#registry.find(StackName, (name) =>
        validationError(`Stack '${name}' does not exist`),
      );
      return {
        StackResourceDetail: resourceDetail(stack, this.#registry.resource(stack, LogicalResourceId)),
      };
    },
    DescribeStackResources: (input: DescribeStackResourcesCommandInput) => {
      const { StackName, LogicalResourceId, PhysicalResourceId } = input;
      const stack =
        StackName === undefined ? this.#registry.owner(PhysicalResourceId) : this.#registry.find(StackName);
      const resources =
        LogicalResourceId === undefined
          ? [...stack.resources.values()]
          : [this.#registry.resource(stack, LogicalResourceId)];
      return { StackResources: resources.slice(0, 100).map((r) => resourceDescription(stack, r)) };
    },
    ListExports: ({ NextToken }: ListExportsCommandInput) => {
      const { items, next } = page(allExports(this.#registry.stacks), NextToken);
      return { Exports: items, ...next };
    },
    ListImports: ({ ExportName = '', NextToken }: ListImportsCommandInput) => {
      const importers = importersOf(this.#registry.stacks, ExportName);
      if (importers.length === 0) {
        throw validationError(`Export '${ExportName}' is not imported by any stack.`);
      }
      const { items, next } = page(importers, NextToken);
      return { Imports: items, ...next };
    },
    ListStacks: ({ StackStatusFilter, NextToken }: ListStacksCommandInput) => {
      const listed = this.#registry.stacks.filter(
        ({ status }) => !StackStatusFilter?.length || StackStatusFilter.includes(status),
      );
      const { items, next } = page(listed, NextToken);
      return { StackSummaries: items.map(stackSummary), ...next };
    },
    ListStackResources: ({ StackName, NextToken }: ListStackResourcesCommandInput) => {
      const { resources } = this.#registry.find(StackName);
      const { items, next } = page([...resources.values()], NextToken);
      return { StackResourceSummaries: items.map(resourceSummary), ...next };
    },
    SetStackPolicy: async ({ StackName, StackPolicyBody, StackPolicyURL }: SetStackPolicyCommandInput) => {
      const stack = this.#registry.find(StackName);
      const policy = await this.#policy(StackPolicyBody, StackPolicyURL);
      if (policy === undefined) {
        throw validationError('Either Stack Policy URL or Stack Policy Body must be specified.');
      }
      stack.policy = policy;
      return {};
    },
    GetStackPolicy: ({ StackName }: GetStackPolicyCommandInput) => {
      const { policy } = this.#registry.find(StackName);
      return policy === undefined ? {} : { StackPolicyBody: policy };
    },
    GetTemplate: ({ StackName, ChangeSetName, TemplateStage }: GetTemplateCommandInput) => {
      const definition =
        ChangeSetName === undefined
          ? this.#registry.find(StackName).definition
          : this.#changeSets.find(ChangeSetName, StackName).definition;
      if (!definition) throw validationError('The template of the change set could not be processed.');
      const StagesAvailable: TemplateStage[] = ['Original', 'Processed'];
      return { TemplateBody: templateBody(definition, TemplateStage), StagesAvailable };
    },
  } satisfies Operations;

  /**
   * Creates a stack that has existed since before the rehearsal began: CREATE_COMPLETE, first versions published, aliases on
   * them, no events on the bus.
   *
   * @param parameters values by key
   * @param options.roleArn service role; without one, updates act with their callers' permissions
   * @param options.capabilities capabilities acknowledged at its creation
   * @returns the stack's id
   */
  createStackNow(
    name: string,
    template: string,
    parameters: Readonly<Record<string, string>> = {},
    options: {
      readonly tags?: readonly Tag[];
      readonly createdAt?: number;
      readonly roleArn?: string;
      readonly capabilities?: readonly Capability[];
      readonly rollbackConfiguration?: RollbackConfiguration;
    } = {},
  ): string {
    if (this.#registry.has(name))
      throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
    const createdAt = options.createdAt ?? this.#options.clock.now() - 30 * DAY_MS;
    const stack = this.#registry.newStack(name, createdAt, (id) =>
      this.#registry.define(
        id,
        name,
        this.#registry.parse(template),
        template,
        {
          Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
            ParameterKey,
            ParameterValue,
          })),
          Capabilities: options.capabilities ?? [
            'CAPABILITY_IAM',
            'CAPABILITY_NAMED_IAM',
            'CAPABILITY_AUTO_EXPAND',
          ],
          Tags: options.tags,
          RoleARN: options.roleArn,
          RollbackConfiguration: options.rollbackConfiguration,
        },
        undefined,
      ),
    );
    this.#registry.register(stack);
    this.#engine.createAtOnce(stack);
    return stack.id;
  }

  /** The physical id of a stack's resource. @throws ValidationError when there is no such stack or resource */
  physicalName(stack: string, logicalId: string): string {
    return this.#registry.resource(this.#registry.find(stack), logicalId).physicalId;
  }

  /** The version that an alias has in its stack's own state; undefined where the stack does not have the alias. */
  aliasVersion(stack: string, functionName: string, alias: string): string | undefined {
    const resource = [...this.#registry.find(stack).resources.values()].find(
      ({ type, properties }) =>
        type === 'AWS::Lambda::Alias' &&
        properties.FunctionName === functionName &&
        properties.Name === alias,
    );
    return resource && String(resource.properties.FunctionVersion);
  }

  /** Status of a stack. @throws ValidationError */
  status(stack: string): StackStatus {
    return this.#registry.find(stack).status;
  }

  /**
   * The time at which the latest update of a stack began, ms since the epoch; undefined before the first. @throws
   * ValidationError
   */
  updatedAt(stack: string): number | undefined {
    return this.#registry.find(stack).updatedAt;
  }

  /** Calls `listener` for every accepted update, from UpdateStack or from ExecuteChangeSet. */
  onUpdate(listener: (update: StackUpdate) => void): void {
    this.#updates.add(listener);
  }

  /**
   * The changes that a request to update a stack or to execute a change set would make; undefined where CloudFormation
   * itself refuses the request.
   */
  changesOf(input: UpdateStackCommandInput | ExecuteChangeSetCommandInput): readonly Change[] | undefined {
    try {
      if ('ChangeSetName' in input) {
        return this.#changeSets.find(input.ChangeSetName, input.StackName).changes;
      }
      const stack = this.#registry.find(input.StackName);
      const previous = stack.stable.definition;
      const text = templateTextNow(input, previous.text, this.#options.readTemplate);
      const template = this.#registry.parse(text);
      const next = this.#registry.define(stack.id, stack.name, template, text, input, previous);
      return templateChanges(stack, previous, next);
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  /** The name of the stack of a change set, executed ones included. */
  stackOfChangeSet(nameOrId: string | undefined, stack: string | undefined): string | undefined {
    return this.#changeSets.stackOf(nameOrId, stack)?.name;
  }

  /** The service role with which a change set would be executed. @throws AwsError if there is no change set of that name */
  roleOfChangeSet(nameOrId: string | undefined, stack: string | undefined): string | undefined {
    return this.#changeSets.find(nameOrId, stack).definition?.roleArn;
  }

  /** Whether the rights to update an alias suffice to change it through a stack without a service role. */
  get pinRights(): 'denied' | 'allowed' {
    return this.#options.pinRights ?? 'allowed';
  }

  get missingRights(): MissingRights {
    return this.#options.missingRights ?? 'refused';
  }

  /** Fails the update that was just accepted at a resource that its caller may not change, as {@link missingRights} says. */
  denyChangeOf(stackName: string, logicalId: string, reason: string): void {
    const { faults } = this.#registry.find(stackName);
    const fault = { reason, remaining: 1 };
    faults.set(`update:${logicalId}`, fault);
    if (this.missingRights === 'rollback-fails') {
      faults.set(`rollback:${logicalId}`, { ...fault, takesEffect: true });
    }
  }

  /** Fails the next `times` changes of a resource in a create or update. */
  failUpdateOf(stack: string, logicalId: string, reason = 'Internal Failure', times = 1): void {
    this.#registry.find(stack).faults.set(`update:${logicalId}`, { reason, remaining: times });
  }

  /**
   * Fails the next `times` attempts to restore a resource: the stack ends in UPDATE_ROLLBACK_FAILED, until
   * ContinueUpdateRollback finds the fault used up (or {@link mend}ed), or skips the resource.
   */
  failRollbackOf(stack: string, logicalId: string, reason = 'Internal Failure', times = 1): void {
    this.#registry.find(stack).faults.set(`rollback:${logicalId}`, { reason, remaining: times });
  }

  /** Deletes a service role: CloudFormation cannot assume it from now on. */
  loseRole(arn: string): void {
    this.#lostRoles.add(arn);
  }

  /** Removes every fault planned for a resource. */
  mend(stack: string, logicalId: string): void {
    const { faults } = this.#registry.find(stack);
    faults.delete(`update:${logicalId}`);
    faults.delete(`rollback:${logicalId}`);
  }

  #update(stack: Stack, text: string, input: UpdateStackCommandInput) {
    checkToken(stack, input.ClientRequestToken);
    checkUpdatable(stack, input.DisableRollback === true);
    const previous = stack.stable.definition;
    const template = this.#registry.parse(text);
    const definition = this.#registry.define(stack.id, stack.name, template, text, input, previous);
    this.#checkRole(definition.roleArn);
    checkCapabilities(definition);
    this.#registry.checkTypes(stack, definition);
    if (stack.status !== 'UPDATE_FAILED' && !differs(previous, definition)) {
      throw validationError('No updates are to be performed.');
    }
    const OperationId = this.#begin(stack, definition, input.ClientRequestToken, {
      disableRollback: input.DisableRollback,
      retainExceptOnCreate: input.RetainExceptOnCreate,
    });
    return { StackId: stack.id, OperationId };
  }

  /** A stack keeps the role given with an operation, whatever the operation's result. */
  #giveRole(stack: Stack, RoleARN: string | undefined): void {
    const roleArn = RoleARN ?? stack.stable.definition.roleArn;
    this.#checkRole(roleArn);
    stack.definition = { ...stack.definition, roleArn };
    stack.stable = { ...stack.stable, definition: { ...stack.stable.definition, roleArn } };
  }

  /** @throws ValidationError for a deleted role, in the words of public issues (aws-cdk#10116) */
  #checkRole(arn: string | undefined): void {
    if (arn === undefined || !this.#lostRoles.has(arn)) return;
    throw validationError(`Role ${arn} is invalid or cannot be assumed`);
  }

  /** The text of a stack policy, from the request's body or from its URL. @throws ValidationError */
  async #policy(body: string | undefined, url: string | undefined): Promise<string | undefined> {
    const policy =
      url === undefined
        ? body
        : await templateText({ TemplateURL: url }, undefined, this.#options.readTemplate);
    if (policy !== undefined) checkStackPolicy(policy);
    return policy;
  }

  #begin(
    stack: Stack,
    definition: StackDefinition,
    token: string | undefined,
    { disableRollback = false, retainExceptOnCreate = false }: UpdateChoices,
  ): string {
    this.#giveRole(stack, definition.roleArn);
    stack.disableRollback = disableRollback;
    stack.retainExceptOnCreate = retainExceptOnCreate;
    stack.policyDuringUpdate = undefined;
    const { text } = definition;
    this.#updates.tell(() => ({ at: this.#options.clock.now(), stack: stack.name, token, text }));
    return this.#engine.change(stack, 'UPDATE', definition, token);
  }

  #providers(): Readonly<Record<string, ResourceProvider>> {
    const { clock, lambda, codeDeploy, parameters, providers, codeLabel, alarmStore } = this.#options;
    const random = this.#random;
    const behaviour = mergeLazily(DEFAULT_ALIAS_BEHAVIOUR, this.#options) as AliasBehaviour;
    return {
      'AWS::Lambda::Function': functionProvider(lambda, random, codeLabel ?? ((codeUri) => codeUri)),
      'AWS::Lambda::Version': versionProvider(lambda, () => this.#options.republish ?? 'refused-if-last'),
      'AWS::Lambda::Alias': aliasProvider({ clock, random, lambda, codeDeploy, behaviour }),
      'AWS::CodeDeploy::Application': applicationProvider(codeDeploy, random),
      'AWS::CodeDeploy::DeploymentGroup': deploymentGroupProvider(codeDeploy, random),
      'AWS::SSM::Parameter': parameterProvider(parameters, random),
      ...(alarmStore && {
        'AWS::CloudWatch::Alarm': metricAlarmProvider(alarmStore, random),
        'AWS::CloudWatch::CompositeAlarm': compositeAlarmProvider(alarmStore, random),
      }),
      'Custom::Migration': migrationProvider(clock),
      ...Object.fromEntries(
        DATA_TYPES.map((type) => [type, dataProvider(random, this.data, () => clock.now())]),
      ),
      ...providers,
    };
  }
}

/** Statuses in which a stack can be updated (user guide, "Stack status codes"). */
const UPDATABLE: ReadonlySet<StackStatus> = new Set<StackStatus>([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
]);

/** @throws ValidationError where a stack cannot be updated now */
function checkUpdatable({ id, status }: Stack, disableRollback: boolean): void {
  if (UPDATABLE.has(status) || (status === 'UPDATE_FAILED' && disableRollback)) return;
  throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
}

/** Members of a request that would change the result and are not simulated. */
const UNSUPPORTED_MEMBERS = ['ResourceTypes', 'DeploymentConfig'] as const;

function refuseUnsupported(input: CreateStackCommandInput | UpdateStackCommandInput): void {
  for (const member of UNSUPPORTED_MEMBERS) {
    if ((input as unknown as Record<string, unknown>)[member] !== undefined) throw unsupported(member);
  }
  if ('OnFailure' in input && input.OnFailure === 'DELETE') throw unsupported('OnFailure DELETE');
}

function notExisting(name: string): AwsError {
  return validationError(`Stack [${name}] does not exist`);
}
