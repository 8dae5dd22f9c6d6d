import * as fc from 'fast-check';
import { limitsPolicy } from '../../../../shared/catalog/service-entry.ts';
import {
  isCondemnedByNumbers,
  type JudgeInput,
  judgeRelease,
} from '../../../../shared/judge/judge-release.ts';
import { type Evidence, judgement } from '../../../../shared/judge/judgement.ts';
import type { MinuteCount } from '../../../../shared/judge/samples.ts';
import { sumHours } from '../../../../shared/judge/sequential/baseline.ts';

fc.configureGlobal({ seed: 1 });

const minute = 60_000;
const minutes = (requests: number, errors: readonly number[], slow?: readonly number[]): MinuteCount[] =>
  errors.map((count, index) => ({
    at: index * minute,
    requests,
    errors: count,
    ...(slow && { timed: requests, slow: slow[index] ?? 0 }),
  }));
const judge = (changes: Partial<JudgeInput> = {}) =>
  judgeRelease({
    subject: 'orders:5',
    released: minutes(60, [0, 1, 0, 1]),
    until: 4 * minute,
    limits: limitsPolicy.parse({}),
    ...changes,
  });
const split = { shifts: [{ at: 0, share: 0.1 }] };
const normal = (bad: number, requests = 36_000): JudgeInput['normal'] => ({
  errors: {
    ...sumHours(Array.from({ length: 72 }, () => ({ requests, bad }))),
    clustering: 1,
    backtestFactor: 1,
    bursts: [],
  },
});
const alarms = (finding: Evidence['finding']): Evidence[] => [
  {
    rule: 'declared-alarm',
    metric: 'alarm orders-errors',
    finding,
    detail: `alarm orders-errors: ${finding}`,
  },
];
const breaches = ({ judgement: { evidence } }: ReturnType<typeof judge>) =>
  evidence.filter(({ finding }) => finding === 'breach').map(({ rule }) => rule);

it('finds a release healthy when its errors are proved to be rare', () => {
  expect(judge().judgement).toMatchObject({
    verdict: 'healthy',
    reason: '2 of 240 requests to orders:5 failed: proved to be below 5 %',
  });
});

it('gives no verdict before that, and none without any data', () => {
  expect(judge({ released: minutes(25, [0, 0, 0, 0]) }).judgement).toMatchObject({
    verdict: 'insufficient',
    reason: '0 of 100 requests to orders:5 failed: not proved yet to be below 5 %',
  });
  expect(judge({ released: [] }).judgement).toEqual({
    verdict: 'insufficient',
    reason: 'no requests to orders:5 so far',
    evidence: [],
  });
});

it('condemns a release that is worse than its control, with the time, the size and the probability by chance', () => {
  const found = judge({
    ...split,
    released: minutes(60, [0, 0, 9, 12]),
    control: minutes(540, [0, 1, 0, 1]),
  });
  expect(found.judgement).toMatchObject({
    verdict: 'unhealthy',
    reason: expect.stringMatching(
      /^18 % of 120 requests to orders:5 failed since 00:02 UTC, against 0\.093 % of 1,080 of the version before in the same minutes; by chance: less than 1 in [\d,]+$/,
    ),
  });
  const [first] = found.judgement.evidence;
  expect(first).toMatchObject({
    rule: 'compared-with-control',
    metric: 'errors of orders:5',
    observed: 21 / 120,
    baseline: 1 / 1_080,
    samples: 120,
    since: '1970-01-01T00:02:00.000Z',
    control: { requests: 1_080, bad: 1 },
    ruledOut: [expect.stringContaining('outages')],
  });
  expect(first?.chance).toBeLessThan(1 / 4_000);
  expect(found.judgement.evidence.map(({ rule }) => rule)).not.toContain('proved-healthy');
});

