import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../packages/rehearsal/simulation/run-case.ts';
import { type SimulationCase, simulationCase } from '../../packages/rehearsal/simulation/simulation-case.ts';

const root = process.cwd();
const readCase = (name: string) => {
  const file = join(root, `packages/rehearsal/test/simulation/cases/${name}.json`);
  const { found: _, ...read } = simulationCase.parse(JSON.parse(readFileSync(file, 'utf8')));
  return read;
};
const base = readCase('redriven-after-its-incident-ended');
const ofService = readCase('service-redriven-after-its-incident-ended');

/** The same case with the rollback stopped in another state, and redriven after another delay. */
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

describe('a rollback of a service that is stopped, and redriven after its incident was ended', () => {
  it.each(['WaitForConsumers', 'PrepareService', 'StartTarget', 'PollTarget', 'FinishService'])(
    'changes nothing, because the lock is lost: in %s',
    async (state) => {
      const machine = 'RollBackService';
      const [, redrive] = ofService.faults;
      const faults = [{ kind: 'stop-execution', machine, when: { machine, state } }, redrive];
      const { violations, result } = await runCase(simulationCase.parse({ ...ofService, faults }), {
        root,
        inFull: true,
      });
      expect(violations).toEqual([]);
      const ended = result?.executions.map(({ error }) => error);
      expect(ended).toContain('LockLost');
    },
  );
});
