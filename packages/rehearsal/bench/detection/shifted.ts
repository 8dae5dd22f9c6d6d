import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { against } from '../../../../shared/judge/sequential/against.ts';
import {
  baselineOf,
  historyStepMs,
  hourMs,
  minuteMs,
  normalRate,
  scaleForHour,
  type TimedCount,
} from '../../../../shared/judge/sequential/baseline.ts';
import { evidencePath } from '../../../../shared/judge/sequential/evidence-path.ts';
import { condemns } from '../../../../shared/judge/sequential/thresholds.ts';
import type { BenchReport } from '../bench-report.ts';
import type { Effort } from './grid.ts';
import { exactInterval, percent, quantile } from './statistics.ts';
import { watchMinutes } from './traffic.ts';

const from = Date.UTC(2026, 0, 5);
const days = 63;
const to = from + days * 24 * hourMs;
const mostFalse = 1 / 1000;

/** The course of a rate: its factor at a time, drawn for each service and watch. */
interface Pattern {
  readonly name: string;
  readonly hoursOfDay: boolean;
  /** Size of the groups in which bad events come. */
  readonly group?: number;
  readonly course: (random: SeededRandom) => (at: number) => number;
}

const dayCurve = () => (at: number) =>
  1 + 0.8 * Math.sin((2 * Math.PI * (at % (24 * hourMs))) / (24 * hourMs));

/** A value for each hour, drawn at its first use. */
function eachHour(draw: () => number): (at: number) => number {
  const hours = new Map<number, number>();
  return (at) => {
    const hour = Math.floor(at / hourMs);
    const value = hours.get(hour) ?? draw();
    hours.set(hour, value);
    return value;
  };
}

const patterns: readonly Pattern[] = [
  { name: 'steady', hoursOfDay: true, course: () => () => 1 },
  { name: 'day curve', hoursOfDay: false, course: dayCurve },
  { name: 'day curve, hours', hoursOfDay: true, course: dayCurve },
  {
    name: 'hours differ',
    hoursOfDay: true,
    // Gamma of shape 3 and mean 1.
    course: (random) =>
      eachHour(() => (random.exponential(1) + random.exponential(1) + random.exponential(1)) / 3),
  },
  { name: 'groups of 3', hoursOfDay: true, group: 3, course: () => () => 1 },
  { name: 'drift of 1 % a day', hoursOfDay: true, course: () => (at) => 1.01 ** ((at - to) / (24 * hourMs)) },
  {
    name: 'bursts x20',
    hoursOfDay: true,
    // Six in a day, of ten minutes each: one in four hours.
    course: (random) => {
      const begins = eachHour(
        () => random.integer(0, 5) * 10 * minuteMs + (random.chance(0.25) ? 0 : hourMs),
      );
      return (at) => {
        const since = (at % hourMs) - begins(at);
        return since >= 0 && since < 10 * minuteMs ? 20 : 1;
      };
    },
  },
];

const services = [
  { perMinute: 6, base: 0.01 },
  { perMinute: 60, base: 0.001 },
  { perMinute: 600, base: 0.001 },
  { perMinute: 6_000, base: 0.0001 },
] as const;

const times = [2, 5, 20] as const;

/** After the full shift there is no control: the rate is compared with the normal rate of 63 days. */
export function afterTheShift({ bad, seed }: Effort): BenchReport {
  const rows = services.flatMap((service) =>
    patterns.map((pattern) => {
      const random = new SeededRandom(seed).fork(`shifted/${service.perMinute}/${pattern.name}`);
      const watch = watchOf(service, pattern, random);
      const healthy = Array.from({ length: bad }, () => watch(1)).filter(Number.isFinite).length;
      const medians = times.map((ratio) =>
        quantile(
          Array.from({ length: Math.ceil(bad / 10) }, () => watch(ratio)).sort((a, b) => a - b),
          0.5,
        ),
      );
      return { ...service, pattern: pattern.name, watches: bad, healthy, medians };
    }),
  );
  const all = rows.reduce((sum, { healthy }) => sum + healthy, 0);
  const interval = exactInterval(all, bad * rows.length);
  const word = (minutes: number): string => (Number.isFinite(minutes) ? String(minutes) : '–');
  return {
    title: [
      `AFTER THE FULL SHIFT: median delay in minutes at 2, 5 and 20 times the rate, ${days} days of history; and healthy watches of`,
      `two hours that are condemned: ${all} of ${bad * rows.length} in all (95 %: ${interval.map(percent).join(' to ')}). To keep: no row known to be above`,
      `${percent(mostFalse)}.`,
    ].join('\n'),
    columns: ['requests a minute', 'base', 'rate', 'x2', 'x5', 'x20', 'condemned'],
    rows: rows.map(({ perMinute, base, pattern, healthy, medians }) => [
      perMinute.toLocaleString('en-US'),
      percent(base),
      pattern,
      ...medians.map(word),
      `${healthy} of ${bad}`,
    ]),
    figures: { limits: { mostFalse }, interval, rows },
    failed: rows
      .filter(({ healthy, watches }) => exactInterval(healthy, watches)[0] > mostFalse)
      .map(
        ({ perMinute, pattern, healthy, watches }) =>
          `${perMinute}/min, ${pattern}: ${healthy} of ${watches}`,
      ),
  };
}

/** A service with its history: returns the minute in which a watch at `times` the normal rate is condemned. */
function watchOf(
  { perMinute, base }: (typeof services)[number],
  { hoursOfDay, group = 1, course }: Pattern,
  random: SeededRandom,
): (ratio: number) => number {
  const count = (at: number, span: number, rate: number): TimedCount => {
    const requests = random.poisson((perMinute * span) / minuteMs);
    const bad = group * random.poisson((requests * Math.min(1, rate)) / group);
    return { at, requests, bad: Math.min(requests, bad) };
  };
  const before = course(random);
  const steps: TimedCount[] = [];
  for (let at = from; at < to; at += historyStepMs) steps.push(count(at, historyStepMs, base * before(at)));
  const normal = normalRate(baselineOf({ from, to, steps }, { hoursOfDay }));
  if (!normal) throw new Error('63 days of history are enough');
  return (ratio) => {
    const start = to + random.integer(0, 23) * hourMs;
    const now = course(random);
    const counts = Array.from({ length: watchMinutes }, (_, k) => {
      const at = start + k * minuteMs;
      return scaleForHour(count(at, minuteMs, ratio * base * now(at)), normal.hourFactors);
    });
    const crossed = evidencePath(against(counts, normal)).findIndex((log) => log >= Math.log(condemns));
    return crossed < 0 ? Number.POSITIVE_INFINITY : crossed + 1;
  };
}
