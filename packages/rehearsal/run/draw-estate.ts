import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import * as z from 'zod';
import type { scenarioFile } from '../scenario/scenario.ts';

type ScenarioText = z.input<typeof scenarioFile>;
type Listed = NonNullable<ScenarioText['services']>[number];
/** The stacks of a rehearsal are made from the listed targets. */
type Service = Listed & { readonly targets: NonNullable<Listed['targets']> };
type Release = NonNullable<ScenarioText['releases']>[number];

/** Sizes that can be drawn: from two services to as many as one machine plays in minutes. */
export const estateSize = z.number().int().min(2).max(2_000);

const secondsApart = 5;
/** A stack moves its alias about 20 s after its update begins: by then users have met the bad release before all others. */
const secondsAfterBad = 60;
/**
 * A provider is released at least so many services before its consumers. Of 383 updates each moved its alias after 14 to 34 s:
 * with less than 20 s between them, users might meet a consumer before its provider, and that consumer would rightly stay.
 */
const servicesBetween = 25 / secondsApart;

/**
 * Draws a whole estate: many services released once and found good, then, in the order of their dependencies, nearly all of
 * them again; the first, on which most others depend, turns bad when the last is out. All services released on top of it,
 * directly or transitively, must go back, and the few others must stay.
 *
 * A service depends on one to three earlier services, mostly near ones but not the nearest, which makes chains. Half are behind
 * CodeDeploy, half have plain aliases; three of five have a stack to restore, one of seven a parameter.
 *
 * @param size services, within {@link estateSize}
 */
export function drawEstate(size: number): ScenarioText {
  const random = new SeededRandom(size).fork('estate');
  const names = Array.from({ length: size }, (_, index) => `service-${String(index).padStart(4, '0')}`);
  const [first = ''] = names;
  const secondsOfWave = size * secondsApart;
  const services = names.map((name, index) => drawService(name, names.slice(0, index), random.fork(name)));
  // Watched until the last release on top of it is out, and some time longer.
  const minMinutes = Math.ceil(secondsOfWave / 60) + 30;
  const secondWave = secondsOfWave + 3_600;
  const again = names.filter((name) => name === first || random.fork(`again/${name}`).chance(0.9));
  const goesBack = new Set([first]);
  for (const { service, dependsOn = [] } of services) {
    const onTop = dependsOn.some((provider) => goesBack.has(String(provider)));
    if (onTop && again.includes(service)) goesBack.add(service);
  }
  return {
    title: `${size} services, and the one that most stand on is bad`,
    services,
    policies: { [first]: { bake: { minMinutes, minRequests: 20, maxMinutes: minMinutes + 60 } } },
    history: '30m',
    traffic: { requestsPerMinute: 120, errorRate: 0.001, latencyMs: 80 },
    parameters: services.flatMap(({ targets }) =>
      targets.flatMap((target) => (target.kind === 'parameter' && target.name ? [initial(target.name)] : [])),
    ),
    releases: [
      ...names.map((service, index): Release => {
        return { service, at: `${60 + index * secondsApart}s`, config: 'AllAtOnce' };
      }),
      ...again.map((service): Release => {
        const at =
          secondWave + names.indexOf(service) * secondsApart + (service === first ? 0 : secondsAfterBad);
        const bad = { errorRate: 0.5, after: `${secondsOfWave + 900}s` };
        const parameter = parameterOf(service);
        const hasParameter = services.some(
          (one) => one.service === service && one.targets.some(({ kind }) => kind === 'parameter'),
        );
        return {
          service,
          at: `${at}s`,
          config: 'AllAtOnce',
          ...(hasParameter && { parameters: { [parameter]: 'after' } }),
          ...(service === first && { bad }),
        };
      }),
    ],
    expect: {
      incidents: [{ service: first, outcome: 'traffic-restored', detectedWithin: '10m' }],
      serves: Object.fromEntries(
        names.map((name) => [name, again.includes(name) && !goesBack.has(name) ? 2 : 1]),
      ),
    },
  };
}

function drawService(service: string, before: readonly string[], random: SeededRandom): Service {
  const providers = new Set<string>();
  const reach = Math.max(8, Math.floor(before.length / 8));
  for (let count = Math.min(before.length, random.integer(1, 3)); count > 0; count -= 1) {
    providers.add(
      before[Math.max(0, before.length - servicesBetween - random.integer(0, reach - 1))] as string,
    );
  }
  return {
    version: 1,
    service,
    stack: `shop-${service}`,
    dependsOn: [...providers],
    targets: [
      // The coordinator begins an automatic rollback only for a release that came with a deployment.
      { kind: before.length === 0 || random.chance(0.5) ? 'codedeploy' : 'lambda-alias', function: 'Api' },
      ...(random.chance(0.6) ? [{ kind: 'cloudformation' as const }] : []),
      ...(random.chance(1 / 7) ? [{ kind: 'parameter' as const, name: parameterOf(service) }] : []),
    ],
    policy: { bake: { minMinutes: 1, minRequests: 20, maxMinutes: 10 } },
  };
}

function parameterOf(service: string): string {
  return `/shop-${service}/settings/limit`;
}

function initial(name: string) {
  return { name, value: 'before' };
}
