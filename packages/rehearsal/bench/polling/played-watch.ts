import type { Attach } from '../../run/attachment.ts';
import { runScenario } from '../../run/run-scenario.ts';
import { type ScenarioInput, scenarioOf } from '../../simulation/simulation-case.ts';

/** Calls of the real machine and functions in an hour of a healthy bake. */
export interface PlayedHour {
  readonly looks: number;
  readonly transitions: number;
  readonly historyEvents: number;
  /** Invocations of functions by the machine. */
  readonly invocations: number;
  readonly awsCalls: number;
  /** Series requested from GetMetricData. */
  readonly series: number;
  readonly ledgerWrites: number;
}

const hourMs = 3_600_000;
const alarmName = 'orders-checked';

/** A service with one alarm, whose release has a bake of two hours. */
function scenario(script: readonly { readonly at: string; readonly state: 'OK' | 'ALARM' }[]): ScenarioInput {
  return {
    title: 'a bake of two hours',
    services: [
      {
        version: 1,
        service: 'orders',
        stack: 'orders-stack',
        targets: [{ kind: 'codedeploy', function: 'Api' }, { kind: 'cloudformation' }],
        policy: { bake: { minMinutes: 120, maxMinutes: 125 }, alarms: [alarmName] },
      },
    ],
    history: '6m',
    traffic: { requestsPerMinute: 120 },
    alarms: [{ name: alarmName, service: 'orders', declared: true, script: [...script] }],
    releases: [{ service: 'orders', at: '0s', config: 'AllAtOnce' }],
  } as ScenarioInput;
}

async function play(input: ScenarioInput, attach: Attach): Promise<void> {
  const root = process.cwd();
  await runScenario(scenarioOf(input, root), { seed: 1, root, attach: [attach] });
}

/** The first hour of the bake, or the second one. */
export async function playHour(hour: 1 | 2): Promise<PlayedHour> {
  const count = { looks: 0, transitions: 0, invocations: 0, awsCalls: 0, series: 0, ledgerWrites: 0 };
  let historyEvents = 0;
  await play(scenario([{ at: '-1h', state: 'OK' }]), ({ coordinator, clock }) => {
    const { account, engine } = coordinator;
    const bakedFrom = () => account.codeDeploy.deployments.at(-1)?.completedAt ?? Number.POSITIVE_INFINITY;
    const isInHour = (at: number) => {
      const from = bakedFrom() + (hour - 1) * hourMs;
      return at >= from && at < from + hourMs;
    };
    const isWatch = (name: string) => name.endsWith('-monitor-deployment');
    engine.onStateEntered(({ machine, state, time }) => {
      if (!isWatch(machine) || !isInHour(time)) return;
      count.transitions += 1;
      if (state === 'ObserveDeployment') count.looks += 1;
    });
    account.wire.onPerformed(({ call: { service, operation, input, caller } }) => {
      if (!isInHour(clock.now())) return;
      if (caller.resource !== 'ObserveDeploymentFunction' && caller.resource !== 'MonitorDeployment') return;
      count.awsCalls += 1;
      if (service === 'lambda' && operation === 'Invoke') count.invocations += 1;
      if (operation === 'GetMetricData') count.series += (input.MetricDataQueries ?? []).length;
      if (service === 'dynamodb' && /^(Put|Update|Delete)Item$/.test(operation)) count.ledgerWrites += 1;
    });
    return {
      finish() {
        const watch = engine.executions().find(({ stateMachine }) => isWatch(stateMachine.name));
        historyEvents = (watch?.history ?? []).filter(({ timestamp }) => isInHour(Number(timestamp))).length;
      },
    };
  });
  return { ...count, historyEvents };
}

/** Seconds from an alarm's ring to the next look, with the event delivered or lost. */
export async function lookAfterRing(
  { minute, second }: { readonly minute: number; readonly second: number },
  isDelivered: boolean,
): Promise<number> {
  let seconds = Number.NaN;
  const at = `${minute}m ${second}s`;
  const input = scenario([
    { at: '-1h', state: 'OK' },
    { at, state: 'ALARM' },
  ]);
  await play(input, ({ coordinator, scenario: { start } }) => {
    const rings = Date.parse(start) + (minute * 60 + second) * 1000;
    const { account, engine } = coordinator;
    account.eventBridge.interceptDelivery((event, _, deliver) => {
      if (isDelivered || event.source !== 'aws.cloudwatch') deliver();
    });
    engine.onStateEntered(({ state, time }) => {
      if (state === 'ObserveDeployment' && time >= rings && Number.isNaN(seconds))
        seconds = (time - rings) / 1000;
    });
    return {};
  });
  return seconds;
}
