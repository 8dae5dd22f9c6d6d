import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { ScenarioInput } from './simulation-case.ts';

type Service = NonNullable<ScenarioInput['services']>[number];
type Release = NonNullable<ScenarioInput['releases']>[number];
type HealthCheck = NonNullable<ScenarioInput['healthChecks']>[number];

/** The health checks of one run: the services that use one, the findings, and the broken checks. */
export interface DrawnHealthChecks {
  readonly services: Service[];
  readonly releases: Release[];
  readonly healthChecks: HealthCheck[];
}

/**
 * One run of six has services with a health check. Half of their bad releases are found unhealthy, some only by the check;
 * now and then a check itself is broken.
 */
export function drawHealthChecks(
  services: readonly Service[],
  releases: readonly Release[],
  random: SeededRandom,
): DrawnHealthChecks {
  if (!random.chance(0.17)) return { services: [...services], releases: [...releases], healthChecks: [] };
  const checked = services.map((one): Service => {
    const check = { function: `HealthCheck_${one.service}`, failures: random.integer(1, 4) };
    return { ...one, policy: { ...one.policy, healthChecks: [check] } };
  });
  const sick = releases.map((release): Release => {
    const { bad } = release;
    if (!bad || !random.chance(0.5)) return release;
    const { errorRate: _, latencyMs: __, ...when } = bad;
    const seen = random.chance(0.5) ? when : bad;
    return { ...release, bad: { ...seen, unhealthy: 'the answers are wrong' } };
  });
  const broken = checked.flatMap(({ service }): HealthCheck[] => {
    if (!random.chance(0.3)) return [];
    const result = random.pick(['Broken', 'Broken', 'Silent', 'Mute', 'Missing'] as const);
    return [{ function: `HealthCheck_${service}`, result, from: `${random.integer(-60, 1_200)}s` }];
  });
  return { services: checked, releases: sick, healthChecks: broken };
}