describe("a fault that is not the release's own", () => {
  it('hits its control alike', () => {
    const alike = judge({
      ...split,
      normal: normal(36),
      released: minutes(60, [0, 0, 15, 18]),
      control: minutes(540, [0, 0, 140, 160]),
    });
    expect(alike.judgement.verdict).toBe('insufficient');
    expect(alike.isSuspected).toBe(true);
    expect(alike.judgement.evidence).toContainEqual(
      expect.objectContaining({ rule: 'shared-cause', finding: 'note' }),
    );
  });

  it('appears in its history, also above the tolerated rate where nothing is known', () => {
    const failing = { released: minutes(600, [55, 50, 60, 54]) };
    expect(judge({ ...failing, normal: normal(7_200) }).judgement.verdict).toBe('healthy');
    expect(breaches(judge({ ...failing, normal: normal(36) }))).toEqual(['above-normal']);
    expect(breaches(judge(failing))).toEqual(['above-normal']);
  });

  it('is not condemned by a limit below its history', () => {
    const limits = limitsPolicy.parse({ errorRate: 0.05 });
    const released = minutes(600, [55, 50, 60, 54]);
    const improved = judge({ released, limits, normal: normal(7_200) });
    expect(improved.judgement.verdict).not.toBe('unhealthy');
    expect(improved.judgement.evidence).toContainEqual(
      expect.objectContaining({ rule: 'above-limit', finding: 'note' }),
    );
  });
});

it('condemns many times the previous errors under every limit', () => {
  const released = minutes(300, [12, 11, 13, 12]);
  expect(breaches(judge({ released, normal: normal(4) }))).toEqual(['above-normal']);
});

