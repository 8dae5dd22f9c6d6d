import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { drawFaults } from '../faults/draw-faults.ts';
import { functionsOf } from '../scenario/service-functions.ts';
import { drawScenario } from './draw-scenario.ts';
import { drawSettings, inAccount } from './draw-settings.ts';
import { type ScenarioInput, type SimulationCase, scenarioOf } from './simulation-case.ts';
import { surfaceOf } from './surface.ts';

/**
 * Draws the run of a seed: a scenario (or the given one), its account, and its faults.
 *
 * @param root the project's root: its template defines what faults can strike
 * @param given drawn faults strike this scenario instead of a drawn one
 */
export function drawCase(seed: number, root: string, given?: ScenarioInput): SimulationCase {
  const random = new SeededRandom(seed).fork('case');
  const scenario = inAccount(
    given ?? drawScenario(random.fork('scenario')),
    drawSettings(random.fork('account')),
  );
  const parsed = scenarioOf(scenario, root);
  const { services, alarms } = parsed;
  const surface = surfaceOf(root);
  const faults = drawFaults(random.fork('faults'), {
    functions: surface.functions,
    states: surface.places.filter(({ route }) => route === 'state'),
    services: services.map((entry) => ({ service: entry.service, functions: functionsOf(parsed, entry) })),
    alarms: alarms.map(({ name }) => name),
  });
  return { seed, scenario, faults };
}
