import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { drawDecisions } from './draw-decisions.ts';
import { drawHealthChecks } from './draw-health-checks.ts';
import { drawHooks, drawParameters, drawRest, drawStackTarget, drawTargets } from './draw-targets.ts';
import type { ScenarioInput } from './simulation-case.ts';

type Listed = NonNullable<ScenarioInput['services']>[number];
type Service = Listed & { readonly targets: NonNullable<Listed['targets']> };
type Release = NonNullable<ScenarioInput['releases']>[number];
type Alarm = NonNullable<ScenarioInput['alarms']>[number];

const names = ['orders', 'payment', 'stock'] as const;
const functionIds = ['Api', 'Worker', 'Poller'] as const;

/** Shifts that are over in minutes: they do the same as a long shift, in fewer looks. */
const quickConfigs = [
  { name: 'Half1Minute', type: 'canary', percentage: 50, minutes: 1 },
  { name: 'Tenth3Minutes', type: 'canary', percentage: 10, minutes: 3 },
  { name: 'Thirds1Minute', type: 'linear', percentage: 33, minutes: 1 },
] as const;

/** Predefined shifts besides the quick ones; the slow ones seldom, because they take long. */
const configs = [
  ...Array.from({ length: 7 }, () => 'AllAtOnce'),
  ...quickConfigs.flatMap(({ name }) => [name, name, name, name]),
  'Canary10Percent5Minutes',
  'Canary10Percent5Minutes',
  'Linear10PercentEvery1Minute',
  'Linear10PercentEvery2Minutes',
];

/**
 * Draws a small scenario: few services and functions, little history and a short bake, so that a run takes a fraction of a
 * second, with every input of the coordinator's decisions varied.
 */
export function drawScenario(random: SeededRandom): ScenarioInput {
  const services = drawServices(random.fork('services'));
  const alarms = drawAlarms(services, random.fork('alarms'));
  const managed = services.map(({ service }) => service);
  const unmanaged = random.fork('unmanaged').chance(0.07) ? [random.fork('which').pick(managed)] : [];
  const together = services.length > 1 && random.fork('together').chance(0.6);
  const drawn = (together ? drawOnTop : drawReleases)(services, random.fork('releases'));
  const releases = drawn.map((release, index) => ({
    ...release,
    ...drawRest(
      services.find(({ service }) => service === release.service) as Service,
      index + 1,
      random.fork(`rest/${index}`),
    ),
  }));
  const decided = drawDecisions(services, releases, random.fork('decisions'));
  const checked = drawHealthChecks(decided.services, releases, random.fork('health-checks'));
  return {
    title: 'drawn',
    services: checked.services,
    unmanaged,
    history: '6m',
    deadline: '24h',
    traffic: drawTraffic(random.fork('traffic')),
    configs: quickConfigs.map((config) => ({ ...config })),
    alarms,
    parameters: drawParameters(services),
    rollbackHooks: drawHooks(services, random.fork('hooks')),
    releases: checked.releases,
    healthChecks: checked.healthChecks,
    starts: drawStarts(managed, random.fork('starts'), releases.length === 0),
    invocations: decided.invocations,
  };
}

function drawServices(random: SeededRandom): Service[] {
  const count = random.pick([1, 1, 1, 1, 1, 1, 2, 2, 2, 3]);
  return names.slice(0, count).map((service, index): Service => {
    const functions = functionIds.slice(0, random.pick([1, 1, 1, 2, 2, 3]));
    // A service whose stack moves all its aliases at once is watched as one unit.
    const withoutGroups = random.chance(0.08);
    const minMinutes = random.integer(0, 3);
    return {
      version: 1,
      service,
      stack: `${service}-stack`,
      // Earlier services depend on later ones: orders on payment.
      dependsOn: names.slice(index + 1, count).filter(() => random.chance(0.7)),
      targets: [
        ...functions.map((one, at) => ({
          kind:
            withoutGroups || (at > 0 && random.chance(0.15))
              ? ('lambda-alias' as const)
              : ('codedeploy' as const),
          function: one,
        })),
        ...(random.chance(0.85) ? [drawStackTarget(random.fork(`stack/${service}`))] : []),
        ...drawTargets(service, random.fork(`targets/${service}`)),
      ],
      policy: {
        ...(random.fork(`failure/${service}`).chance(0.25) && { onFailure: 'continue' as const }),
        bake: {
          minMinutes,
          minRequests: random.pick([20, 50, 100]),
          maxMinutes: minMinutes + random.integer(1, 5),
        },
        limits: {
          errorRate: 0.05,
          sampleRequests: random.pick([10, 30]),
          ...(random.chance(0.6) && { slow: { overMs: 400 } }),
        },
      },
    };
  });
}

function drawTraffic(random: SeededRandom): ScenarioInput['traffic'] {
  const requestsPerMinute = random.pick([0, 8, 40, 120, 120, 300, 300, 600]);
  return { requestsPerMinute, errorRate: random.pick([0, 0.001, 0.01]), latencyMs: 80 };
}

