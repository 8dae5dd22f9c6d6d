import * as fc from 'fast-check';
import { type LimitsPolicy, limitsPolicy } from '../../../../shared/catalog/service-entry.ts';
import { judgeHardLimits, percent } from '../../../../shared/judge/hard-limits.ts';
import type { MinuteCount } from '../../../../shared/judge/samples.ts';

fc.configureGlobal({ seed: 1 });

const limitsOf = (changes: object = {}): LimitsPolicy => limitsPolicy.parse(changes);

/** Minutes of 100 requests each, with so many errors. */
const perMinute = (...errors: number[]): MinuteCount[] =>
  errors.map((count, index) => ({ at: index * 60_000, requests: 100, errors: count }));

const findingOf = (minutes: MinuteCount[], limits = limitsOf()) =>
  judgeHardLimits({ subject: 'orders:5', minutes, limits })[0]?.finding;

describe('the limit of errors, breached by 2 of the 3 latest samples over 5 %', () => {
  // One number per minute: errors of 100 requests, so 6 is over the limit and 5 is not.
  it.each([
    [[0, 0, 0], 'clear'],
    [[5, 5, 5], 'clear'],
    [[6], 'clear'],
    [[100], 'clear'],
    [[6, 6], 'breach'],
    [[6, 0], 'clear'],
    [[6, 0, 6], 'breach'],
    [[6, 0, 0, 6], 'clear'],
    [[0, 6, 6], 'breach'],
    [[6, 6, 0], 'breach'],
    [[6, 6, 0, 0], 'clear'],
    [[0, 0, 0, 0, 0, 6, 6], 'breach'],
  ])('is, by errors per minute %j, %s', (errors, finding) => {
    expect(findingOf(perMinute(...errors))).toBe(finding);
  });

  it.each([
    [1, 1, [0, 0, 6], 'breach'],
    [1, 1, [0, 6, 0], 'clear'],
    [3, 3, [6, 6, 6], 'breach'],
    [3, 3, [6, 6, 5], 'clear'],
    [3, 5, [6, 0, 6, 0, 6], 'breach'],
    [3, 5, [6, 6, 0, 0, 0, 6], 'clear'],
  ])('with %i of %i, by errors per minute %j, is %s', (breaches, ofLast, errors, finding) => {
    expect(findingOf(perMinute(...errors), limitsOf({ breaches, ofLast }))).toBe(finding);
  });
});

it('says nothing without a single sample', () => {
  expect(judgeHardLimits({ subject: 'orders:5', minutes: [], limits: limitsOf() })).toEqual([]);
  const thin = [{ at: 0, requests: 29, errors: 29 }];
  expect(judgeHardLimits({ subject: 'orders:5', minutes: thin, limits: limitsOf() })).toEqual([]);
});

it('pools thin minutes before it compares', () => {
  const thin = [0, 1, 2, 3, 4, 5].map((at) => ({ at, requests: 10, errors: at < 3 ? 1 : 0 }));
  expect(judgeHardLimits({ subject: 'orders:5', minutes: thin, limits: limitsOf() })[0]).toMatchObject({
    finding: 'clear',
    observed: 3 / 60,
    samples: 60,
  });
});

it('gives its evidence in numbers and in words', () => {
  const baseline = { requests: 18_000, errors: 6, minutes: 180 };
  const [evidence, ...others] = judgeHardLimits({
    subject: 'orders:5',
    minutes: perMinute(0, 20, 23),
    baseline,
    limits: limitsOf(),
  });
  expect(others).toEqual([]);
  expect(evidence).toEqual({
    rule: 'error-rate-limit',
    finding: 'breach',
    metric: 'errors / invocations of orders:5',
    observed: 0.215,
    baseline: 6 / 18_000,
    // Those over the limit alone.
    samples: 200,
    threshold: 0.05,
    detail:
      '21.5 % of 200 requests to orders:5 failed (43 of 200); limit 5.0 %, before it 0.03 %; ' +
      '2 of the last 3 samples over the limit, 2 needed',
  });
});

it('says that nothing is known of before where there was no traffic', () => {
  const [evidence] = judgeHardLimits({
    subject: 'orders:5',
    minutes: perMinute(0, 0),
    baseline: { requests: 0, errors: 0, minutes: 0 },
    limits: limitsOf(),
  });
  expect(evidence).not.toHaveProperty('baseline');
  expect(evidence?.detail).toContain('nothing is known of before');
});

it('says that nothing is known of slow requests before where nobody counted them', () => {
  const [errors, slow] = judgeHardLimits({
    subject: 'orders:5',
    minutes: perMinute(0, 0).map((minute) => ({ ...minute, slow: 0 })),
    baseline: { requests: 100, errors: 1, minutes: 1 },
    limits: limitsOf({ slow: { overMs: 800, share: 0.1 } }),
  });
  expect(errors).toMatchObject({ baseline: 0.01, detail: expect.stringContaining('before it 1.0 %') });
  expect(slow).not.toHaveProperty('baseline');
  expect(slow?.detail).toContain('nothing is known of before');
});

describe('slow requests', () => {
  const limits = limitsOf({ slow: { overMs: 800, share: 0.1 } });
  const slow = (...counts: number[]): MinuteCount[] =>
    counts.map((count, at) => ({ at, requests: 100, errors: 0, slow: count }));
  const judged = (minutes: MinuteCount[]) => judgeHardLimits({ subject: 'orders:5', minutes, limits })[1];

  it('have a limit of their own beside that of errors', () => {
    expect(judged(slow(11, 0, 11))).toMatchObject({
      rule: 'slow-requests-limit',
      finding: 'breach',
      metric: 'requests over 800 ms / invocations of orders:5',
      threshold: 0.1,
    });
    expect(judged(slow(11, 0, 11))?.detail).toContain('11.0 % of 200 requests to orders:5 took over 800 ms');
  });

  it('at the limit are no breach', () => {
    expect(judged(slow(10, 10, 10))?.finding).toBe('clear');
  });
});

it('never finds a breach in a release whose every minute is within the limit', () => {
  const within = fc.array(
    fc
      .integer({ min: 1, max: 500 })
      .chain((requests) => fc.nat(Math.floor(requests * 0.05)).map((errors) => ({ requests, errors }))),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(within, (counts) => {
      const minutes = counts.map((count, at) => ({ at, ...count }));
      expect(findingOf(minutes)).not.toBe('breach');
    }),
  );
});

it('always finds a breach once enough samples fail throughout', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 30, max: 500 }), { minLength: 2, maxLength: 20 }), (requests) => {
      const minutes = requests.map((count, at) => ({ at, requests: count, errors: count }));
      expect(findingOf(minutes)).toBe('breach');
    }),
  );
});

it.each([
  [0, '0 %'],
  [0.0003, '0.03 %'],
  [0.00999, '1 %'],
  [0.01, '1.0 %'],
  [0.2143, '21.4 %'],
  [1, '100.0 %'],
])('shows a share of %d as %s', (share, words) => {
  expect(percent(share)).toBe(words);
});
