import * as fc from 'fast-check';
import type { Step } from '../../../../../shared/judge/sequential/compared.ts';
import { judgeLook } from '../../../../../shared/judge/sequential/judge-look.ts';
import type { Look, LookVerdict, Metric } from '../../../../../shared/judge/sequential/look.ts';
import { metricWeights } from '../../../../../shared/judge/sequential/tested.ts';
import { knownPaths, repeated, step } from './evidence-paths.ts';
import {
  allAtOnce,
  baselineAt,
  errorsOf,
  hourMs,
  lookAt,
  minuteMs,
  seriesOf,
  split,
  start,
} from './looks.ts';

fc.configureGlobal({ seed: 1, numRuns: 40 });

const ruleOf = (verdict: LookVerdict, rule: string) => verdict.evidence.find((one) => one.rule === rule);

/** The first minute after which the release is condemned, counted from 1, and the reason; looks are every minute. */
function condemnedAt(
  steps: readonly Step[],
  rest: Partial<Parameters<typeof errorsOf>[1]> = {},
  look: Partial<Look> = {},
) {
  for (let minutes = 1; minutes <= steps.length; minutes += 1) {
    const verdict = judgeLook(lookAt(minutes, [errorsOf(steps, rest)], look));
    const breach = verdict.evidence.find(({ finding }) => finding === 'breach');
    if (breach) return { minutes, rule: breach.rule, verdict };
  }
  return undefined;
}

const stepsOf = (name: string): Step[] =>
  (knownPaths.find((path) => path.name === name)?.steps ?? []).map(step);
/** The normal rate: 1 in 1,000. */
const normal = { baseline: baselineAt(0.001) };

describe('a release is condemned', () => {
  it('where all its requests fail and those of its control do not', () => {
    const found = condemnedAt(stepsOf('five quiet minutes, then every request fails'));
    expect(found).toMatchObject({ minutes: 6, rule: 'compared-with-control' });
  });

  it('where its errors are sparse and its control has none', () => {
    const found = condemnedAt(stepsOf('errors come and go, the control has none'));
    expect(found).toMatchObject({ minutes: 4, rule: 'compared-with-control' });
  });

  it('sooner where history is known, if the comparison leans the same way', () => {
    const steps = repeated(14, 30, 1, 30, 0);
    expect(condemnedAt(steps, normal)).toMatchObject({ minutes: 5, rule: 'above-normal-while-split' });
    expect(condemnedAt(steps)).toMatchObject({ minutes: 14, rule: 'compared-with-control' });
  });

  it('not where its control fails alike, however unusual that is: a person is called', () => {
    const steps = repeated(10, 60, 1, 540, 9);
    expect(condemnedAt(steps, normal)).toBeUndefined();
    const verdict = judgeLook(lookAt(10, [errorsOf(steps, normal)]));
    expect(verdict).toMatchObject({ verdict: 'insufficient', isSuspected: true, needsPerson: true });
    expect(ruleOf(verdict, 'shared-cause')?.detail).toMatch(/the version before does too/);
  });

  it('without a control by the normal rate, in the first minute', () => {
    const steps = repeated(3, 600, 30, 0, 0);
    expect(condemnedAt(steps, normal, { shifts: allAtOnce })).toMatchObject({
      minutes: 1,
      rule: 'above-normal',
    });
    expect(condemnedAt(steps, normal)).toBeUndefined();
  });

  it('where nothing works in its warm-up: 23 of 23, not 22 of 22', () => {
    const look = (requests: number) =>
      judgeLook(lookAt(1, [errorsOf(repeated(1, requests, requests, 200, 0))], { warmUpMinutes: 2 }));
    expect(look(22)).toMatchObject({ verdict: 'insufficient' });
    const verdict = look(23);
    expect(verdict.verdict).toBe('unhealthy');
    expect(ruleOf(verdict, 'nothing-works')).toMatchObject({
      finding: 'breach',
      released: { requests: 23, bad: 23 },
    });
  });

  it('in no warm-up in which its control fails too', () => {
    const verdict = judgeLook(lookAt(1, [errorsOf(repeated(1, 100, 100, 900, 900))], { warmUpMinutes: 2 }));
    expect(verdict.verdict).toBe('insufficient');
  });

  it('in a warm-up all at once, in which there is no control', () => {
    const verdict = judgeLook(
      lookAt(1, [errorsOf(repeated(1, 100, 100, 0, 0))], { warmUpMinutes: 2, shifts: allAtOnce }),
    );
    expect(ruleOf(verdict, 'nothing-works')?.finding).toBe('breach');
  });

  it('by no cold start: half of the requests of its warm-up fail', () => {
    const steps = [...repeated(2, 60, 30, 540, 0), ...repeated(20, 60, 0, 540, 0)];
    expect(condemnedAt(steps, normal, { warmUpMinutes: 2 })).toBeUndefined();
    expect(condemnedAt(steps, normal)).toMatchObject({ minutes: 1 });
  });

  it('by no cold start of a share that grows to three times as much', () => {
    const steps = [
      ...repeated(10, 60, 0, 540, 0),
      ...repeated(2, 200, 60, 400, 0),
      ...repeated(10, 200, 0, 400, 0),
    ];
    const shifts = (share: number) => [
      { at: start, share: 0.1 },
      { at: start + 10 * minuteMs, share },
    ];
    expect(condemnedAt(steps, normal, { warmUpMinutes: 2, shifts: shifts(0.33) })).toBeUndefined();
    expect(condemnedAt(steps, normal, { warmUpMinutes: 2, shifts: shifts(0.29) })).toMatchObject({
      minutes: 11,
    });
  });

  it('by the sum of its functions where each alone is too weak', () => {
    const steps = repeated(4, 30, 1, 270, 0);
    const looks = (functions: number, functionsOfRelease = functions) => {
      const metrics = [errorsOf(steps)];
      return judgeLook({
        ...lookAt(4, metrics),
        functions: Array.from({ length: functions }, (_, index) => ({ name: `orders-${index}:7`, metrics })),
        functionsOfRelease,
      });
    };
    expect(looks(1).verdict).toBe('insufficient');
    const verdict = looks(6);
    expect(verdict.verdict).toBe('unhealthy');
    expect(verdict.reason).toMatch(/all functions of the release failed/);
    expect(looks(1, 6).verdict).toBe('insufficient');
  });

  it('by one function only past its share of the chance', () => {
    // Evidence of 14,000 in minute 4: enough for one function, not for one of ten.
    const steps = repeated(4, 30, 1, 30, 0).concat(repeated(3, 30, 1, 30, 0));
    const alone = condemnedAt(steps, normal)?.minutes as number;
    const oneOfTen = condemnedAt(steps, normal, { functionsOfRelease: 10 })?.minutes as number;
    expect([alone, oneOfTen]).toEqual([5, 6]);
  });
});

