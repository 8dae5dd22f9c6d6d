import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Behaviour, Phase } from 'account-simulator/traffic/behaviour.ts';
import type { Rate } from 'account-simulator/traffic/rate.ts';
import { releasedCode } from './released-code.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioRelease } from './scenario-release.ts';
import type { ScenarioRate } from './scenario-traffic.ts';

/** Requests and answers of a function that the scenario does not mention: a busy, healthy API. */
const ordinary = { requestsPerMinute: 300, errorRate: 0.001, latencyMs: 80, latencySpread: 0.4 };

/** The rate of requests from a function's users. */
export function rateOf(scenario: Scenario, service: string, logicalId: string): Rate {
  return toRate(flowOf(scenario, service, logicalId).requestsPerMinute, scenario.history);
}

/** The origin of a version of a function. */
export interface VersionOrigin {
  readonly service: string;
  readonly logicalId: string;
  /** Address of its code; code that no release brought answers as the scenario says of the function. */
  readonly code: string;
  /** Number of the release that brought its configuration. */
  readonly configuredBy: number;
}

/** The behaviour of a version: that of its code, or bad because of a configuration that a release brought. */
export function behaviourOf(
  scenario: Scenario,
  { service, logicalId, code, configuredBy }: VersionOrigin,
): Behaviour {
  const { errorRate, latencyMs, latencySpread } = flowOf(scenario, service, logicalId);
  let answers: Behaviour = { errorRate, latencyMs, latencySpread };
  const { release: number = 0 } = releasedCode(code) ?? {};
  const all = scenario.releases.filter((release) => release.service === service);
  for (const { functions, answers: own } of all.slice(0, number)) {
    if (functions?.includes(logicalId) ?? true) answers = { ...answers, ...defined(own) };
  }
  const phases = [
    ...(isBadByConfiguration(all[configuredBy - 1], logicalId, number !== configuredBy)
      ? badPhases(all[configuredBy - 1]?.bad, logicalId)
      : []),
    ...badPhases(all[number - 1]?.bad, logicalId),
    ...troublePhases(scenario, service, logicalId, number),
  ];
  return phases.length === 0 ? answers : { ...answers, phases };
}

/** Whether a release is bad in a function that it brings no code for: then its configuration is bad. */
function isBadByConfiguration(
  release: ScenarioRelease | undefined,
  logicalId: string,
  hasOlderCode: boolean,
): boolean {
  if (!release?.bad || !hasOlderCode) return false;
  return release.bad.functions?.includes(logicalId) ?? release.functions?.length === 0;
}

/**
 * The behaviour of a version with names of tables, buckets and queues in its environment: every request fails as long as one
 * of them is missing.
 */
export function withoutItsData(
  behaviour: Behaviour,
  { lambda, cloudFormation: { data } }: SimulatedAccount,
  functionName: string,
  version: string,
): Behaviour {
  const { Variables = {} } = Object(lambda.version(functionName, version)?.properties.Environment) as {
    readonly Variables?: Readonly<Record<string, unknown>>;
  };
  const names = Object.values(Variables)
    .map(String)
    .filter((name) => data.holders.some(({ physicalId }) => physicalId === name));
  if (names.length === 0) return behaviour;
  const isGone = (at: number) => names.some((name) => data.wasThere(name, at) === false);
  return { ...behaviour, phases: [{ when: isGone, errorRate: 1 }, ...(behaviour.phases ?? [])] };
}

/** Phases in which code answers differently for an outside reason; its release is not to blame. */
function troublePhases(
  { troubles, history }: Scenario,
  service: string,
  logicalId: string,
  release: number,
): Phase[] {
  return troubles.flatMap(({ at, until, functions, codeOf, service: troubled, ...answers }) => {
    const isHit = troubled === service && (functions?.includes(logicalId) ?? true);
    if (!isHit || codeOf?.includes(release) === false) return [];
    const to = until !== undefined && { until: history + until };
    return [{ since: 'start' as const, from: history + at, ...to, ...defined(answers) }];
  });
}

function badPhases(bad: ScenarioRelease['bad'], logicalId: string): Phase[] {
  if (!bad || (bad.functions && !bad.functions.includes(logicalId))) return [];
  const { after, until, functions: _, unhealthy: __, breaks: ___, ...answers } = bad;
  return [
    {
      since: 'release',
      from: after,
      ...(until !== undefined && { until }),
      ...defined(answers),
      bad: true,
    },
  ];
}

function flowOf({ traffic }: Scenario, service: string, logicalId: string) {
  const { services, ...all } = traffic;
  const { functions = {}, ...own } = services[service] ?? {};
  return { ...ordinary, ...defined(all), ...defined(own), ...defined(functions[logicalId] ?? {}) };
}

/** Steps in a scenario count from 0, traffic counts from the beginning of the history. */
function toRate(rate: ScenarioRate, history: number): Rate {
  if (!Array.isArray(rate)) return rate;
  return rate.map((step) => ({ ...step, from: step.from + history }));
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