function drawReleases(services: readonly Service[], random: SeededRandom): Release[] {
  const first = random.pick(services);
  const shape = random.uniform();
  if (shape < 0.04) return [];
  const one = (service: Service, atSeconds: number, goodness: number): Release => ({
    service: service.service,
    at: `${atSeconds}s`,
    config: random.pick(configs),
    ...(service.targets.length > 2 && random.chance(0.25) && { functions: ['Api'] }),
    ...drawResult(random, goodness),
  });
  if (shape < 0.4) return [one(first, 0, 0.3)];
  // A good release that is settled, so that there is a restore point, and another release after it.
  const settled: Release = { service: first.service, at: '0s', config: 'AllAtOnce' };
  const later = one(first, random.integer(240, 720), 0.15);
  if (shape < 0.75) return [settled, later];
  return [settled, later, one(random.pick(services), random.integer(0, 1_200), 0.3)].sort(
    (a, b) => Number.parseInt(String(a.at), 10) - Number.parseInt(String(b.at), 10),
  );
}

/**
 * All services are released healthy, then a provider badly and others on top of it: releases that must go back together. Now
 * and then the order differs, so that some have not been released since.
 */
function drawOnTop(services: readonly Service[], random: SeededRandom): Release[] {
  const provider = services.at(-1) as Service;
  const settled = services.map((service, index): Release => {
    return { service: service.service, at: `${index * 20}s`, config: 'AllAtOnce' };
  });
  const began = random.integer(600, 900);
  const bad: Release = {
    service: provider.service,
    at: `${began}s`,
    config: random.pick(['AllAtOnce', 'Canary10Percent5Minutes', 'Half1Minute']),
    bad: { errorRate: random.pick([0.3, 1]), after: `${random.integer(2, 4)}m` },
  };
  const others = services
    .slice(0, -1)
    .filter(() => random.chance(0.85))
    .map((service): Release => {
      const at = `${began + random.integer(-60, 100)}s`;
      return { service: service.service, at, config: random.pick(configs), ...drawResult(random, 0.8) };
    });
  return [...settled, bad, ...others].sort(
    (a, b) => Number.parseInt(String(a.at), 10) - Number.parseInt(String(b.at), 10),
  );
}

/** The behaviour of a release, and its hooks. */
function drawResult(random: SeededRandom, goodness: number): Pick<Release, 'bad' | 'hooks'> {
  if (random.chance(goodness)) {
    return random.chance(0.2) ? { hooks: { preTraffic: { result: 'Succeeded', after: '20s' } } } : {};
  }
  const hook = random.pick(['preTraffic', 'postTraffic'] as const);
  return random.pick<Pick<Release, 'bad' | 'hooks'>>([
    { bad: { errorRate: random.pick([0.1, 0.3, 1]) } },
    { bad: { errorRate: random.pick([0.1, 0.3, 1]) } },
    { bad: { latencyMs: 900 } },
    { bad: { errorRate: 0.4, after: `${random.integer(1, 8)}m` } },
    { bad: { errorRate: 0.4, after: `${random.integer(0, 4)}m`, until: `${random.integer(5, 9)}m` } },
    { bad: { errorRate: 0.06 } },
    { hooks: { [hook]: { result: random.pick(['Failed', 'TimedOut'] as const), after: '10s' } } },
  ]);
}

function drawAlarms(services: readonly Service[], random: SeededRandom): Alarm[] {
  const alarms: Alarm[] = [];
  for (const { service } of services) {
    if (random.chance(0.35)) {
      alarms.push({
        name: `${service}-errors`,
        service,
        function: 'Api',
        metric: 'Errors',
        threshold: 5,
        stopsDeployments: random.chance(0.5),
        declared: random.chance(0.7),
      });
    }
    if (random.chance(0.08)) {
      const from = random.integer(-120, 900);
      alarms.push({
        name: `${service}-scripted`,
        service,
        stopsDeployments: random.chance(0.5),
        declared: random.chance(0.7),
        script: [
          { at: '-5m', state: random.pick(['OK', 'INSUFFICIENT_DATA'] as const) },
          { at: `${from}s`, state: 'ALARM' },
          { at: `${from + random.integer(30, 1_200)}s`, state: random.pick(['OK', 'DELETED'] as const) },
        ],
      });
    }
  }
  return alarms;
}

function drawStarts(
  services: readonly string[],
  random: SeededRandom,
  needed: boolean,
): NonNullable<ScenarioInput['starts']> {
  const service = random.pick(services);
  const starts: NonNullable<ScenarioInput['starts']> = [];
  const moment = () => `${random.integer(0, 1_200)}s`;
  if (needed || random.chance(0.08)) {
    const input = random.pick<Record<string, string>>([
      { service },
      { service, reason: 'customers complain' },
      { service, mode: 'plan' },
      { service: `${service}x` },
    ]);
    starts.push({ at: moment(), input });
  }
  if (random.chance(0.08)) {
    const input = random.pick<Record<string, string>>([
      {},
      { service },
      { service, verdict: 'good', reason: 'it ran for a month' },
      { service, verdict: 'bad' },
    ]);
    starts.push({ at: moment(), machine: 'record-release', input });
  }
  return starts;
}