describe('slow requests', () => {
  const slow = (...steps: readonly Step[][]): Metric => ({
    name: 'slow requests',
    verb: 'took',
    family: 'slow',
    series: steps.map((some, index) => ({
      boundary: { released: [250, 1000, 2500][index] ?? 0, control: [200, 800, 2000][index] ?? 0 },
      ...seriesOf(some),
    })),
  });

  it('condemn a release by the most sensitive boundary', () => {
    const quiet = repeated(30, 60, 0, 540, 0);
    const metrics = [
      errorsOf(quiet),
      slow(repeated(30, 60, 15, 540, 135), repeated(30, 60, 12, 540, 27), quiet),
    ];
    const verdict = judgeLook(lookAt(30, metrics));
    expect(verdict.verdict).toBe('unhealthy');
    expect(ruleOf(verdict, 'compared-with-control')).toMatchObject({
      metric: 'slow requests',
      boundary: { released: 1000, control: 800 },
      weights: { metric: 0.3, functions: 1 },
      released: { requests: 1800, bad: 360 },
      control: { requests: 16_200, bad: 810 },
    });
  });

  it('are judged by comparison alone where there is no history', () => {
    const metrics = [
      errorsOf(repeated(9, 60, 0, 0, 0)),
      slow(repeated(9, 60, 60, 0, 0), repeated(9, 60, 60, 0, 0)),
    ];
    expect(judgeLook(lookAt(9, metrics, { shifts: allAtOnce })).verdict).toBe('healthy');
  });
});

