import { AslError } from '../asl/asl-error.ts';
import { Engine } from '../asl/engine.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { SeededRandom } from '../random/seeded-random.ts';
import type { Behaviour } from '../traffic/behaviour.ts';
import { Traffic, type TrafficSource } from '../traffic/traffic.ts';
import { ApiGateway } from './api-gateway/api-gateway.ts';
import {
  SimulatedCloudFormation,
  type SimulatedCloudFormationOptions,
} from './cloudformation/simulated-cloudformation.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import type { VersionMetrics } from './cloudwatch/lambda-metrics.ts';
import type { Visibility } from './cloudwatch/visibility.ts';
import type { HookPort } from './codedeploy/codedeploy-ports.ts';
import type { StopDuringHook } from './codedeploy/deployment-run.ts';
import { SimulatedCodeDeploy } from './codedeploy/simulated-codedeploy.ts';
import { DynamoDb } from './dynamodb/dynamodb.ts';
import type { EventEntry } from './eventbridge/event.ts';
import { EventBridge } from './eventbridge/event-bridge.ts';
import { SimulatedLambda } from './lambda/simulated-lambda.ts';
import { LambdaRuntime } from './lambda-runtime/lambda-runtime.ts';
import { mergeLazily, pickLazily } from './merge-lazily.ts';
import { ParameterStore } from './parameter-store/parameter-store.ts';
import { S3 } from './s3/s3.ts';
import { AwsError, type Caller, type SimulatedService } from './service.ts';
import {
  alarmStore,
  alarmsPort,
  hookPort,
  invokeOf,
  parametersPort,
  templateReader,
} from './service-ports.ts';
import { Sns } from './sns/sns.ts';
import { Queue } from './sqs/queue.ts';
import { executionEvent } from './step-functions/execution-event.ts';
import { StepFunctions } from './step-functions/step-functions.ts';
import { TaskResources } from './step-functions/task-resources.ts';
import { VpcLattice } from './vpc-lattice/vpc-lattice.ts';
import type { AccountIdentity } from './wire/account-identity.ts';
import { Wire } from './wire/wire.ts';

/** The users of the rehearsed services, and the behaviour of the services' versions. */
export interface TrafficScenario {
  readonly sources: readonly TrafficSource[];
  /** The behaviour of a version's code; always the same. */
  behaviour(functionName: string, version: string): Behaviour;
}

/** The parts and options of a simulated account. */
export interface SimulatedAccountOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Without a scenario there are no requests. */
  readonly traffic?: TrafficScenario;
  /** Plays the CodeDeploy hooks whose functions do not really run; by default they succeed. */
  readonly hook?: HookPort;
  /**
   * The time at which a stop takes effect while a hook function runs: `waits` for its answer by default, which is the worse
   * case.
   */
  readonly stopDuringHook?: StopDuringHook;
  /** The arrival of metrics; prompt by default. */
  readonly visibility?: Visibility;
  /** Whether metrics by ExecutedVersion need weights on the alias (`only-with-weights`); `always` by default. */
  readonly versionMetrics?: VersionMetrics;
  /** Whether a stack's deployments carry the stack's id in `externalId`; `stack` by default. */
  readonly externalId?: 'absent' | 'stack';
  /** The revision that an automatic rollback of CodeDeploy deploys; `alias-before` by default. */
  readonly groupRollback?: 'last-successful-revision' | 'alias-before';
  /** CloudFormation's behaviour in points that AWS does not document. */
  readonly stacks?: Pick<
    SimulatedCloudFormationOptions,
    | 'creator'
    | 'rollbackPolicy'
    | 'newUpdatePolicy'
    | 'rollbackClearsWeights'
    | 'currentVersionFrom'
    | 'republish'
    | 'pinRights'
    | 'missingRights'
    | 'ringingTrigger'
    | 'ssmParameters'
    | 'codeLabel'
    | 'providers'
  >;
  /** Whether States.ALL of a machine catches States.DataLimitExceeded; see the engine's option. */
  readonly dataLimitCaught?: boolean;
  readonly identity?: AccountIdentity;
}

/** Throws an AwsError if `caller` may not do `action` (`states:StartExecution`) on `resource`, an ARN. */
export type Authorize = (action: string, resource: string, caller: Caller) => void;

/** Account number of AWS's own examples. */
export const exampleIdentity: AccountIdentity = { accountId: '111122223333', region: 'eu-west-1' };

/**
 * One AWS account in one Region, in virtual time: every simulated service, connected as AWS connects them, and
 * the wire on which SDK clients and state machines reach them. Empty at first.
 */
export class SimulatedAccount {
  readonly identity: AccountIdentity;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly eventBridge: EventBridge;
  readonly apiGateway: ApiGateway;
  readonly vpcLattice = new VpcLattice();
  readonly lambda: SimulatedLambda;
  /** The functions whose code really runs. */
  readonly lambdaRuntime: LambdaRuntime;
  readonly traffic: Traffic;
  readonly cloudWatch: CloudWatch;
  readonly codeDeploy: SimulatedCodeDeploy;
  readonly cloudFormation: SimulatedCloudFormation;
  readonly parameterStore: ParameterStore;
  readonly dynamoDb: DynamoDb;
  readonly s3: S3;
  readonly sns: Sns;
  readonly engine: Engine;
  readonly stepFunctions: StepFunctions;
  readonly wire: Wire;
  readonly #queues = new Map<string, Queue>();
  readonly #machines = new Map<string, string>();
  readonly #authorizers: Authorize[] = [];

