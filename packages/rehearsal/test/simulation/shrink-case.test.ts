import type { FaultInput } from '../../faults/fault.ts';
import { recordedSettings } from '../../simulation/draw-settings.ts';
import type { CaseReport } from '../../simulation/run-case.ts';
import { shrinkCase } from '../../simulation/shrink-case.ts';
import type { SimulationCase } from '../../simulation/simulation-case.ts';
import { badRelease } from './scenarios.ts';

const faults: FaultInput[] = ['codedeploy', 's3', 'sns', 'ssm', 'lambda', 'dynamodb', 'sfn'].map(
  (service) => ({
    kind: 'throttle',
    service,
  }),
);
const found: SimulationCase = { seed: 1, scenario: { ...badRelease, alarms: [] }, faults };

/** Breaks a promise whenever all of these services are throttled. */
function breaksBy(...services: string[]) {
  let runs = 0;
  const play = async (one: SimulationCase): Promise<CaseReport> => {
    runs += 1;
    const struck = one.faults.map((fault) => ('service' in fault ? fault.service : ''));
    const broken = services.every((service) => struck.includes(service));
    return {
      seed: one.seed,
      violations: broken ? [{ promise: 'p', at: 0, detail: '' }] : [],
      struck: {},
      settings: recordedSettings,
      outcomes: [],
      visited: [],
      virtualSeconds: 0,
      wallMs: 0,
      timeline: [],
    };
  };
  return { play, runs: () => runs };
}

const servicesOf = (one: SimulationCase) =>
  one.faults.map((fault) => ('service' in fault ? fault.service : '')).sort();

describe('shrinkCase', () => {
  it.each([[['sns']], [['codedeploy', 'sfn']], [['s3', 'ssm', 'lambda']]])(
    'keeps only the faults that matter: %j',
    async (needed) => {
      const { play } = breaksBy(...needed);
      const shrunk = await shrinkCase(found, await play(found), play);
      expect(servicesOf(shrunk)).toEqual([...needed].sort());
    },
  );

  it('drops the parts of a scenario that it does not need', async () => {
    const { play } = breaksBy('sns');
    const starts = [{ at: '1m', input: { service: 'orders' } }];
    const rich: SimulationCase = { ...found, scenario: { ...found.scenario, starts } };
    const shrunk = await shrinkCase(rich, await play(rich), play);
    expect(shrunk.scenario.starts).toEqual([]);
  });

  it('names only the settings of the account that matter', async () => {
    const account = { republish: 'new-version', externalId: 'absent', serviceRole: false } as const;
    const play = async (one: SimulationCase): Promise<CaseReport> => {
      const report = await breaksBy().play(one);
      return one.scenario.account?.externalId === 'absent' ? report : { ...report, violations: [] };
    };
    const harsh: SimulationCase = { ...found, faults: [], scenario: { ...found.scenario, account } };
    const shrunk = await shrinkCase(harsh, await play(harsh), play);
    expect(shrunk.scenario.account).toEqual({
      republish: 'refused-if-last',
      externalId: 'absent',
      serviceRole: true,
    });
  });

  it('keeps within its number of runs', async () => {
    const { play, runs } = breaksBy('codedeploy', 'sfn');
    const report = await play(found);
    await shrinkCase(found, report, play, 4);
    expect(runs()).toBe(5);
  });
});
