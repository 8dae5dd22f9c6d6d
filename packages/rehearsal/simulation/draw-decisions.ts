import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { releaseIdOf } from '../../../shared/ledger/records.ts';
import { duration } from '../scenario/duration.ts';
import type { ScenarioInput } from './simulation-case.ts';

type Service = NonNullable<ScenarioInput['services']>[number];
type Release = NonNullable<ScenarioInput['releases']>[number];
type Invocations = NonNullable<ScenarioInput['invocations']>;

/** The default start of a scenario, its 0. */
const zero = Date.parse('2026-01-05T09:00:00Z');

/**
 * People's decisions, in one run of four: services with less autonomy or a small budget, and persons who answer, at random
 * moments, and put services on hold and release them.
 */
export function drawDecisions(
  services: readonly Service[],
  releases: readonly Release[],
  random: SeededRandom,
): { readonly services: Service[]; readonly invocations: Invocations } {
  if (!random.chance(0.25)) return { services: [...services], invocations: [] };
  const governed = services.map((one): Service => {
    const policy = {
      autonomy: random.pick(['observe', 'recommend', 'approve', 'approve', 'act', 'act'] as const),
      approval: {
        minutes: random.integer(2, 15),
        ...(random.chance(0.4) && { unless: 'hard-breach' as const }),
      },
      budget: { rollbacks: random.pick([0, 1, 1, 3]), hours: 1 },
    };
    return { ...one, policy: { ...one.policy, ...policy } };
  });
  const answers = releases.map(({ service, at }) => {
    const began = duration.parse(at);
    const input = {
      incidentId: releaseIdOf(service, new Date(zero + began).toISOString()),
      answer: random.pick(['approve', 'approve', 'refuse'] as const),
      by: 'a person',
    };
    return {
      at: `${Math.round(began / 1000) + random.integer(60, 1_200)}s`,
      function: 'answer-approval' as const,
      input,
    };
  });
  const held = random.pick(['*', ...services.map(({ service }) => service)]);
  const from = random.integer(0, 900);
  const holds = random.chance(0.3)
    ? [true, false].map((hold) => ({
        at: `${hold ? from : from + random.integer(60, 900)}s`,
        function: 'hold-service' as const,
        input: { service: held, hold, by: 'a person' },
      }))
    : [];
  return { services: governed, invocations: [...answers, ...holds] };
}
