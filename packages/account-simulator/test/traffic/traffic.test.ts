import fc from 'fast-check';
import { SeededRandom } from '../../random/seeded-random.ts';
import type { Behaviour } from '../../traffic/behaviour.ts';
import type { ShareChange } from '../../traffic/shares.ts';
import { Traffic } from '../../traffic/traffic.ts';
import { SLOT_MS, type VersionMinute } from '../../traffic/version-minute.ts';

const start = Date.parse('2026-10-01T08:00:00Z');
const MINUTE = 60_000;
const healthy: Behaviour = { errorRate: 0.01, latencyMs: 100, latencySpread: 0.3 };

interface Setup {
  seed?: number;
  rate?: number;
  shares?: readonly ShareChange[];
  behaviours?: Record<string, Behaviour>;
}

function setup({ seed = 1, rate = 600, shares, behaviours = {} }: Setup = {}) {
  const clock = { startedAt: start, now: () => clock.time, time: start };
  const traffic = new Traffic({
    clock,
    random: new SeededRandom(seed),
    sources: [{ functionName: 'orders', alias: 'live', rate }],
    ports: {
      shares: () => shares ?? [{ at: start - 60 * MINUTE, shares: { '4': 0.8, '5': 0.2 } }],
      behaviour: (_functionName, version) => behaviours[version] ?? healthy,
    },
  });
  return { clock, traffic };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** All facts of a minute, as plain data. */
function facts(versions: readonly VersionMinute[]) {
  return versions.map((version) => ({
    version: version.version,
    invocations: [...version.invocations],
    errors: [...version.errors],
    latency: version.invocations.map((_, slot) => {
      const { bins, counts } = version.latency(slot);
      return [[...bins], [...counts]];
    }),
  }));
}

describe('Traffic', () => {
  it('makes the same minute for every reader, time and order', () => {
    const late = setup();
    late.clock.time = start + 30 * MINUTE;
    const expected = facts(late.traffic.minute('orders', 'live', start + 20 * MINUTE));
    expect(sum(expected.flatMap((version) => version.invocations))).toBeGreaterThan(400);

    const impatient = setup();
    for (let time = start; time <= start + 22 * MINUTE; time += 7_000) {
      impatient.clock.time = time;
      for (const version of impatient.traffic.minute('orders', 'live', start + 20 * MINUTE)) {
        version.invocations.forEach((_, slot) => {
          version.latency(slot);
        });
      }
      impatient.traffic.minute('orders', 'live', start + 3 * MINUTE);
    }
    expect(facts(impatient.traffic.minute('orders', 'live', start + 20 * MINUTE))).toEqual(expected);
  });

  it('differs by seed', () => {
    const [one, two] = [1, 2].map((seed) => {
      const { clock, traffic } = setup({ seed });
      clock.time = start + MINUTE;
      return facts(traffic.minute('orders', 'live', start));
    });
    expect(one).not.toEqual(two);
  });

  it('has the same arrivals for all weights', () => {
    const totals = [{ '4': 1 }, { '4': 0.5, '5': 0.5 }].map((shares) => {
      const { clock, traffic } = setup({ shares: [{ at: start, shares }] });
      clock.time = start + MINUTE;
      return sum(traffic.minute('orders', 'live', start).flatMap((version) => version.invocations));
    });
    expect(totals[0]).toBe(totals[1]);
  });

  it('shows only the finished slots of an unfinished minute', () => {
    const { clock, traffic } = setup();
    clock.time = start + 3 * SLOT_MS - 1;
    const partial = traffic.minute('orders', 'live', start);
    expect(partial.map((version) => version.invocations.length)).toEqual([2, 2]);
    const before = partial.map((version) => [...version.invocations]);
    clock.time = start + MINUTE;
    const whole = traffic.minute('orders', 'live', start);
    expect(whole.map((version) => version.invocations.slice(0, 2))).toEqual(before);
    expect(() => partial[0]?.latency(6)).toThrow('not over');
  });

  it('has no data for the future, unknown aliases, or times before the alias', () => {
    const { clock, traffic } = setup();
    expect(traffic.minute('orders', 'live', start + MINUTE)).toEqual([]);
    clock.time = start + MINUTE;
    expect(traffic.minute('orders', 'beta', start)).toEqual([]);
    expect(traffic.minute('payment', 'live', start)).toEqual([]);
    expect(traffic.minute('orders', 'live', start - 90 * MINUTE)).toEqual([]);
    expect(traffic.aliases('orders')).toEqual(['live']);
    expect(traffic.aliases('payment')).toEqual([]);
  });

  it('gives no requests at rate 0', () => {
    const { clock, traffic } = setup({ rate: 0 });
    clock.time = start + MINUTE;
    expect(sum(traffic.minute('orders', 'live', start).flatMap((version) => version.invocations))).toBe(0);
  });

  it('splits by the weights that hold in each slot', () => {
    const { clock, traffic } = setup({
      rate: 60_000,
      shares: [
        { at: start - MINUTE, shares: { '4': 1 } },
        { at: start + 25_000, shares: { '4': 0.9, '5': 0.1 } },
      ],
    });
    clock.time = start + MINUTE;
    const canary = traffic.minute('orders', 'live', start).find(({ version }) => version === '5');
    expect(canary?.invocations.slice(0, 2)).toEqual([0, 0]);
    const [changing, ...after] = canary?.invocations.slice(2) ?? [];
    expect(changing as number).toBeGreaterThan(400);
    expect(changing as number).toBeLessThan(600);
    for (const requests of after) expect(Math.abs(requests - 1_000)).toBeLessThan(150);
  });

  it('gives an alias that appears within a slot its part of the requests', () => {
    const { clock, traffic } = setup({
      rate: 60_000,
      shares: [{ at: start + 5_000, shares: { '4': 0.6, '5': 0.4 } }],
    });
    clock.time = start + SLOT_MS;
    const [old, canary] = traffic.minute('orders', 'live', start).map(({ invocations }) => invocations[0]);
    expect(Math.abs((old as number) - 3_000)).toBeLessThan(250);
    expect(Math.abs((canary as number) - 2_000)).toBeLessThan(250);
  });

  it('has errors and arrivals at the given rates', () => {
    const { clock, traffic } = setup({ behaviours: { '5': { ...healthy, errorRate: 0.3 } } });
    clock.time = start + 120 * MINUTE;
    const totals = { requests: 0, canary: 0, failed: 0 };
    for (let minute = start; minute < clock.time; minute += MINUTE) {
      for (const version of traffic.minute('orders', 'live', minute)) {
        totals.requests += sum(version.invocations);
        if (version.version !== '5') continue;
        totals.canary += sum(version.invocations);
        totals.failed += sum(version.errors);
      }
    }
    expect(totals.requests / 120).toBeCloseTo(600, -1);
    expect(totals.canary / totals.requests).toBeCloseTo(0.2, 1);
    expect(totals.failed / totals.canary).toBeCloseTo(0.3, 1);
  });

  it('is consistent: versions add up, errors are among the requests, every request has a duration', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (rate, share, errorRate, seed) => {
          const both = { '4': 1 - share, '5': share };
          const options = { seed, rate, behaviours: { '5': { ...healthy, errorRate } } };
          const split = setup({ ...options, shares: [{ at: start, shares: both }] });
          const alone = setup({ ...options, shares: [{ at: start, shares: { '4': 1 } }] });
          split.clock.time = start + MINUTE;
          alone.clock.time = start + MINUTE;
          const versions = split.traffic.minute('orders', 'live', start);
          const [whole] = alone.traffic.minute('orders', 'live', start);
          for (let slot = 0; slot < 6; slot += 1) {
            expect(sum(versions.map(({ invocations }) => invocations[slot] as number))).toBe(
              whole?.invocations[slot],
            );
            for (const version of versions) {
              const requests = version.invocations[slot] as number;
              expect(version.errors[slot]).toBeLessThanOrEqual(requests);
              expect(sum([...version.latency(slot).counts])).toBe(requests);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  describe('a release that turns bad', () => {
    const shares = [
      { at: start - 60 * MINUTE, shares: { '4': 1 } },
      { at: start + 5 * MINUTE + 3_000, shares: { '4': 0.9, '5': 0.1 } },
      { at: start + 15 * MINUTE, shares: { '5': 1 } },
    ];

    it('gives the time at which users first met it, once that has happened', () => {
      const { clock, traffic } = setup({
        shares,
        behaviours: {
          '5': { ...healthy, phases: [{ since: 'release', from: 4 * MINUTE, errorRate: 0.5, bad: true }] },
        },
      });
      clock.time = start + 9 * MINUTE;
      expect(traffic.becameBadAt('orders', 'live', '5')).toBeUndefined();
      clock.time = start + 20 * MINUTE;
      const at = traffic.becameBadAt('orders', 'live', '5') as number;
      expect(Math.abs(at - (start + 9 * MINUTE + 3_000))).toBeLessThanOrEqual(SLOT_MS);
      expect(traffic.becameBadAt('orders', 'live', '4')).toBeUndefined();
    });

    it('is bad from its release where all of it is bad', () => {
      const { clock, traffic } = setup({ shares, behaviours: { '5': { ...healthy, bad: true } } });
      clock.time = start + 20 * MINUTE;
      expect(traffic.becameBadAt('orders', 'live', '5')).toBe(start + 5 * MINUTE + 3_000);
    });

    it('is bad only once its share is large enough', () => {
      const { clock, traffic } = setup({
        shares,
        behaviours: { '5': { ...healthy, phases: [{ minShare: 0.5, bad: true, latencyMs: 2_000 }] } },
      });
      clock.time = start + 20 * MINUTE;
      expect(traffic.becameBadAt('orders', 'live', '5')).toBe(start + 15 * MINUTE);
      expect(traffic.expected('orders', 'live', '5', start + 10 * MINUTE)).toMatchObject({
        latencyMs: 100,
        share: 0.1,
        requestsPerMinute: 60,
        bad: false,
      });
      expect(traffic.expected('orders', 'live', '5', start + 16 * MINUTE)).toMatchObject({
        latencyMs: 2_000,
        bad: true,
      });
    });

    it('never met users without a share', () => {
      const { clock, traffic } = setup({ shares, behaviours: { '6': { ...healthy, bad: true } } });
      clock.time = start + 20 * MINUTE;
      expect(traffic.becameBadAt('orders', 'live', '6')).toBeUndefined();
    });
  });

  it('counts a release that was always live from the start of the rehearsal', () => {
    const { clock, traffic } = setup({
      shares: [{ at: Number.NEGATIVE_INFINITY, shares: { '4': 1 } }],
      behaviours: { '4': { ...healthy, phases: [{ since: 'release', from: 2 * MINUTE, bad: true }] } },
    });
    clock.time = start + 10 * MINUTE;
    expect(traffic.becameBadAt('orders', 'live', '4')).toBe(start + 2 * MINUTE);
  });

  it('refuses an invalid behaviour', () => {
    const { clock, traffic } = setup({ behaviours: { '5': { ...healthy, errorRate: 2 } } });
    clock.time = start + MINUTE;
    expect(() => traffic.minute('orders', 'live', start)).toThrow('orders:5: errorRate 2');
  });
});