  constructor(options: SimulatedAccountOptions) {
    const { clock, random, identity = exampleIdentity, traffic } = options;
    const parts = { clock, random, account: identity };
    const emit = (event: EventEntry) => void this.eventBridge.putEvent(event);
    this.identity = identity;
    this.clock = clock;
    this.random = random;
    this.eventBridge = new EventBridge(parts);
    this.lambda = new SimulatedLambda({ ...parts, ...identity });
    this.lambdaRuntime = new LambdaRuntime({ clock, random, send: (...message) => this.send(...message) });
    this.traffic = new Traffic({
      clock,
      random,
      sources: traffic?.sources ?? [],
      ports: {
        shares: (functionName, alias) => this.lambda.shareHistory(functionName, alias),
        behaviour: (functionName, version) => traffic?.behaviour(functionName, version) ?? healthy,
      },
    });
    this.cloudWatch = new CloudWatch(
      mergeLazily(pickLazily(options, ['visibility', 'versionMetrics']), {
        ...parts,
        traffic: this.traffic,
        emit,
      }),
    );
    this.codeDeploy = new SimulatedCodeDeploy(
      mergeLazily(pickLazily(options, ['externalId', 'groupRollback', 'stopDuringHook']), {
        ...parts,
        ...identity,
        aliases: this.lambda,
        alarms: alarmsPort(this.cloudWatch),
        hook: hookPort(options.hook, this.lambdaRuntime),
        emit,
      }),
    );
    this.parameterStore = new ParameterStore({ ...parts, emit });
    this.apiGateway = new ApiGateway({ random, now: () => clock.now() });
    this.s3 = new S3({ random });
    this.cloudFormation = new SimulatedCloudFormation(
      mergeLazily(options.stacks ?? {}, {
        ...parts,
        ...identity,
        lambda: this.lambda,
        codeDeploy: this.codeDeploy,
        parameters: parametersPort(this.parameterStore, clock),
        readTemplate: templateReader(this.s3),
        alarms: alarmsPort(this.cloudWatch),
        alarmStore: alarmStore(this.cloudWatch, clock, identity),
        emit,
      }),
    );
    this.dynamoDb = new DynamoDb(parts);
    this.sns = new Sns(parts);
    const tasks = new TaskResources({
      now: () => clock.now(),
      wire: { call: (...call) => this.wire.call(...call) },
      random: random.fork('step-functions'),
      logicalIdOf: (name) => this.#machines.get(name),
    });
    this.engine = new Engine(
      {
        clock,
        random,
        callResource: (...request) => tasks.call(...request),
        readObject: (...request) => tasks.readObject(...request),
        authorize: (action, resource, context) => this.#check(action, resource, tasks.caller(context)),
      },
      {},
      pickLazily(options, ['dataLimitCaught']),
    );
    this.engine.onStatusChange((change) => emit(executionEvent(change)));
    this.stepFunctions = new StepFunctions({ engine: this.engine, now: () => clock.now() });
    this.wire = new Wire({ clock, random, region: identity.region, services: this.#services() });
  }

  /** Creates a standard queue. */
  createQueue(name: string): Queue {
    const { clock, random, identity: account } = this;
    const queue = new Queue({ name, clock, random, account });
    this.#queues.set(queue.arn, queue);
    return queue;
  }

  /** The queue with an ARN. */
  queue(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  /** Creates a state machine that makes its calls under its role and is known in the template as `logicalId`. */
  createStateMachine(
    machine: {
      readonly name: string;
      readonly arn: string;
      readonly definition: object;
      readonly roleArn: string;
    },
    logicalId: string,
  ): void {
    this.stepFunctions.createStateMachine(machine);
    this.#machines.set(machine.name, logicalId);
  }

  /** Sends a message to the queue with an ARN. @throws AwsError if there is none */
  send(arn: string, body: string, attributes: Readonly<Record<string, string>> = {}): void {
    const queue = this.#queues.get(arn);
    if (!queue)
      throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', `The queue ${arn} does not exist.`);
    queue.send(body, attributes);
  }

  /** Calls `authorize` before the engine itself starts, describes, stops or redrives executions for a Task. */
  authorizeTasks(authorize: Authorize): void {
    this.#authorizers.push(authorize);
  }

  /** Lets schedules run and alarms be evaluated. */
  start(): void {
    this.eventBridge.start();
    this.cloudWatch.start();
  }

  /** Takes schedules and alarms off the clock, so that no timer is left. */
  stop(): void {
    this.eventBridge.stop();
    this.cloudWatch.stop();
  }

  #check(action: string, resource: string, caller: Caller): void {
    try {
      for (const authorize of this.#authorizers) authorize(action, resource, caller);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AslError(`StepFunctions.${error.name}`, error.message);
    }
  }

  #services(): Readonly<Record<string, SimulatedService>> {
    return {
      'api-gateway': this.apiGateway.rest,
      apigatewayv2: this.apiGateway.http,
      cloudformation: this.cloudFormation,
      cloudwatch: this.cloudWatch,
      codedeploy: this.codeDeploy,
      dynamodb: this.dynamoDb,
      lambda: {
        operations: { ...this.lambda.operations, Invoke: invokeOf(this.lambda, this.lambdaRuntime) },
      },
      s3: this.s3,
      sfn: this.stepFunctions,
      sns: this.sns,
      ssm: this.parameterStore,
      'vpc-lattice': this.vpcLattice,
    };
  }
}

/** The behaviour of code that no scenario describes. */
const healthy: Behaviour = { errorRate: 0, latencyMs: 50, latencySpread: 0.3 };
