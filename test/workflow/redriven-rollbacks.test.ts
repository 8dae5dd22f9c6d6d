import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../packages/rehearsal/simulation/run-case.ts';
import { type SimulationCase, simulationCase } from '../../packages/rehearsal/simulation/simulation-case.ts';

const root = process.cwd();
const file = join(root, 'packages/rehearsal/test/simulation/cases/redriven-after-its-incident-ended.json');
const { found: _, ...base } = simulationCase.parse(JSON.parse(readFileSync(file, 'utf8')));

/** The same, where the rollback is stopped in another state, and redriven after another while. */
function redriven(state: string, nth: number, after: number): SimulationCase {
  const release = base.faults.filter(({ kind }) => kind === 'release');
  return {
    ...base,
    faults: [
      ...release,
      {
        kind: 'stop-execution',
        machine: 'CoordinateRollback',
        when: { machine: 'CoordinateRollback', state, nth, after: 20 },
      },
      { kind: 'redrive', machine: 'CoordinateRollback', nth: 1, after },
    ],
  };
}

const firstTime = ['OpenIncident', 'PlanRollback', 'AwaitPermission', 'AcquireLocks', 'AnnounceIncident'];
const planningAgain = ['PlanRollback', 'AwaitPermission', 'AcquireLocks', 'AnnounceIncident'];

describe.each([
  ['before its end was reported', 500],
  ['after its incident was ended', 5000],
])('a rollback that is stopped, and redriven %s', (_, after) => {
  it.each([
    ...firstTime.map((state) => [state, 1] as const),
    ...planningAgain.map((state) => [state, 2] as const),
  ])('keeps every promise: in %s, time %d', async (state, nth) => {
    const { violations } = await runCase(redriven(state, nth, after), { root });
    expect(violations).toEqual([]);
  });
});
