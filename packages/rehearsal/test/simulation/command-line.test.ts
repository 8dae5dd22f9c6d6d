import { parseSimulateCommand } from '../../simulation/command-line.ts';

describe('parseSimulateCommand', () => {
  it('sweeps two hundred random scenarios from seed 1 by default', () => {
    expect(parseSimulateCommand([])).toEqual({
      do: 'sweep',
      runs: 200,
      seed: 1,
      scenario: undefined,
      json: undefined,
      coverage: false,
      workers: undefined,
    });
  });

  it('takes runs, seed, scenario, file and coverage', () => {
    const argv = '--runs 10 --seed=7 --scenario bad-canary --json out.json --coverage --workers 1'.split(' ');
    expect(parseSimulateCommand(argv)).toEqual({
      do: 'sweep',
      runs: 10,
      seed: 7,
      scenario: 'bad-canary',
      json: 'out.json',
      coverage: true,
      workers: 1,
    });
  });

  it('replays a seed or a case', () => {
    expect(parseSimulateCommand(['--replay', '12'])).toEqual({ do: 'replay', seed: 12, scenario: undefined });
    expect(parseSimulateCommand(['--case', 'found.json'])).toEqual({ do: 'case', file: 'found.json' });
  });

  it.each([[['--runs', '0']], [['--seed', '1.5']], [['--seed', '-1']], [['--rusn', '1']], [['orders']]])(
    'refuses %j',
    (argv) => {
      expect(() => parseSimulateCommand(argv)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    },
  );
});
