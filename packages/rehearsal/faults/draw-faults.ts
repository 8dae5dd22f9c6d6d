import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { FaultInput, FaultKind, Moment } from './fault.ts';

/** The parts of the coordinator and the scenario that faults can strike. */
export interface FaultSurface {
  /** Logical ids of the coordinator's functions. */
  readonly functions: readonly string[];
  /** States of its machines, by the machines' logical ids. */
  readonly states: readonly { readonly machine: string; readonly state: string }[];
  /** Services of the scenario, with the logical ids of their functions. */
  readonly services: readonly { readonly service: string; readonly functions: readonly string[] }[];
  readonly alarms: readonly string[];
}

/** Calls that the coordinator makes. */
const coordinatorCalls: readonly (readonly [service: string, operations: readonly string[]])[] = [
  [
    'codedeploy',
    [
      'GetDeployment',
      'StopDeployment',
      'CreateDeployment',
      'ListDeployments',
      'ListDeploymentTargets',
      'GetDeploymentGroup',
    ],
  ],
  ['lambda', ['GetAlias', 'UpdateAlias', 'GetFunctionConfiguration', 'Invoke']],
  [
    'cloudformation',
    [
      'DescribeStacks',
      'DescribeStackEvents',
      'UpdateStack',
      'CancelUpdateStack',
      'RollbackStack',
      'ContinueUpdateRollback',
      'GetTemplate',
      'ListStackResources',
    ],
  ],
  ['dynamodb', ['GetItem', 'PutItem', 'UpdateItem', 'Query']],
  ['s3', ['GetObject', 'PutObject', 'HeadObject']],
  ['sns', ['Publish']],
  ['ssm', ['GetParametersByPath', 'GetParameters', 'GetParameter', 'PutParameter']],
  ['sfn', ['StartExecution', 'SendTaskSuccess', 'DescribeStateMachineAlias', 'UpdateStateMachineAlias']],
  ['cloudwatch', ['GetMetricData', 'DescribeAlarms', 'DescribeAlarmHistory']],
  ['api-gateway', ['GetStage', 'UpdateStage']],
  ['apigatewayv2', ['GetStage', 'UpdateStage']],
  ['vpc-lattice', ['GetRule', 'UpdateRule']],
];

const staleServices = ['codedeploy', 'cloudformation', 'lambda', 'cloudwatch', 'ssm'] as const;

/** Weights of the kinds of faults. */
const weights: Readonly<Record<FaultKind, number>> = {
  throttle: 6,
  'fail-before': 6,
  'fail-after': 8,
  'lose-response': 8,
  slow: 5,
  'stale-read': 8,
  'process-dies': 9,
  event: 9,
  metrics: 5,
  'stop-execution': 7,
  redrive: 5,
  start: 6,
  watch: 1,
  'catalog-broken': 1,
  'alarm-flaps': 3,
  'delete-versions': 3,
  'delete-templates': 2,
  stack: 4,
  release: 6,
  'clock-skew': 3,
};

const kinds = (Object.entries(weights) as [FaultKind, number][]).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind),
);

/** The last number exceeds every retry: the SDK's three attempts in each of a Task's seven. */
const howOften = [1, 1, 1, 2, 4, 8, 25] as const;

/** Draws the faults of one run: often none or few, sometimes many. */
export function drawFaults(random: SeededRandom, surface: FaultSurface): FaultInput[] {
  const count = random.pick([0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 8]);
  return Array.from({ length: count }, (_, index) => drawFault(random.fork(String(index)), surface));
}

