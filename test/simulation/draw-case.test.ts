import { fault } from '../../local/faults/fault.ts';
import { drawCase } from '../../local/simulation/draw-case.ts';
import { scenarioInput, scenarioOf } from '../../local/simulation/simulation-case.ts';

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
    expect(drawCase(7, root, given).scenario).toBe(given);
  });

  it('names the scenarios there are when one is asked for that is not', () => {
    expect(() => scenarioInput(root, 'bad-canry')).toThrow(/bad-canary/);
  });
});
