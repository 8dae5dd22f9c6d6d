import { exampleIdentity, SimulatedAccount, type SimulatedAccountOptions } from '../account/account.ts';
import type { TableDefinition } from '../account/dynamodb/dynamodb.ts';
import type { FunctionCode } from '../account/lambda-runtime/function-code.ts';
import { mergeLazily } from '../account/merge-lazily.ts';
import { enforcePermissions } from '../account/permissions/enforce-permissions.ts';
import type { PermissionUsage } from '../account/permissions/permission-usage.ts';
import type { Engine } from '../asl/engine.ts';
import { loadStack } from './load-stack.ts';
import { makeTarget } from './rule-target.ts';
import type { ParameterValues } from './stack.ts';
import type { FunctionSpec, MachineSpec, Named, RoleSpec, StackSpec } from './stack-spec.ts';

/** The template to deploy, and the account it is deployed into. */
export interface DeployOptions extends SimulatedAccountOptions {
  /** Absolute path of the SAM template. Paths in it, `DefinitionUri` among them, are relative to its folder. */
  readonly templatePath: string;
  /** Finds the code of each function of the template. Without it no function may be invoked. */
  readonly code?: (spec: FunctionSpec) => Promise<FunctionCode>;
  readonly parameters?: ParameterValues;
  readonly stackName?: string;
}

/** The template, deployed into a simulated account. */
export interface DeployedTemplate {
  readonly account: SimulatedAccount;
  readonly engine: Engine;
  /** The template's resources, resolved. */
  readonly stack: StackSpec;
  /** The function or machine with this logical id. Throws for an id that the template does not have. */
  function(logicalId: string): FunctionSpec;
  machine(logicalId: string): MachineSpec;
  /** Physical name of any named resource: function, machine, table, bucket, topic, queue, parameter, rule. */
  nameOf(logicalId: string): string;
  /** The permissions of each role. */
  roles(): readonly RoleSpec[];
  /** Statements that were needed so far, and calls that were refused. */
  readonly permissions: PermissionUsage;
}

/** The code of functions where the caller supplies none: the machines can still be played. */
const noCode =
  async ({ logicalId }: FunctionSpec): Promise<FunctionCode> =>
  () => {
    throw new Error(`${logicalId} was invoked, but deployTemplate was given no code for it.`);
  };

const stackCaller = { principal: 'cloudformation.amazonaws.com' };

/**
 * Deploys a SAM template into a new simulated account: its functions run their real handlers, its machines their real
 * definitions, its rules deliver events, and each may do what its role's statements allow. Schedules and alarms wait for
 * `account.start()`.
 *
 * The template is read once per process and reused while its files stay the same, so that deploying again is cheap. The
 * template's alarms are not created: they watch metrics of the coordinator itself, which are not simulated.
 *
 * @throws TemplateError with everything that cannot be rehearsed
 */
export async function deployTemplate(options: DeployOptions): Promise<DeployedTemplate> {
  const { templatePath, parameters = {}, stackName = 'stack', code = noCode, clock } = options;
  const identity = options.identity ?? exampleIdentity;
  const stack = loadStack(templatePath, parameters, { ...identity, partition: 'aws', stackName });
  const codes = await clock.busy(Promise.all(stack.functions.map(code)));
  const account = new SimulatedAccount(mergeLazily(options, { identity }));
  deployStores(stack, account);
  for (const [at, one] of stack.functions.entries()) {
    deployFunction(one, codes[at] as FunctionCode, account);
  }
  for (const machine of stack.machines) account.createStateMachine(machine, machine.logicalId);
  deployRules(stack, account);
  return deployedTemplate(stack, account, enforcePermissions(account, stack));
}

function deployStores(stack: StackSpec, account: SimulatedAccount): void {
  for (const { name } of stack.queues) account.createQueue(name);
  for (const { name, subscriptions } of stack.topics) {
    const { arn } = account.sns.createTopic(name);
    for (const { protocol, endpoint, filterPolicy } of subscriptions) {
      account.sns.subscribe(arn, endpoint, filterPolicy, protocol);
    }
  }
  for (const { create } of stack.tables) account.dynamoDb.createTable(create as unknown as TableDefinition);
  for (const { name, versioned } of stack.buckets) account.s3.createBucket(name, { versioned });
  for (const { name, type, value, tier } of stack.parameters) {
    account.parameterStore.operations.PutParameter(
      { Name: name, Type: type, Value: value, Tier: tier },
      { caller: stackCaller, now: account.clock.now() },
    );
  }
}

function deployFunction(spec: FunctionSpec, code: FunctionCode, account: SimulatedAccount): void {
  const { logicalId, name, roleArn, memoryMb, environment, asynchronous } = spec;
  const { clock, identity, wire } = account;
  const env = {
    ...environment,
    AWS_REGION: identity.region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  };
  const clientConfig = wire.clientConfig({ principal: roleArn, resource: logicalId });
  account.lambdaRuntime.add(
    { ...spec, code, runtime: { env, clientConfig, now: () => clock.now() } },
    asynchronous,
  );
}

function deployRules(stack: StackSpec, account: SimulatedAccount): void {
  const { eventBridge } = account;
  for (const { name, enabled, eventPattern, scheduleExpression, targets } of stack.rules) {
    eventBridge.putRule({
      name,
      state: enabled ? 'ENABLED' : 'DISABLED',
      targets: targets.map((target) => makeTarget(target, stack, account)),
      ...(eventPattern === undefined ? {} : { eventPattern }),
      ...(scheduleExpression === undefined ? {} : { scheduleExpression }),
    });
  }
  for (const { name, arn, enabled, scheduleExpression, target } of stack.schedules) {
    const made = makeTarget(target, stack, account);
    eventBridge.putRule({
      name: `scheduler.${name}`,
      state: enabled ? 'ENABLED' : 'DISABLED',
      scheduleExpression,
      targets: [
        target.input === undefined
          ? { ...made, receive: (_, event) => made.receive(scheduledEvent(event, arn), event) }
          : made,
      ],
    });
  }
}

/** The event that EventBridge Scheduler sends where a schedule has no input (EventBridge Scheduler User Guide). */
function scheduledEvent(event: object, scheduleArn: string): object {
  return { ...event, source: 'aws.scheduler', resources: [scheduleArn], detail: '{}' };
}

function deployedTemplate(
  stack: StackSpec,
  account: SimulatedAccount,
  permissions: PermissionUsage,
): DeployedTemplate {
  const { functions, machines, rules, schedules, queues, topics, tables, buckets, parameters, alarms } =
    stack;
  const named: readonly Named[] = [
    ...functions,
    ...machines,
    ...rules,
    ...schedules,
    ...queues,
    ...topics,
    ...tables,
    ...buckets,
    ...parameters,
    ...alarms,
  ];
  return {
    account,
    engine: account.engine,
    stack,
    function: (logicalId) => find(functions, logicalId),
    machine: (logicalId) => find(machines, logicalId),
    nameOf: (logicalId) => find(named, logicalId).name,
    roles: () => stack.roles,
    permissions,
  };
}

function find<T extends Named>(resources: readonly T[], logicalId: string): T {
  const resource = resources.find((one) => one.logicalId === logicalId);
  if (resource) return resource;
  throw new Error(`The template has no such resource: ${logicalId}`);
}
