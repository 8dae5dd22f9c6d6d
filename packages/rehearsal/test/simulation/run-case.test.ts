import { drawCase } from '../../simulation/draw-case.ts';
import { runCase } from '../../simulation/run-case.ts';
import { badRelease } from './scenarios.ts';

const root = process.cwd();

describe('runCase', () => {
  it('rolls a bad release back and keeps every promise', async () => {
    const report = await runCase({ seed: 1, scenario: badRelease, faults: [] }, { root });
    expect(report).toMatchObject({ violations: [], outcomes: ['rolled-back'], struck: {}, timeline: [] });
    expect(report.visited).toContain('rollback-coordinator-coordinate-rollback/PlanRollback');
  });

  it('gives the same report for the same case', async () => {
    const once = await runCase(drawCase(5, root), { root, inFull: true });
    const again = await runCase(drawCase(5, root), { root, inFull: true });
    const timeless = ({ wallMs: _, result, ...report }: typeof once) => ({
      ...report,
      result: { ...result, wallMs: 0 },
    });
    expect(timeless(again)).toEqual(timeless(once));
  });

  it('reports a run that does not come to rest', async () => {
    const scenario = { ...badRelease, deadline: '1m' };
    const { violations } = await runCase({ seed: 1, scenario, faults: [] }, { root });
    expect(violations.map(({ promise }) => promise)).toContain('comes-to-rest');
  });

  it('reports an error that breaks the run itself', async () => {
    const { violations } = await runCase(
      {
        seed: 1,
        scenario: badRelease,
        faults: [
          {
            kind: 'stop-execution',
            machine: 'NoSuchMachine',
            when: { machine: 'NoSuchMachine', state: 'X' },
          },
        ],
      },
      { root },
    );
    expect(violations).toMatchObject([
      { promise: 'no-exception', detail: expect.stringContaining('NoSuchMachine') },
    ]);
  });
});