it('has a limit of the team as a bound of its own', () => {
  const released = minutes(600, [9, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
  const until = 10 * minute;
  const known = { released, until, normal: normal(600) };
  expect(judge(known).judgement.verdict).not.toBe('unhealthy');
  expect(
    breaches(judge({ ...known, normal: normal(180), limits: limitsPolicy.parse({ errorRate: 0.007 }) })),
  ).toContain('above-limit');
});

it('judges slow requests by the boundary that the policy names', () => {
  const limits = limitsPolicy.parse({ slow: { overMs: 800 } });
  const released = minutes(60, [0, 0, 0, 0], [0, 0, 30, 28]);
  const control = minutes(540, [0, 0, 0, 0], [2, 3, 2, 4]);
  const found = judge({ ...split, limits, released, control });
  expect(found.judgement.reason).toMatch(
    /^48 % of 120 requests to orders:5 took over 800 ms since 00:02 UTC/,
  );
  // A changed boundary has no history.
  const counts = normal(36)?.errors as NonNullable<JudgeInput['normal']>['errors'];
  const of = (overMs: number): JudgeInput['normal'] => ({ errors: counts, slow: { overMs, counts } });
  const bySource = (overMs: number) =>
    judge({ limits, released, normal: of(overMs) }).judgement.evidence.find(
      ({ metric }) => metric === 'slow requests of orders:5',
    )?.normal?.source;
  expect([bySource(800), bySource(700)]).toEqual(['history', 'limit']);
});

it('is as rarely wrong about a release of many functions as about one', () => {
  const released = minutes(60, [0, 0, 4, 3]);
  const control = minutes(540, [0, 0, 1, 1]);
  expect(judge({ ...split, released, control }).judgement.verdict).toBe('unhealthy');
  expect(judge({ ...split, released, control, functions: 20 }).judgement.verdict).toBe('insufficient');
});

it('judges the first minutes only where nothing works in them, unless there is no cold start', () => {
  const cold = minutes(60, [20, 20]);
  expect(judge({ released: cold, until: 2 * minute }).judgement.verdict).toBe('insufficient');
  expect(breaches(judge({ released: cold, until: 2 * minute, warmUpMinutes: 0 }))).toEqual(['above-normal']);
  expect(breaches(judge({ released: minutes(60, [60, 60]), until: 2 * minute }))).toEqual(['nothing-works']);
});

it('finds a release unhealthy by an alarm alone, however little traffic there is', () => {
  expect(judge({ released: [], alarms: alarms('breach') }).judgement).toMatchObject({
    verdict: 'unhealthy',
    reason: 'alarm orders-errors: breach',
  });
});

it('names the first breach as its reason and keeps all evidence', () => {
  const found = judge({ released: minutes(40, [0, 0, 20, 20]), alarms: alarms('breach') });
  expect(found.judgement.reason).toContain('50 % of 80 requests');
  expect(breaches(found)).toEqual(['above-normal', 'declared-alarm']);
});

it("leaves the verdict open while a health check does, with the check's reason", () => {
  const check = (finding: 'note' | 'clear') => ({
    rule: 'health-check',
    finding,
    metric: 'looks in a row at which Check says unhealthy',
    observed: 0,
    threshold: 3,
    detail: `health check Check: ${finding}`,
  });
  const { judgement: open } = judge({ checks: [check('clear'), check('note')] });
  expect(open).toMatchObject({ verdict: 'insufficient', reason: 'health check Check: note' });
  expect(open.evidence.map(({ rule }) => rule)).toEqual([
    'above-normal',
    'proved-healthy',
    'health-check',
    'health-check',
  ]);
  expect(judge({ checks: [check('clear')] }).judgement.verdict).toBe('healthy');
});

it('is not swayed by an alarm that decides nothing', () => {
  const { judgement: found } = judge({ alarms: alarms('note') });
  expect(found.verdict).toBe('healthy');
  expect(found.evidence.filter(({ finding }) => finding === 'note')).toHaveLength(1);
});

it('distinguishes numbers that condemn from an alarm or an ended deployment', () => {
  const evidence = (rule: string, finding: 'breach' | 'note' = 'breach') => ({ rule, finding });
  expect(isCondemnedByNumbers([evidence('declared-alarm'), evidence('deployment-ended')])).toBe(false);
  expect(isCondemnedByNumbers([evidence('above-normal', 'note')])).toBe(false);
  for (const rule of ['compared-with-control', 'above-normal', 'above-limit', 'error-rate-limit']) {
    expect(isCondemnedByNumbers([evidence('declared-alarm'), evidence(rule)])).toBe(true);
  }
});

it('always returns a judgement that the ledger and the machines can hold', () => {
  const counts = fc.array(
    fc.record({
      at: fc.nat(20).map((index) => index * minute),
      requests: fc.nat(10_000),
      errors: fc.nat(10_000),
      timed: fc.nat(10_000),
      slow: fc.nat(10_000),
    }),
  );
  const shifts = fc.constantFrom([], split.shifts, [...split.shifts, { at: 5 * minute, share: 1 }]);
  fc.assert(
    fc.property(counts, counts, shifts, (released, control, grown) => {
      const limits = limitsPolicy.parse({ slow: { overMs: 500 } });
      const found = judge({ released, control, shifts: grown, until: 20 * minute, limits }).judgement;
      expect(judgement.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
      // DynamoDB holds no number that is closer to 0 than 1e-130.
      for (const { chance = 1 } of found.evidence) expect(chance).toBeGreaterThan(1e-13);
    }),
  );
});

describe('requests that take longer than usual', () => {
  const base = normal(36) as NonNullable<JudgeInput['normal']>;
  /** In each hour, one of a hundred requests takes longer than the boundary. */
  const usual = (overMs: number) => ({
    overMs,
    counts: {
      ...base.errors,
      ...sumHours(Array.from({ length: 72 }, () => ({ requests: 36_000, bad: 360 }))),
    },
  });
  const known = { ...base, latency: [usual(200)] };
  const timed = (requests: number, over: number, count = 8): MinuteCount[] =>
    Array.from({ length: count }, (_, index) => ({
      at: index * minute,
      requests,
      errors: 0,
      timed: requests,
      over: [over],
    }));
  const look = (over: number, count = 8) =>
    judge({
      released: timed(60, over, count),
      control: timed(540, 5, count),
      until: count * minute,
      normal: known,
      ...split,
    });

  it('condemn a version, with both boundaries in words and in numbers', () => {
    const found = look(30).judgement;
    expect(found.verdict).toBe('unhealthy');
    expect(found.reason).toContain(
      'of 360 requests to orders:5 took over 250 ms since 00:02 UTC, against 0.93 %',
    );
    expect(found.reason).toContain('of the version before over 200 ms in the same minutes');
    expect(found.evidence.find(({ finding }) => finding === 'breach')).toMatchObject({
      rule: 'compared-with-control',
      metric: 'latency of orders:5',
      overMs: { released: 250, control: 200 },
      control: { requests: 3240, bad: 30 },
    });
    expect(found.evidence.every((one) => judgement.shape.evidence.element.safeParse(one).success)).toBe(true);
  });

  it('are not judged in the minutes of its cold starts', () => {
    expect(look(60, 2).judgement.verdict).not.toBe('unhealthy');
  });

  it('are compared with the usual number after the full shift', () => {
    const found = judge({
      released: timed(600, 300),
      until: 8 * minute,
      normal: known,
      shifts: [{ at: 0, share: 1 }],
    }).judgement;
    expect(breaches({ judgement: found, isSuspected: true })).toContain('above-normal');
    expect(found.reason).toMatch(/took over 250 ms .*; normal is up to 1.* % over 200 ms/);
  });

  it('do not count where they are as many as usual, or were not counted', () => {
    expect(look(0).judgement.verdict).toBe('healthy');
    expect(judge({ normal: known }).judgement.verdict).toBe('healthy');
  });
});

describe("a team's settings for its traffic", () => {
  const bad = { released: minutes(60, [2, 3, 5, 5]), control: minutes(540, [1, 1, 1, 1]), ...split };
  const verdict = (changes: Partial<JudgeInput>) =>
    breaches(judge({ ...bad, warmUpMinutes: 0, normal: normal(36), ...changes }));

  it('include the number of requests that stay together: as many failures are less evidence', () => {
    expect(verdict({})).toContain('compared-with-control');
    expect(verdict({ cluster: 10 })).toEqual([]);
  });

  it('include how many times as bad a version may be', () => {
    const half = {
      released: minutes(6000, [60, 60, 60, 60]),
      control: minutes(54_000, [270, 270, 270, 270]),
    };
    expect(verdict(half)).toContain('compared-with-control');
    expect(verdict({ ...half, tolerance: { errors: 2, slow: 1 } })).not.toContain('compared-with-control');
    expect(verdict({ ...half, tolerance: { errors: 1, slow: 2 } })).toContain('compared-with-control');
  });

  it('include the time that a version warms up', () => {
    expect(verdict({ warmUpMinutes: 4 })).toEqual([]);
  });
});

describe('throttled requests', () => {
  const base = normal(36) as NonNullable<JudgeInput['normal']>;
  const never = {
    ...base.errors,
    ...sumHours(Array.from({ length: 72 }, () => ({ requests: 36_000, bad: 0 }))),
  };
  const known = { ...base, throttles: never };
  const busy = (requests: number, throttled: number, count = 8): MinuteCount[] =>
    minutes(requests, new Array(count).fill(0)).map((one) => ({ ...one, throttled }));

  it('condemn a version whose control has none', () => {
    const found = judge({
      released: busy(40, 20),
      control: busy(540, 0),
      until: 8 * minute,
      normal: known,
      ...split,
    });
    expect(breaches(found)).toContain('compared-with-control');
    expect(found.judgement.reason).toMatch(
      /^33 % of \d+ requests to orders:5 were throttled since 00:02 UTC/,
    );
  });

  it('do not count where the control has as many', () => {
    const found = judge({
      released: busy(40, 20),
      control: busy(360, 180),
      until: 8 * minute,
      normal: known,
      ...split,
    });
    expect(breaches(found)).toEqual([]);
  });

  it('are no reason to go back after the full shift, and keep the release from being called good', () => {
    const found = judge({
      released: busy(400, 200),
      until: 8 * minute,
      normal: known,
      shifts: [{ at: 0, share: 1 }],
    });
    expect(breaches(found)).toEqual([]);
    expect(found).toMatchObject({ isSuspected: true, judgement: { verdict: 'insufficient' } });
    expect(found.judgement.reason).toContain('were throttled');
  });

  it('are not counted in the newest minute, in which their invocations may be missing', () => {
    const quiet = busy(40, 0, 7);
    const newest = { at: 7 * minute, requests: 0, errors: 0, throttled: 40 };
    const found = judge({
      released: [...quiet, newest],
      control: busy(540, 0),
      until: 8 * minute,
      normal: known,
      ...split,
    });
    expect(breaches(found)).toEqual([]);
    expect(
      found.judgement.evidence.some(({ detail }) => /throttled/.test(detail) && /100 %/.test(detail)),
    ).toBe(false);
  });
});
