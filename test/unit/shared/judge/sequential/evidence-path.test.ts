import * as fc from 'fast-check';
import { against } from '../../../../../shared/judge/sequential/against.ts';
import { compared, type Step } from '../../../../../shared/judge/sequential/compared.ts';
import {
  evidencePath,
  logMean,
  mostLikelyOnset,
  onsetWeight,
  pooled,
  ratios,
} from '../../../../../shared/judge/sequential/evidence-path.ts';
import { knownPaths, repeated, step } from './evidence-paths.ts';

fc.configureGlobal({ seed: 1 });

const counts = fc
  .tuple(
    fc.nat(200),
    fc.nat(200),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(
    ([requests, controlRequests, bad, controlBad]): Step => ({
      requests,
      bad: Math.floor(requests * bad),
      controlRequests,
      controlBad: Math.floor(controlRequests * controlBad),
    }),
  );
const someSteps = fc.array(counts, { minLength: 1, maxLength: 40 });
const rate = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
const last = (path: Float64Array): number => path.at(-1) as number;

/** M after each step, as in the table. */
const evidences = (path: Float64Array): number[] => [...path].map(Math.exp);

/** Equal to the digits after the point in the table, or to its significant digits where it has an exponent. */
function expectDigits(actual: readonly number[], table: readonly string[]): void {
  const written = actual.map((value, index) => {
    const expected = table[index] ?? '';
    const [digits = '', exponent] = expected.split('e');
    const places = digits.split('.')[1]?.length ?? 0;
    return exponent === undefined ? value.toFixed(places) : value.toExponential(places);
  });
  expect(written.map(Number)).toEqual(table.map(Number));
}

describe('weights of the onset', () => {
  it('are half for the first step and fall off over hours', () => {
    expectDigits([0, 1, 2, 59, 119].map(onsetWeight), [
      '0.5',
      '0.008064516',
      '0.0078085',
      '0.002135854',
      '0.000946617',
    ]);
  });

  it('sum to 1', () => {
    let sum = 0;
    for (let k = 0; k < 1_000_000; k += 1) sum += onsetWeight(k);
    expect(sum).toBeGreaterThan(0.9999);
    expect(sum).toBeLessThanOrEqual(1);
  });
});

const worsens = knownPaths.find(({ name }) => name === 'the new version alone gets worse');

describe.each(knownPaths)('$name', ({ steps, tolerance = 1, cluster = 1, rate: normal, ...known }) => {
  const all = steps.map(step);

  it('compared with the control', () => {
    const path = evidencePath(compared(all, { tolerance, cluster }));
    expect(path).toHaveLength(known.compared.length);
    for (const [k, log] of known.compared.entries())
      expect(Math.abs((path[k] as number) - log)).toBeLessThan(1e-9);
  });

  it('against the normal rate', () => {
    // One known path differs from another only by its tolerance, which *against* does not use.
    const path = evidencePath(against(all, { rate: normal ?? 0.001, clustering: cluster }));
    const expected = known.against ?? worsens?.against ?? [];
    expect(path).toHaveLength(expected.length);
    for (const [k, log] of expected.entries()) expect(Math.abs((path[k] as number) - log)).toBeLessThan(1e-9);
  });
});

describe('evidence as in the tables', () => {
  const cases: [string, Step[], number, string[], string[]][] = [
    ['one of six requests fails', repeated(1, 6, 1, 54, 0), 0.001, ['3.911316'], ['13.898980']],
    [
      'the new version alone gets worse',
      [step([60, 2, 540, 0]), step([60, 3, 540, 1]), step([60, 5, 540, 0])],
      0.001,
      ['27.769325', '1677.208913', '78889983.361808'],
      ['24.421990', '94364.820291', '1299059326947.799561'],
    ],
    [
      'both fail alike',
      repeated(10, 60, 1, 540, 9),
      0.001,
      [
        '0.561257',
        '0.530720',
        '0.512524',
        '0.498546',
        '0.486701',
        '0.476222',
        '0.466744',
        '0.458051',
        '0.449995',
        '0.442463',
      ],
      [
        '1.803734',
        '6.754144',
        '33.909284',
        '189.016452',
        '1099.961017',
        '6562.021532',
        '39853.218470',
        '245481.556157',
        '1529576.509044',
        '9621359.143630',
      ],
    ],
    [
      'half of the traffic',
      repeated(14, 30, 1, 30, 0),
      0.001,
      [
        '1.415272',
        '2.205155',
        '3.712555',
        '6.600554',
        '12.154838',
        '22.874069',
        '43.623832',
        '83.894892',
        '162.227214',
        '314.885019',
        '612.882255',
        '1195.422157',
        '2335.621641',
        '4569.773150',
      ],
      [
        '3.138185',
        '24.456477',
        '248.966166',
        '2739.492196',
        '31254.726826',
        '365134.548284',
        '4342680.903066',
        '52391021.624804',
        '639440115.234331',
        '7879109928.792771',
        '97845771886.376953',
        '1222850843663.532471',
        '1.536222e+13',
        '1.938002e+14',
      ],
    ],
    [
      'five quiet minutes, then all fail',
      [...repeated(5, 6, 0, 54, 0), step([6, 6, 54, 0])],
      0.001,
      ['1.000000', '1.000000', '1.000000', '1.000000', '1.000000', '187616.693646'],
      ['0.832263', '0.779146', '0.746097', '0.721430', '0.701387', '1.290375e+13'],
    ],
    [
      'no control',
      repeated(3, 600, 30, 0, 0),
      0.001,
      ['1.000000', '1.000000', '1.000000'],
      ['7.630081e+36', '7.613816e+74', '8.489212e+112'],
    ],
    [
      'errors come and go',
      [0, 3, 0, 11, 5, 0, 6, 2, 0, 0].map((bad) => step([60, bad, 540, 0])),
      0.001,
      [
        '1.000000',
        '238.547710',
        '238.547710',
        '1.116545e+13',
        '9.050079e+17',
        '9.050079e+17',
        '7.286136e+23',
        '6.817713e+25',
        '6.817713e+25',
        '6.817713e+25',
      ],
      [
        '0.667058',
        '120.656367',
        '35.514102',
        '1.191625e+18',
        '2.785980e+25',
        '5.243798e+23',
        '9.737618e+32',
        '9.164087e+34',
        '2.059394e+33',
        '7.456906e+31',
      ],
    ],
  ];

  /** A double's digits: for large values tables have more than a double holds. */
  const expectTable = (path: Float64Array, table: readonly string[]): void => {
    const large = table.filter((entry) => !entry.includes('e') && Number(entry) >= 1e6);
    for (const entry of large) {
      const value = evidences(path)[table.indexOf(entry)] as number;
      expect(Math.abs(value / Number(entry) - 1)).toBeLessThan(1e-11);
    }
    const exact = table.map((entry) => !large.includes(entry));
    expectDigits(
      evidences(path).filter((_, index) => exact[index]),
      table.filter((_, index) => exact[index]),
    );
  };

  it.each(cases)('%s', (_, steps, normal, ofCompared, ofAgainst) => {
    expectTable(evidencePath(compared(steps)), ofCompared);
    expectTable(evidencePath(against(steps, { rate: normal })), ofAgainst);
  });

  const three = [step([60, 2, 540, 0]), step([60, 3, 540, 1]), step([60, 5, 540, 0])];

  it('with a tolerance', () => {
    expectTable(evidencePath(compared(three, { tolerance: 1.25 })), [
      '19.987018',
      '645.451939',
      '11387966.918074',
    ]);
  });

  it('for requests that stay together', () => {
    expectTable(evidencePath(compared(three, { cluster: 3 })), ['2.255935', '7.099254', '210.551219']);
    expectTable(evidencePath(against(three, { rate: 0.001, clustering: 3 })), [
      '1.841938',
      '16.770148',
      '2985.940091',
    ]);
  });

  it('of a fault that begins after an hour', () => {
    const steps = [...repeated(60, 600, 6, 5400, 54), ...repeated(3, 600, 60, 5400, 54)];
    expectTable(evidencePath(compared(steps)).slice(59), [
      '0.254230',
      '2.093548e+24',
      '1.585856e+52',
      '1.291531e+80',
    ]);
    expectTable(evidencePath(against(steps, { rate: 0.012 })).slice(59), [
      '0.254178',
      '5.196283e+29',
      '1.156895e+63',
      '2.575701e+96',
    ]);
  });

  it('of two functions of one release', () => {
    const first = compared([step([30, 1, 270, 1]), step([30, 2, 270, 0]), step([30, 1, 270, 0])]);
    const second = compared([step([30, 1, 270, 0]), step([30, 1, 270, 1]), step([30, 2, 270, 0])]);
    const paths = [first, second, pooled([first, second])].map(evidencePath) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    expectTable(paths[0], ['1.260426', '29.491290', '216.353950']);
    expectTable(paths[1], ['3.911316', '4.772661', '213.408515']);
    expectTable(paths[2], ['4.768460', '330.058333', '137002.096852']);
    const release = Float64Array.from([0, 1, 2], (k) =>
      logMean(
        paths.map((path) => path[k] as number),
        [0.25, 0.25, 0.5],
      ),
    );
    expectTable(release, ['3.677166', '173.595154', '68608.489042']);
  });
});

describe('evidence', () => {
  it('begins at 1, and stays there as long as a comparison has no bad event', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const quiet = steps.map((one) => ({ ...one, bad: 0, controlBad: 0 }));
        for (const log of evidencePath(compared(quiet))) expect(log).toBeCloseTo(0, 12);
      }),
    );
  });

  it('has an expectation of at most 1 where the version is no worse', () => {
    // All ways to distribute `bad` bad events among the requests: hypergeometric, weighed exactly.
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(20),
        (n, m, drawn) => {
          const bad = Math.min(drawn, n + m);
          let expectation = 0;
          for (let own = Math.max(0, bad - m); own <= Math.min(n, bad); own += 1) {
            const log = last(
              evidencePath(compared([{ requests: n, bad: own, controlRequests: m, controlBad: bad - own }])),
            );
            expectation += Math.exp(log + lnChoose(n, own) + lnChoose(m, bad - own) - lnChoose(n + m, bad));
          }
          expect(expectation).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  it('never rises because the new version served one more good request', () => {
    fc.assert(
      fc.property(someSteps, fc.nat(), rate, (steps, at, normal) => {
        const index = at % steps.length;
        const more = steps.map((one, k) => (k === index ? { ...one, requests: one.requests + 1 } : one));
        // A minute without requests of the new version has no comparison, and may get one.
        if ((steps[index] as Step).requests > 0) {
          expect(last(evidencePath(compared(more)))).toBeLessThanOrEqual(
            last(evidencePath(compared(steps))) + 1e-9,
          );
        }
        const before = last(evidencePath(against(steps, { rate: normal })));
        expect(last(evidencePath(against(more, { rate: normal })))).toBeLessThanOrEqual(before + 1e-9);
      }),
    );
  });

  it('never falls because a good request of the new version turned bad', () => {
    fc.assert(
      fc.property(someSteps, fc.nat(), rate, (steps, at, normal) => {
        const index = at % steps.length;
        const turned = steps.map((one, k) =>
          k === index && one.bad < one.requests ? { ...one, bad: one.bad + 1 } : one,
        );
        const before = last(evidencePath(compared(steps)));
        expect(last(evidencePath(compared(turned)))).toBeGreaterThanOrEqual(before - 1e-9);
        const ofRate = last(evidencePath(against(steps, { rate: normal })));
        expect(last(evidencePath(against(turned, { rate: normal })))).toBeGreaterThanOrEqual(ofRate - 1e-9);
      }),
    );
  });

  it('is divided by the number of requests that stay together', () => {
    fc.assert(
      fc.property(someSteps, rate, fc.integer({ min: 1, max: 20 }), (steps, normal, cluster) => {
        const alone = compared(steps);
        const together = compared(steps, { cluster });
        alone.forEach((log, index) => {
          expect(together[index]).toBeCloseTo(log / cluster, 9);
        });
        const ofRate = against(steps, { rate: normal, clustering: cluster });
        against(steps, { rate: normal }).forEach((log, index) => {
          expect(ofRate[index]).toBeCloseTo(log / cluster, 9);
        });
      }),
    );
  });

  it('of several is never more than the largest of them', () => {
    const logs = fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(logs, (evidence) => {
        const mean = logMean(
          evidence,
          evidence.map(() => 1 / evidence.length),
        );
        expect(mean).toBeLessThanOrEqual(Math.max(...evidence) + 1e-9);
      }),
    );
  });

  it('is none where every rate is normal', () => {
    expect(against(repeated(2, 10, 10, 0, 0), { rate: 1 })).toEqual(new Float64Array(2 * ratios.length));
  });

  it('stays a number beyond the range of a double', () => {
    const path = evidencePath(against(repeated(20, 60_000, 60_000, 0, 0), { rate: 0.0001 }));
    expect(last(path)).toBeGreaterThan(700);
    expect(Number.isFinite(last(path))).toBe(true);
  });
});

describe('the step of the most likely onset', () => {
  it('is the first bad one after quiet ones', () => {
    const steps = [...repeated(30, 600, 6, 5400, 54), ...repeated(5, 600, 60, 5400, 54)];
    expect(mostLikelyOnset(compared(steps), 34)).toBe(30);
    expect(mostLikelyOnset(against(steps, { rate: 0.012 }), 34)).toBe(30);
  });

  it('is the first step of a fault that was there from the start', () => {
    expect(mostLikelyOnset(compared(repeated(10, 600, 60, 5400, 54)), 9)).toBe(0);
  });

  it('is computed from the given step, not from later ones', () => {
    const steps = [
      ...repeated(10, 600, 60, 5400, 54),
      ...repeated(30, 600, 0, 5400, 300),
      ...repeated(10, 600, 300, 5400, 54),
    ];
    expect(mostLikelyOnset(compared(steps), 9)).toBe(0);
    expect(mostLikelyOnset(compared(steps), 49)).toBe(40);
  });
});

function lnChoose(n: number, k: number): number {
  let log = 0;
  for (let i = 1; i <= k; i += 1) log += Math.log(n - k + i) - Math.log(i);
  return log;
}
