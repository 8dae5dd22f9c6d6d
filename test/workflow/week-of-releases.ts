import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { stringify } from 'yaml';
import type { Scenario } from '../../packages/rehearsal/scenario/scenario.ts';
import { parseScenario, readCatalog } from '../../packages/rehearsal/scenario/scenario-file.ts';

const configs = [
  'AllAtOnce',
  'Canary10Percent5Minutes',
  'Canary10Percent10Minutes',
  'Linear10PercentEvery1Minute',
];

/** Hours between two releases of one service: longer than a release and its rollback take together. */
const spacing = { least: 30, most: 72 };

/**
 * A week of the e-commerce platform: every service with functions is released every day or two, at any time of the day and
 * independently of the others. One release in four is bad: from its first request, or only later; in all its functions, or
 * in one.
 */
export function weekOfReleases(root: string, seed: number): Scenario {
  const random = new SeededRandom(seed).fork('week');
  const services = readCatalog(root, '.', 'ecommerce', 'week').filter(({ targets }) => targets.length > 1);
  const releases = services.flatMap(({ service, targets }) => {
    const functions = targets.flatMap((target) => ('function' in target ? [target.function] : []));
    const found: object[] = [];
    for (
      let hours = random.integer(1, spacing.most);
      hours < 7 * 24 - 6;
      hours += random.integer(spacing.least, spacing.most)
    ) {
      const some = random.chance(0.6) ? [random.pick(functions)] : functions;
      found.push({
        service,
        at: `${hours * 60 + random.integer(0, 59)}m`,
        config: random.pick(configs),
        functions: some,
        ...(random.chance(0.25) && {
          bad: { errorRate: 0.4, after: `${random.pick([0, 0, 4, 9])}m`, functions: [random.pick(some)] },
        }),
      });
    }
    return found;
  });
  const policy = { bake: { minMinutes: 5, minRequests: 50, maxMinutes: 20 } };
  const text = stringify({
    title: 'A week of releases',
    catalog: 'ecommerce',
    policies: Object.fromEntries(services.map(({ service }) => [service, policy])),
    history: '30m',
    deadline: '240h',
    traffic: { requestsPerMinute: 60 },
    releases,
    expect: { incidents: [] },
  });
  return parseScenario(text, {
    file: 'week',
    readCatalog: (name) => readCatalog(root, '.', name, 'week'),
  });
}