describe('weights of metrics', () => {
  it.each([
    [['errors'], [1]],
    [['slow'], [1]],
    [
      ['slow', 'errors'],
      [0.3, 0.7],
    ],
    [
      ['errors', 'throttles'],
      [0.7, 0.3],
    ],
    [
      ['errors', 'slow', 'throttles'],
      [0.6, 0.25, 0.15],
    ],
    [
      ['own', 'throttles', 'slow', 'errors'],
      [0.075, 0.075, 0.25, 0.6],
    ],
  ] as const)('%j', (families, weights) => {
    const found = metricWeights(families);
    found.forEach((weight, index) => {
      expect(weight).toBeCloseTo(weights[index] as number, 12);
    });
    expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
});

describe('after the full shift', () => {
  const minutes = 30;
  const shifted = { shifts: [...split, { at: start + 10 * minuteMs, share: 1 }] };
  const quietThenBad = [
    ...repeated(10, 60, 0, 540, 0),
    ...repeated(10, 600, 0, 0, 0),
    ...repeated(minutes - 20, 600, 12, 0, 0),
  ];

  it('evidence starts again: observations in the split do not count twice', () => {
    const steps = [...repeated(3, 60, 1, 540, 9), ...repeated(9, 0, 0, 0, 0), ...repeated(20, 600, 0, 0, 0)];
    const verdict = judgeLook(lookAt(32, [errorsOf(steps, normal)], shifted));
    expect(ruleOf(verdict, 'above-normal')?.logEvidence).toBeLessThan(0);
  });

  it('a doubt from the split is over once the requests since then prove the version healthy', () => {
    const doubted = [...repeated(9, 20, 0, 180, 0), step([20, 2, 180, 0])];
    const verdictAfter = (quiet: number) =>
      judgeLook(
        lookAt(10 + quiet, [errorsOf([...doubted, ...repeated(quiet, 40, 0, 0, 0)], normal)], shifted),
      );
    expect(verdictAfter(0)).toMatchObject({ verdict: 'insufficient', isSuspected: true });
    expect(verdictAfter(2)).toMatchObject({ verdict: 'insufficient', isSuspected: true });
    expect(verdictAfter(3)).toMatchObject({ verdict: 'healthy', isSuspected: false });
  });

  it('a fault is seen by the normal rate, from the minute in which it began', () => {
    const found = condemnedAt(quietThenBad, normal, shifted);
    expect(found).toMatchObject({ minutes: 21, rule: 'above-normal' });
    expect(ruleOf(found?.verdict as LookVerdict, 'above-normal')).toMatchObject({
      from: start + 20 * minuteMs,
      to: start + 21 * minuteMs,
      released: { requests: 600, bad: 12 },
    });
  });

  const controlService = (bad: (minute: number) => number) => ({
    service: 'billing',
    counts: Array.from({ length: minutes }, (_, k) => ({
      at: start + k * minuteMs,
      requests: 600,
      bad: bad(k),
    })),
    baseline: baselineAt(0.001),
  });

  it('is attributed elsewhere where a control service was in trouble no later: a person is called', () => {
    const controls = [controlService((k) => (k >= 20 ? 30 : 0))];
    expect(condemnedAt(quietThenBad, normal, { ...shifted, controls })).toBeUndefined();
    const verdict = judgeLook(lookAt(minutes, [errorsOf(quietThenBad, normal)], { ...shifted, controls }));
    expect(verdict).toMatchObject({ verdict: 'insufficient', isSuspected: true, needsPerson: true });
    expect(ruleOf(verdict, 'attributed-elsewhere')?.detail).toMatch(/billing had trouble no later/);
  });

  it('waits one minute for the metrics of control services', () => {
    const controls = [controlService(() => 0)];
    const found = condemnedAt(quietThenBad, normal, { ...shifted, controls });
    expect(found).toMatchObject({ minutes: 22, rule: 'above-normal' });
    expect(ruleOf(found?.verdict as LookVerdict, 'above-normal')?.ruledOut.join()).toMatch(/billing/);
  });

  it('is not attributed to a control service that got into trouble later', () => {
    const controls = [controlService((k) => (k >= 25 ? 30 : 0))];
    expect(condemnedAt(quietThenBad, normal, { ...shifted, controls })).toMatchObject({ minutes: 22 });
  });

  it('a control service that always fails has no trouble of its own', () => {
    const controls = [{ ...controlService(() => 300), baseline: baselineAt(0.5) }];
    expect(condemnedAt(quietThenBad, normal, { ...shifted, controls })).toMatchObject({ minutes: 22 });
  });
});

describe("a team's limit", () => {
  const above = repeated(40, 600, 60, 0, 0);
  const all = { shifts: allAtOnce };
  // Bad events come in groups of 60: compared with the normal rate, they are weak evidence.
  const grouped = { baseline: { ...baselineAt(0.02), backtestFactor: 2 } };

  it('is a bound of its own where history is below it', () => {
    const found = judgeLook(
      lookAt(40, [errorsOf(above, { ...grouped, limit: 0.05, isLimitSet: true })], all),
    );
    expect(ruleOf(found, 'above-limit')).toMatchObject({ finding: 'breach' });
  });

  it('is a note where history is above it: the release has improved the service', () => {
    const improved = repeated(40, 600, 54, 0, 0);
    const verdict = judgeLook(
      lookAt(40, [errorsOf(improved, { baseline: baselineAt(0.2), limit: 0.05, isLimitSet: true })], all),
    );
    expect(verdict.verdict).not.toBe('unhealthy');
    expect(ruleOf(verdict, 'above-limit')).toMatchObject({ finding: 'note' });
    expect(ruleOf(verdict, 'above-limit')?.detail).toMatch(/says nothing of the release: its normal rate/);
  });

  it('is a note where the control is above it too', () => {
    const both = repeated(40, 60, 6, 540, 54);
    const verdict = judgeLook(lookAt(40, [errorsOf(both, { ...grouped, limit: 0.05, isLimitSet: true })]));
    expect(verdict.verdict).not.toBe('unhealthy');
    expect(ruleOf(verdict, 'above-limit')?.detail).toMatch(/the version before is at 10 %/);
  });

  it('is no bound where it is only the default', () => {
    const verdict = judgeLook(lookAt(40, [errorsOf(above, { ...grouped, limit: 0.05 })], all));
    expect(ruleOf(verdict, 'above-limit')).toBeUndefined();
  });

  it('of 0 tolerates no error, and condemns by none alone', () => {
    const noError = { baseline: baselineAt(0), limit: 0, isLimitSet: true };
    expect(condemnedAt(repeated(1, 60, 1, 0, 0), noError, all)).toBeUndefined();
    expect(condemnedAt(repeated(3, 60, 1, 0, 0), noError, all)).toMatchObject({ minutes: 2 });
  });
});

describe('a release is healthy', () => {
  const good = (requests: number, rest: Partial<Look> = {}) =>
    judgeLook(lookAt(1, [errorsOf(repeated(1, requests, 0, 900, 0))], rest));

  it('once it is proved: 103 requests without an error at a limit of 5 %, not 102', () => {
    expect(good(102)).toMatchObject({ verdict: 'insufficient' });
    expect(good(103)).toMatchObject({ verdict: 'healthy', isSuspected: false });
  });

  it('by requests of its warm-up as well', () => {
    expect(good(103, { warmUpMinutes: 2 })).toMatchObject({ verdict: 'healthy' });
  });

  it('not while a check has no answer', () => {
    expect(good(103, { isHealthyByChecks: false })).toMatchObject({
      verdict: 'insufficient',
      reason: expect.stringMatching(/health check/),
    });
    expect(good(103, { isHealthyByChecks: true })).toMatchObject({ verdict: 'healthy' });
  });

  it('not while some evidence leans against it', () => {
    const steps = [...repeated(10, 200, 0, 1800, 0), step([200, 2, 1800, 0])];
    expect(judgeLook(lookAt(11, [errorsOf(steps)]))).toMatchObject({
      verdict: 'insufficient',
      isSuspected: true,
      reason: expect.stringMatching(/by chance: 1 in/),
    });
  });

  it('at three times the normal rate, where that is more than the limit', () => {
    const steps = repeated(10, 100, 10, 900, 90);
    const verdict = judgeLook(lookAt(10, [errorsOf(steps, { baseline: baselineAt(0.1) })]));
    expect(ruleOf(verdict, 'proved-healthy')?.detail).toMatch(/proved to be below 30 %/);
    expect(verdict.verdict).toBe('healthy');
  });

  it('by all its functions together', () => {
    const metrics = [errorsOf(repeated(1, 60, 0, 540, 0))];
    const one = lookAt(1, metrics);
    expect(judgeLook(one).verdict).toBe('insufficient');
    const two = { ...one, functions: ['orders-a:7', 'orders-b:7'].map((name) => ({ name, metrics })) };
    expect(judgeLook(two).verdict).toBe('healthy');
  });

  it('never without traffic', () => {
    expect(judgeLook(lookAt(30, [errorsOf(repeated(30, 0, 0, 600, 0))]))).toEqual({
      verdict: 'insufficient',
      isSuspected: false,
      needsPerson: false,
      reason: 'no requests to orders:7 so far',
      evidence: [],
    });
    expect(judgeLook({ functions: [], shifts: split, until: start })).toMatchObject({
      verdict: 'insufficient',
    });
  });
});

describe('evidence', () => {
  it('gives in numbers and words the observation, its beginning, and excluded causes', () => {
    const steps = [...repeated(20, 60, 0, 540, 1), ...repeated(4, 60, 3, 540, 1)];
    const baseline = {
      ...baselineAt(0.002),
      backtestFactor: 3,
      bursts: [Date.UTC(2025, 10, 14, 6), Date.UTC(2025, 10, 19, 8)],
    };
    const verdict = judgeLook(lookAt(24, [errorsOf(steps, { baseline })]));
    expect(ruleOf(verdict, 'compared-with-control')).toMatchObject({
      finding: 'breach',
      metric: 'errors',
      subject: 'orders:7',
      threshold: 4000,
      from: start + 20 * minuteMs,
      to: start + 24 * minuteMs,
      released: { requests: 240, bad: 12 },
      control: { requests: 2160, bad: 4 },
      weights: { metric: 1, functions: 1 },
    });
    expect(verdict.reason).toMatch(
      /^5 % of 240 requests to orders:7 failed since 14:20 UTC, against 0\.19 % of 2,160 of the version before in the same minutes; by chance: 1 in [\d,]+$/,
    );
    expect(ruleOf(verdict, 'above-normal-while-split')).toMatchObject({
      normal: { backtestFactor: 3, clustering: 1 },
    });
    expect(ruleOf(verdict, 'above-normal-while-split')?.detail).toMatch(
      /normal is up to 0\.6 % \(raised ×3: bursts on 2025-11-14, 2025-11-19\)/,
    );
  });

  it('says where a normal rate is only the limit', () => {
    const verdict = judgeLook(lookAt(1, [errorsOf(repeated(1, 600, 200, 0, 0))], { shifts: allAtOnce }));
    expect(verdict.reason).toMatch(/normal is up to 5 % \(the limit: there is no history\)/);
  });

  it('is JSON', () => {
    const verdict = judgeLook(
      lookAt(3, [errorsOf(repeated(3, 60_000, 60_000, 0, 0), normal)], { shifts: allAtOnce }),
    );
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });
});

describe('a look', () => {
  const counts = fc.tuple(fc.nat(100), fc.nat(400), fc.nat(100), fc.nat(100)).map(
    ([requests, controlRequests, bad, controlBad]): Step => ({
      requests,
      controlRequests,
      bad: Math.min(bad, requests),
      controlBad: Math.min(controlBad, controlRequests),
    }),
  );
  const watch = fc.array(counts, { minLength: 1, maxLength: 30 });

  it('sees the same in whatever order metrics arrived', () => {
    fc.assert(
      fc.property(watch, fc.infiniteStream(fc.nat()), (steps, keys) => {
        const metric = errorsOf(steps, normal);
        const series = metric.series[0] as Metric['series'][number];
        const mix = <T>(list: readonly T[]): T[] =>
          list
            .map((value) => ({ value, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ value }) => value);
        const mixed = {
          ...metric,
          series: [{ ...series, released: mix(series.released), control: mix(series.control) }],
        };
        expect(judgeLook(lookAt(steps.length, [mixed]))).toEqual(judgeLook(lookAt(steps.length, [metric])));
      }),
    );
  });

  it('sees the same whether a minute without requests is missing or zero', () => {
    fc.assert(
      fc.property(watch, (steps) => {
        const metric = errorsOf(steps, normal);
        const sparse = metric.series.map(({ released, control, ...rest }) => ({
          ...rest,
          released: released.filter(({ requests }) => requests > 0),
          control: control.filter(({ requests }) => requests > 0),
        }));
        expect(judgeLook(lookAt(steps.length, [{ ...metric, series: sparse }]))).toEqual(
          judgeLook(lookAt(steps.length, [metric])),
        );
      }),
    );
  });

  it('takes no minute that is not over', () => {
    const steps = [...repeated(5, 60, 0, 540, 0), step([60, 60, 540, 0])];
    const before = lookAt(6, [errorsOf(steps)]);
    expect(judgeLook({ ...before, until: before.until - 1 }).verdict).not.toBe('unhealthy');
    expect(judgeLook(before).verdict).toBe('unhealthy');
  });

  it('finds a release that was condemned at an earlier look condemned', () => {
    const steps = [
      ...stepsOf('five quiet minutes, then every request fails'),
      ...repeated(200, 60, 0, 540, 540),
    ];
    expect(judgeLook(lookAt(steps.length, [errorsOf(steps)])).verdict).toBe('unhealthy');
  });

  it('at a day with hours takes the curve of the day out', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 14 ? 4 : 1));
    const steps = repeated(30, 600, 2, 0, 0);
    const flat = { baseline: baselineAt(0.001) };
    expect(condemnedAt(steps, flat, { shifts: allAtOnce })).toBeDefined();
    expect(
      condemnedAt(steps, { baseline: { ...flat.baseline, hourFactors: hours } }, { shifts: allAtOnce }),
    ).toBeUndefined();
    expect(start % (24 * hourMs)).toBe(14 * hourMs);
  });
});
