import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Behaviour } from 'account-simulator/traffic/behaviour.ts';
import type { Rate } from 'account-simulator/traffic/rate.ts';
import type { TrafficSource } from 'account-simulator/traffic/traffic.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { functionsOf } from './check-names.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioRate } from './scenario-traffic.ts';
import { codeUri, functionName } from './service-template.ts';

/** Requests and answers of a function of which the scenario says nothing: a busy, healthy API. */
const ordinary = { requestsPerMinute: 300, errorRate: 0.001, latencyMs: 80, latencySpread: 0.4 };

/** The users of the scenario's services: requests on every alias. */
export function trafficSources(scenario: Scenario): TrafficSource[] {
  return scenario.services.flatMap((entry) =>
    entry.targets.filter(isAlias).map((target) => ({
      functionName: functionName(entry, target.function),
      alias: target.alias,
      rate: toRate(flowOf(scenario, entry.service, target.function).requestsPerMinute, scenario.history),
    })),
  );
}

/** How the code of each release of each function answers, by its {@link codeUri}. */
export function scenarioBehaviours(scenario: Scenario): ReadonlyMap<string, Behaviour> {
  const behaviours = new Map<string, Behaviour>();
  for (const entry of scenario.services) {
    const current = new Map<string, Behaviour>();
    for (const logicalId of functionsOf(entry)) {
      const { errorRate, latencyMs, latencySpread } = flowOf(scenario, entry.service, logicalId);
      current.set(logicalId, { errorRate, latencyMs, latencySpread });
      behaviours.set(codeUri(entry.service, logicalId, 0), { errorRate, latencyMs, latencySpread });
    }
    const releases = scenario.releases.filter(({ service }) => service === entry.service);
    for (const [index, release] of releases.entries()) {
      for (const logicalId of release.functions ?? functionsOf(entry)) {
        const answers = { ...(current.get(logicalId) as Behaviour), ...defined(release.answers) };
        current.set(logicalId, answers);
        behaviours.set(codeUri(entry.service, logicalId, index + 1), {
          ...answers,
          ...badPhase(release.bad, logicalId),
        });
      }
    }
  }
  return behaviours;
}

/**
 * How a version answers that has names of tables, buckets and queues in its environment: every request fails as long as one
 * of them is gone.
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

function badPhase(bad: Scenario['releases'][number]['bad'], logicalId: string): Pick<Behaviour, 'phases'> {
  if (!bad || (bad.functions && !bad.functions.includes(logicalId))) return {};
  const { after, until, functions: _, unhealthy: __, ...answers } = bad;
  return {
    phases: [
      {
        since: 'release',
        from: after,
        ...(until !== undefined && { until }),
        ...defined(answers),
        bad: true,
      },
    ],
  };
}

function flowOf({ traffic }: Scenario, service: string, logicalId: string) {
  const { services, ...all } = traffic;
  const { functions = {}, ...own } = services[service] ?? {};
  return { ...ordinary, ...defined(all), ...defined(own), ...defined(functions[logicalId] ?? {}) };
}

/** Steps are written from 0, traffic counts from the beginning of the history. */
function toRate(rate: ScenarioRate, history: number): Rate {
  if (!Array.isArray(rate)) return rate;
  return rate.map((step) => ({ ...step, from: step.from + history }));
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
