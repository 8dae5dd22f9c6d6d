import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { VPCLatticeClient } from '@aws-sdk/client-vpc-lattice';
import { AlarmReader } from './aws/alarm-reader.ts';
import { Aliases } from './aws/aliases.ts';
import { ApiStages } from './aws/api-stages.ts';
import { Bucket } from './aws/bucket.ts';
import { CatalogCompiler } from './aws/catalog-compiler.ts';
import { Deployments } from './aws/deployments.ts';
import { Executions } from './aws/executions.ts';
import { FunctionTags } from './aws/function-tags.ts';
import { HealthChecks } from './aws/health-checks.ts';
import { Hooks } from './aws/hooks.ts';
import { MeshRules } from './aws/mesh-rules.ts';
import { lambdaPace, paced, parameterPace } from './aws/pace.ts';
import { ParameterStore } from './aws/parameter-store.ts';
import { RunningDeployments } from './aws/running-deployments.ts';
import { Signals } from './aws/signals.ts';
import { Stacks } from './aws/stacks.ts';
import { StateMachineAliases } from './aws/state-machine-aliases.ts';
import { TaskTokens } from './aws/task-tokens.ts';
import { CatalogStore, watchingMaxAgeMs } from './catalog/catalog-store.ts';
import { stateMachineArn } from './ids.ts';
import { ApprovalLedger } from './ledger/approval-ledger.ts';
import { BudgetLedger } from './ledger/budget-ledger.ts';
import { CheckpointLedger } from './ledger/checkpoint-ledger.ts';
import { CompilationLedger } from './ledger/compilation-ledger.ts';
import { DigestLedger } from './ledger/digest-ledger.ts';
import { FigureLedger } from './ledger/figure-ledger.ts';
import { HoldLedger } from './ledger/hold-ledger.ts';
import { IncidentLedger } from './ledger/incident-ledger.ts';
import { LedgerTable } from './ledger/ledger-table.ts';
import { LifecycleHookLedger } from './ledger/lifecycle-hook-ledger.ts';
import { LockLedger } from './ledger/lock-ledger.ts';
import { MailLedger } from './ledger/mail-ledger.ts';
import { PaceLedger } from './ledger/pace-ledger.ts';
import { ReleaseLedger } from './ledger/release-ledger.ts';
import { StopLedger } from './ledger/stop-ledger.ts';
import { WaitingLedger } from './ledger/waiting-ledger.ts';
import { WatchLedger } from './ledger/watch-ledger.ts';
import { WebhookLedger } from './ledger/webhook-ledger.ts';
import { Mailer } from './mail/mailer.ts';
import { TrafficReader } from './mail/traffic-reader.ts';
import type { Runtime } from './runtime.ts';
import { PlanStore } from './targets/plan-store.ts';
import { targetAdapters } from './targets/target-adapters.ts';
import type { KindClients, SnapshotClients } from './targets/target-kind.ts';
import { requireEnv } from './task.ts';
import { Figures } from './telemetry/figures.ts';

// The one place where clients are made. The bundler leaves out those that a function's handler does not use.

export const deployments = (runtime: Runtime) => new Deployments(new CodeDeployClient(runtime.clientConfig));
export const runningDeployments = (runtime: Runtime) =>
  new RunningDeployments(new CodeDeployClient(runtime.clientConfig));
export const executions = (runtime: Runtime) => new Executions(new SFNClient(runtime.clientConfig));
export const taskTokens = (runtime: Runtime) => new TaskTokens(new SFNClient(runtime.clientConfig));
export const aliases = (runtime: Runtime) =>
  new Aliases(paced(new LambdaClient(runtime.clientConfig), lambdaPace));
export const functionTags = (runtime: Runtime) =>
  new FunctionTags(
    paced(new LambdaClient(runtime.clientConfig), lambdaPace),
    requireEnv(runtime, 'FUNCTION_ARN_PREFIX'),
  );
export const healthChecks = (runtime: Runtime) => new HealthChecks(new LambdaClient(runtime.clientConfig));
export const hooks = (runtime: Runtime) => new Hooks(new LambdaClient(runtime.clientConfig));
export const stacks = (runtime: Runtime) => new Stacks(new CloudFormationClient(runtime.clientConfig));
export const alarmReader = (runtime: Runtime) => new AlarmReader(new CloudWatchClient(runtime.clientConfig));
export const signals = (runtime: Runtime) => new Signals(new CloudWatchClient(runtime.clientConfig));
export const parameterStore = (runtime: Runtime) =>
  new ParameterStore(paced(new SSMClient(runtime.clientConfig), parameterPace));
export const apiStages = (runtime: Runtime) =>
  new ApiStages(new APIGatewayClient(runtime.clientConfig), new ApiGatewayV2Client(runtime.clientConfig));
export const meshRules = (runtime: Runtime) => new MeshRules(new VPCLatticeClient(runtime.clientConfig));
export const stateMachineAliases = (runtime: Runtime) =>
  new StateMachineAliases(new SFNClient(runtime.clientConfig), (name) =>
    stateMachineArn(requireEnv(runtime, 'TOPIC_ARN'), name),
  );
/** The clients of the kinds of target. */
export const kindClients = (runtime: Runtime): KindClients => ({
  parameterStore: parameterStore(runtime),
  apiStages: apiStages(runtime),
  meshRules: meshRules(runtime),
  stateMachineAliases: stateMachineAliases(runtime),
});
export const bucket = (runtime: Runtime) =>
  new Bucket(
    new S3Client(runtime.clientConfig),
    requireEnv(runtime, 'BUCKET'),
    requireEnv(runtime, 'AWS_REGION'),
  );
