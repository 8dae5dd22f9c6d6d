import fc from 'fast-check';
import {
  checkRouting,
  PREDEFINED_CONFIGS,
  timetable,
} from '../../../account/codedeploy/deployment-config.ts';

const MINUTE = 60_000;

const minutes = (name: string) => {
  const config = PREDEFINED_CONFIGS.find((candidate) => candidate.name === `CodeDeployDefault.Lambda${name}`);
  if (!config) throw new Error(`no config ${name}`);
  return timetable(config.routing).map(({ afterMs, weight }) => [afterMs / MINUTE, weight]);
};

describe('timetable', () => {
  it('moves everything at once', () => {
    expect(minutes('AllAtOnce')).toEqual([[0, 1]]);
  });

  it.each([5, 10, 15, 30])('moves 10 %% and the rest after %i minutes', (interval) => {
    expect(minutes(`Canary10Percent${interval}Minutes`)).toEqual([
      [0, 0.1],
      [interval, 1],
    ]);
  });

  it.each([
    ['Linear10PercentEvery1Minute', 1],
    ['Linear10PercentEvery2Minutes', 2],
    ['Linear10PercentEvery3Minutes', 3],
    ['Linear10PercentEvery10Minutes', 10],
  ])('%s moves ten steps of 10 %%', (name, interval) => {
    expect(minutes(name)).toEqual(
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((weight, step) => [step * interval, weight]),
    );
  });

  it('ends with a smaller step when the percentage does not divide 100', () => {
    const shifts = timetable({
      type: 'TimeBasedLinear',
      timeBasedLinear: { linearPercentage: 30, linearInterval: 1 },
    });
    expect(shifts.map(({ weight }) => weight)).toEqual([0.3, 0.6, 0.9, 1]);
  });

  it('never shifts back and always ends with all traffic, for any valid routing', () => {
    const percentage = fc.integer({ min: 1, max: 99 });
    const interval = fc.integer({ min: 1, max: 3000 });
    const routing = fc.oneof(
      fc.record({
        type: fc.constant('TimeBasedCanary' as const),
        timeBasedCanary: fc.record({ canaryPercentage: percentage, canaryInterval: interval }),
      }),
      fc.record({
        type: fc.constant('TimeBasedLinear' as const),
        timeBasedLinear: fc.record({ linearPercentage: percentage, linearInterval: interval }),
      }),
    );
    fc.assert(
      fc.property(routing, (wanted) => {
        const shifts = timetable(wanted);
        const accepted = (shifts.at(-1)?.afterMs ?? 0) <= 2880 * MINUTE;
        if (accepted) checkRouting(wanted);
        else expect(() => checkRouting(wanted)).toThrow('2880');
        expect(shifts[0]?.afterMs).toBe(0);
        expect(shifts.at(-1)?.weight).toBe(1);
        for (let i = 1; i < shifts.length; i += 1) {
          expect(shifts[i]?.weight).toBeGreaterThan(shifts[i - 1]?.weight as number);
          expect(shifts[i]?.afterMs).toBeGreaterThan(shifts[i - 1]?.afterMs as number);
        }
      }),
    );
  });
});

describe('checkRouting', () => {
  it.each([
    ['a percentage of 0', { canaryPercentage: 0, canaryInterval: 5 }],
    ['a percentage of 100', { canaryPercentage: 100, canaryInterval: 5 }],
    ['an interval of 0', { canaryPercentage: 10, canaryInterval: 0 }],
    ['a shift over more than 2,880 minutes', { canaryPercentage: 10, canaryInterval: 2881 }],
  ])('refuses %s', (_, timeBasedCanary) => {
    expect(() => checkRouting({ type: 'TimeBasedCanary', timeBasedCanary })).toThrow(
      expect.objectContaining({ name: 'InvalidTrafficRoutingConfigurationException' }),
    );
  });

  it('refuses a type with the numbers of another', () => {
    expect(() =>
      checkRouting({
        type: 'TimeBasedCanary',
        timeBasedLinear: { linearPercentage: 10, linearInterval: 1 },
      }),
    ).toThrow(expect.objectContaining({ name: 'InvalidTrafficRoutingConfigurationException' }));
  });
});
