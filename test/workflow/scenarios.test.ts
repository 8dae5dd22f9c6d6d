import { runScenario } from '../../local/rehearsal/run-scenario.ts';
import { findScenario, scenarioNames } from '../../local/rehearsal/scenario-file.ts';

// The first run loads every handler and SDK client, which a busy machine takes its time for.
jest.setTimeout(60_000);

const root = process.cwd();

describe('scenarios', () => {
  for (const name of scenarioNames(root)) {
    const scenario = findScenario(root, name);

    it(`${name}: ${scenario.title}`, async () => {
      const { violations } = await runScenario(scenario, { seed: 1, root });

      expect(violations).toEqual([]);
    });
  }
});