export const catalogStore = (runtime: Runtime) => new CatalogStore(bucket(runtime));
/** The catalog for functions that poll; see {@link watchingMaxAgeMs}. */
export const watchingCatalogStore = (runtime: Runtime) =>
  new CatalogStore(bucket(runtime), {
    freshness: { now: () => runtime.now(), maxAgeMs: watchingMaxAgeMs },
  });
/** The catalog for functions that run first: a missing catalog is compiled. */
export function compilingCatalogStore(runtime: Runtime) {
  const compiler: CatalogCompiler = new CatalogCompiler(
    new LambdaClient(runtime.clientConfig),
    requireEnv(runtime, 'COMPILE_CATALOG_FUNCTION'),
  );
  return new CatalogStore(bucket(runtime), { compileMissing: () => compiler.compileMissing() });
}
export const planStore = (runtime: Runtime) => new PlanStore(bucket(runtime));

const ledgerTable = (runtime: Runtime) =>
  new LedgerTable(new DynamoDBClient(runtime.clientConfig), requireEnv(runtime, 'LEDGER_TABLE'));

/** The ledgers for a step of one target: few, because its bundle has the clients of every kind of target. */
export function stepLedgers(runtime: Runtime) {
  const table = ledgerTable(runtime);
  return {
    checkpoints: new CheckpointLedger(table),
    locks: new LockLedger(table, () => runtime.now()),
    paces: new PaceLedger(table, () => runtime.now()),
    stops: new StopLedger(table, () => runtime.now()),
  };
}

/** The ledgers for a plan: few, because its bundle has the clients of every kind of target. */
export function planLedgers(runtime: Runtime) {
  const table = ledgerTable(runtime);
  return {
    releases: new ReleaseLedger(table),
    checkpoints: new CheckpointLedger(table),
    incidents: new IncidentLedger(table),
  };
}

/** The ledgers of one function, on one table. */
export function ledgers(runtime: Runtime) {
  const table = ledgerTable(runtime);
  return {
    releases: new ReleaseLedger(table),
    checkpoints: new CheckpointLedger(table),
    incidents: new IncidentLedger(table),
    locks: new LockLedger(table, () => runtime.now()),
    waitingServices: new WaitingLedger(table),
    watches: new WatchLedger(table),
    approvals: new ApprovalLedger(table),
    budgets: new BudgetLedger(table, () => runtime.now()),
    holds: new HoldLedger(table, () => runtime.now()),
    lifecycleHooks: new LifecycleHookLedger(table),
    paces: new PaceLedger(table, () => runtime.now()),
    stops: new StopLedger(table, () => runtime.now()),
    compilations: new CompilationLedger(table, () => runtime.now()),
    mails: new MailLedger(table),
    webhooks: new WebhookLedger(table),
  };
}

export const mailer = (runtime: Runtime) => {
  const table = ledgerTable(runtime);
  const { ESCALATION_TOPIC_ARN, CHAT_TOPIC_ARN, CRITICAL_PHONE, DIGEST_AT } = runtime.env;
  return new Mailer(
    new SNSClient(runtime.clientConfig),
    requireEnv(runtime, 'TOPIC_ARN'),
    { mails: new MailLedger(table), digests: new DigestLedger(table) },
    () => runtime.now(),
    {
      escalationMinutes: escalationMinutes(runtime),
      ...(ESCALATION_TOPIC_ARN && { escalationTopicArn: ESCALATION_TOPIC_ARN }),
      ...(CHAT_TOPIC_ARN && { chatTopicArn: CHAT_TOPIC_ARN }),
      ...(DIGEST_AT && { digestAt: DIGEST_AT }),
      hasPhone: CRITICAL_PHONE === 'subscribed',
    },
  );
};

/** Minutes for which a critical mail waits for an answer before it goes to the escalation topic; 0 for ever. */
export const escalationMinutes = (runtime: Runtime) => Number(requireEnv(runtime, 'ESCALATION_MINUTES'));

/** The coordinator's metrics, for the functions that make their facts final. */
export function figures(runtime: Runtime): Figures {
  const table = ledgerTable(runtime);
  return new Figures({
    ledger: new FigureLedger(table),
    releases: new ReleaseLedger(table),
    environment: environment(runtime),
    now: runtime.now,
    writeLog: (line) => runtime.writeLog?.(line),
  });
}

/** Traffic of the services, for the mails that report it. */
export const traffic = (runtime: Runtime) =>
  new TrafficReader({
    aliases: aliases(runtime),
    deployments: deployments(runtime),
    now: () => runtime.now(),
  });

/** Clients for a snapshot of everything live. */
export const snapshotClients = (runtime: Runtime): SnapshotClients => ({
  aliases: aliases(runtime),
  stacks: stacks(runtime),
  bucket: bucket(runtime),
  ...kindClients(runtime),
});

/** One adapter for the targets of every kind. */
export const adapters = (runtime: Runtime) =>
  targetAdapters({
    ...snapshotClients(runtime),
    deployments: deployments(runtime),
    signals: signals(runtime),
    stops: stepLedgers(runtime).stops,
  });

/** `dev`, `staging` or `prod`, as mails show it. */
export const environment = (runtime: Runtime) => requireEnv(runtime, 'ENVIRONMENT');