function drawFault(random: SeededRandom, surface: FaultSurface): FaultInput {
  const kind = random.pick(kinds);
  switch (kind) {
    case 'throttle':
    case 'fail-before':
    case 'fail-after':
    case 'lose-response':
      return { kind, ...drawCalls(random) };
    case 'slow':
      return { kind, ...drawCalls(random), ms: random.pick([3_000, 20_000, 49_000, 61_000, 150_000]) };
    case 'stale-read':
      return {
        kind,
        service: random.pick(staleServices),
        skip: random.integer(0, 6),
        times: random.pick([1, 2, 4, 10]),
        lag: random.pick([2_000, 6_000, 15_000]),
        ...(random.chance(0.3) && { monotonic: false }),
      };
    case 'process-dies':
      return {
        kind,
        when: random.pick(['before', 'after']),
        ...(random.chance(0.8) && { function: random.pick(surface.functions) }),
        skip: random.pick([0, 0, 1, 3]),
        times: random.pick([1, 1, 2, 8]),
      };
    case 'event':
      return {
        kind,
        act: random.pick(['lose', 'double', 'delay', 'reorder']),
        source: random.pick([
          'aws.codedeploy',
          'aws.codedeploy',
          'aws.states',
          'aws.ssm',
          'aws.cloudformation',
        ]),
        skip: random.integer(0, 4),
        times: random.pick([1, 1, 3, 20]),
        ms: random.pick([2_000, 30_000, 400_000]),
      };
    case 'metrics':
      return {
        kind,
        act: random.pick(['missing', 'late', 'partial']),
        skip: random.integer(0, 8),
        times: random.pick([1, 3, 12]),
        lag: random.pick([60_000, 180_000]),
      };
    case 'stop-execution': {
      const { machine, state } = random.pick(surface.states);
      return { kind, machine, when: stateMoment(random, machine, state) };
    }
    case 'redrive':
      return {
        kind,
        machine: random.pick(['MonitorDeployment', 'CoordinateRollback', 'ExecutePlan', 'RollBackService']),
        nth: random.pick([1, 1, 2]),
        after: random.pick([100, 5_000, 60_000, 700_000]),
      };
    case 'start':
      return { kind, service: random.pick(surface.services).service, when: drawMoment(random, surface) };
    case 'watch':
      return {
        kind,
        deploymentId: random.pick(['d-NOSUCH123', 'orders']),
        when: drawMoment(random, surface),
      };
    case 'catalog-broken':
      return { kind, service: random.pick(surface.services).service, when: drawMoment(random, surface) };
    case 'alarm-flaps':
      if (surface.alarms.length === 0) return { kind: 'throttle', ...drawCalls(random) };
      return {
        kind,
        alarm: random.pick(surface.alarms),
        when: drawMoment(random, surface),
        times: random.integer(1, 4),
        every: random.pick([5_000, 30_000, 90_000]),
      };
    case 'delete-versions':
      return { kind, service: random.pick(surface.services).service, when: drawMoment(random, surface) };
    case 'delete-templates':
      return { kind, when: drawMoment(random, surface) };
    case 'stack': {
      const { service, functions } = random.pick(surface.services);
      const fails = random.pick(['update', 'rollback'] as const);
      return {
        kind,
        service,
        resource: random.pick([`${random.pick(functions)}Aliaslive`, random.pick(functions), 'Migration']),
        fails,
        times: random.pick([1, 1, 2, 4]),
      };
    }
    case 'release':
      return {
        kind,
        service: random.pick(surface.services).service,
        at: random.integer(10, 1_500) * 1_000,
        config: random.pick(['AllAtOnce', 'Half1Minute', 'Canary10Percent5Minutes']),
        bad: random.pick([0, 0, 0.3]),
      };
    case 'clock-skew':
      return {
        kind,
        ms: random.pick([-30_000, -5_000, -900, 900, 5_000, 30_000]),
        ...(random.chance(0.7) && { function: random.pick(surface.functions) }),
        processes: random.pick(['odd', 'even', 'all']),
      };
  }
}

function drawCalls(random: SeededRandom) {
  const times = random.pick(howOften);
  if (random.chance(0.15)) return { chance: random.pick([0.02, 0.1, 0.3]), times: 40 };
  const [service, operations] = random.pick(coordinatorCalls);
  return {
    service,
    ...(random.chance(0.75) && { operation: random.pick(operations) }),
    skip: random.pick([0, 0, 1, 2, 5, 12]),
    times,
  };
}

function drawMoment(random: SeededRandom, { states }: FaultSurface): Moment {
  if (random.chance(0.4)) return { at: random.integer(0, 1_500) * 1_000 };
  const { machine, state } = random.pick(states);
  return stateMoment(random, machine, state);
}

function stateMoment(random: SeededRandom, machine: string, state: string): Moment {
  return {
    machine,
    state,
    nth: random.pick([1, 1, 1, 2, 3]),
    after: random.pick([0, 50, 400, 3_000]),
  };
}
