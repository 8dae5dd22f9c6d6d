import { findScenario, scenarioNames } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { problemsOfCommands } from '../commands/check-commands.ts';

const root = process.cwd();

describe('scenarios', () => {
  for (const name of scenarioNames(root)) {
    const scenario = findScenario(root, name);

    it(`${name}: ${scenario.title}`, async () => {
      const { result, violations } = await watchedRun(scenario);

      expect(result.violations).toEqual([]);
      expect(violations).toEqual([]);
      expect(result.mails.flatMap(({ body }) => problemsOfCommands(body))).toEqual([]);
    });
  }
});
