import { fault } from '../../faults/fault.ts';
import { type AccountSettingName, accountSettings } from '../../scenario/scenario-account.ts';
import { drawCase } from '../../simulation/draw-case.ts';
import { recordedSettings } from '../../simulation/draw-settings.ts';
import { scenarioInput, scenarioOf } from '../../simulation/simulation-case.ts';

const root = process.cwd();
const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('drawCase', () => {
  it('draws the same for the same seed', () => {
    expect(drawCase(7, root)).toEqual(drawCase(7, root));
  });

  it('draws scenarios that can be played and faults of the schema', () => {
    for (const seed of seeds) {
      const { scenario, faults } = drawCase(seed, root);
      expect(scenarioOf(scenario, root).services.length).toBeGreaterThan(0);
      for (const one of faults) expect(fault.parse(one).kind).toBe(one.kind);
    }
  });

  it('draws plain data', () => {
    const drawn = drawCase(3, root);
    expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
  });

  it('varies scenarios and faults', () => {
    const drawn = seeds.map((seed) => drawCase(seed, root));
    expect(new Set(drawn.map(({ scenario }) => JSON.stringify(scenario))).size).toBeGreaterThan(55);
    expect(new Set(drawn.flatMap(({ faults }) => faults.map(({ kind }) => kind))).size).toBeGreaterThan(10);
  });

  it('strikes a given scenario', () => {
    const given = scenarioInput(root, 'bad-canary');
    expect(drawCase(7, root, given).scenario).toMatchObject(given);
  });

  it('draws every value of every setting of the account', () => {
    const drawn = seeds.map((seed) => drawCase(seed, root).scenario.account ?? {});
    for (const [name, { values }] of Object.entries(accountSettings)) {
      const found = new Set<unknown>(drawn.map((account) => account[name as AccountSettingName]));
      expect([name, found]).toEqual([name, new Set<unknown>(values)]);
    }
  });

  it('keeps the settings that a given scenario names', () => {
    const given = { ...scenarioInput(root, 'bad-canary'), account: { republish: 'new-version' } as const };
    for (const seed of seeds.slice(0, 10)) {
      expect(drawCase(seed, root, given).scenario.account?.republish).toBe('new-version');
    }
  });

  it('plays a case without settings as it was recorded', () => {
    const { account } = scenarioOf(scenarioInput(root, 'bad-canary'), root);
    expect(account).toMatchObject(recordedSettings);
  });

  it('names the existing scenarios when asked for a missing one', () => {
    expect(() => scenarioInput(root, 'bad-canry')).toThrow(/bad-canary/);
  });
});
