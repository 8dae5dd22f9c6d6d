import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { breakCalls } from '../../packages/rehearsal/test/promises/mutants.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

it('a service whose consumers could not notify it finds out by itself that they are done', async () => {
  let swallowed = 0;
  const swallowsTheFirst = breakCalls(
    { by: /./, service: 'sfn', operation: 'SendTaskSuccess' },
    async (_, real) => {
      swallowed += 1;
      return swallowed <= 2 ? {} : real();
    },
  );
  const scenario = findScenario(process.cwd(), 'diamond');
  const late = {
    ...scenario,
    expect: { ...scenario.expect, incidents: [{ service: 'base', outcome: 'rolled-back' as const }] },
  };

  const { result, violations } = await watchedRun(late, swallowsTheFirst);

  expect(swallowed).toBeGreaterThan(2);
  expect(result.violations).toEqual([]);
  expect(violations).toEqual([]);
});
