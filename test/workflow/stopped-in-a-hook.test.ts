import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { breakCalls } from '../../packages/rehearsal/test/promises/mutants.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

it('a deployment whose lifecycle hook takes 20 minutes is asked to stop once, and followed', async () => {
  const stops: string[] = [];
  const countsStops = breakCalls(
    { by: /./, service: 'codedeploy', operation: 'StopDeployment' },
    async ({ input }, real) => {
      stops.push(String(input.deploymentId));
      return real();
    },
  );

  const { result, violations } = await watchedRun(
    findScenario(process.cwd(), 'stopped-in-a-hook'),
    countsStops,
  );

  expect(stops).toHaveLength(2);
  expect(new Set(stops).size).toBe(2);
  expect(result.violations).toEqual([]);
  expect(violations).toEqual([]);
});
