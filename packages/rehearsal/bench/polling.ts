import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { BenchReport } from './bench-report.ts';
import { mean } from './detection/statistics.ts';
import { arrivals, laterThanFixed } from './polling/delays.ts';
import { lookAfterRing, type PlayedHour, playHour } from './polling/played-watch.ts';
import { before, fixed, looksOf, minuteMs, ours, oursWoken, type Schedule } from './polling/schedules.ts';

const seed = 20_260_105;
/** With prompt metrics, the average delay over looks every 15 s is at most one metric period. */
const mostMeanLater = 60;
/** The least share of looks saved against looks every 15 s. */
const leastFewer = 0.7;
/** The most seconds from an alarm's ring to the look of the woken watch. */
const mostAfterRing = 10;

/**
 * List prices of us-east-1 in dollars, from memory and not looked up: Step Functions a transition, Lambda an invocation of
 * 512 MB for 300 ms on arm64, GetMetricData a series, DynamoDB a write unit.
 */
const prices = {
  transition: 0.025 / 1000,
  invocation: 0.2e-6 + 0.3 * 0.5 * 13.3334e-6,
  series: 0.01 / 1000,
  write: 0.625e-6,
};

const hours = [
  { name: 'first hour', span: { from: 0, to: 60 } },
  { name: 'second hour', span: { from: 60, to: 120 } },
] as const;

/** The number and cost of looks during a bake, and the delay of their findings against looks every 15 s. */
export async function polling({ isShort }: { readonly isShort: boolean }): Promise<BenchReport[]> {
  const played = [await playHour(1), await playHour(2)] as const;
  return [
    looks(isShort ? 60 : 600),
    costs(played),
    delays(isShort ? 2_000 : 20_000),
    await rings(isShort ? 2 : 6),
  ];
}

/** The most and the mean number of looks in an hour, by the second in which the bake began. */
function countLooks(schedule: Schedule, { from, to }: (typeof hours)[number]['span'], bakes: number) {
  const counts = Array.from({ length: bakes }, (_, index) => {
    const began = Math.round((index * minuteMs) / bakes);
    const inSpan = (look: number) => look > began + from * minuteMs && look <= began + to * minuteMs;
    return looksOf(schedule, began, to).filter(inSpan).length;
  });
  return { mean: mean(counts), most: Math.max(...counts) };
}

function looks(bakes: number): BenchReport {
  const rows = hours.flatMap(({ name, span }) => {
    const every15 = countLooks(fixed, span, bakes).mean;
    return [fixed, before, ours, oursWoken].map((schedule) => {
      const count = countLooks(schedule, span, bakes);
      return { hour: name, schedule: schedule.name, ...count, fewer: 1 - count.mean / every15 };
    });
  });
  const mostBefore = countLooks(before, hours[0].span, bakes).most;
  const own = rows.filter(({ schedule }) => schedule.startsWith('ours'));
  const failed = own.flatMap(({ hour, schedule, most, fewer }) => [
    ...(fewer < leastFewer ? [`${hour}, ${schedule}: only ${share(fewer)} fewer looks`] : []),
    ...(hour === 'first hour' && most > mostBefore
      ? [`${hour}, ${schedule}: ${most} looks, before ${mostBefore}`]
      : []),
  ]);
  return {
    title: `LOOKS at a quiet bake, by the second in which it begins (${bakes} of them). To keep: ${share(leastFewer)} fewer than every 15 s, and in the first hour no more than before.`,
    columns: ['hour', 'schedule', 'mean', 'most', 'fewer'],
    rows: rows.map(({ hour, schedule, mean: average, most, fewer }) => [
      hour,
      schedule,
      average.toFixed(1),
      String(most),
      share(fewer),
    ]),
    figures: { rows },
    failed,
  };
}

function costs(played: readonly PlayedHour[]): BenchReport {
  const rows = played.flatMap((hour, index) => {
    const every15 = 240 / hour.looks;
    // Every look costs the same; without waits for events it writes nothing.
    const polled = {
      looks: 240,
      transitions: hour.transitions * every15,
      historyEvents: 9 * 240,
      invocations: hour.invocations * every15,
      awsCalls: (hour.awsCalls - hour.ledgerWrites) * every15,
      series: hour.series * every15,
      ledgerWrites: 0,
    };
    return [
      { hour: `hour ${index + 1}, every 15 s`, ...polled },
      { hour: `hour ${index + 1}, as played`, ...hour },
    ];
  });
  const dollars = (row: PlayedHour) =>
    row.transitions * prices.transition +
    row.invocations * prices.invocation +
    row.series * prices.series +
    row.ledgerWrites * prices.write;
  const failed = [0, 2].flatMap((index) => {
    const [polled, own] = [rows[index], rows[index + 1]];
    if (!polled || !own) return [];
    return (['looks', 'transitions', 'historyEvents', 'invocations', 'awsCalls', 'series'] as const)
      .map((what) => ({ what, fewer: 1 - own[what] / polled[what] }))
      .filter(({ fewer }) => !(fewer >= leastFewer))
      .map(({ what, fewer }) => `${own.hour}: only ${share(fewer)} fewer ${what}`);
  });
  return {
    title: [
      'COST of an hour of a healthy bake of one function with one alarm: the real machine and functions, played. Every 15 s is the same',
      `look 240 times. $ at assumed list prices: ${Object.entries(prices)
        .map(([what, price]) => `${what} ${price.toExponential(2)}`)
        .join(', ')}.`,
    ].join('\n'),
    columns: [
      'watch',
      'looks',
      'transitions',
      'history events',
      'invocations',
      'AWS calls',
      'series asked',
      'ledger writes',
      '$ an hour',
    ],
    rows: rows.map((row) => [
      row.hour,
      ...[
        row.looks,
        row.transitions,
        row.historyEvents,
        row.invocations,
        row.awsCalls,
        row.series,
        row.ledgerWrites,
      ].map((count) => String(Math.round(count))),
      dollars(row).toFixed(4),
    ]),
    figures: { rows: rows.map((row) => ({ ...row, dollars: dollars(row) })) },
    failed,
  };
}

function delays(bakes: number): BenchReport {
  const rows = hours.flatMap(({ name, span }) =>
    arrivals.flatMap((arrival) =>
      [before, ours, oursWoken].map((schedule) => {
        const random = new SeededRandom(seed).fork(`${name}/${arrival.name}`);
        const later = laterThanFixed(schedule, span, arrival, bakes, random);
        return { hour: name, arrival: arrival.name, schedule: schedule.name, ...later };
      }),
    ),
  );
  const meanOf = (row: (typeof rows)[number], schedule: Schedule) =>
    rows.find((one) => one.hour === row.hour && one.arrival === row.arrival && one.schedule === schedule.name)
      ?.mean ?? Number.NaN;
  const failed = rows
    // In a long bake with an alarm, polling is only the fallback, and unchanged.
    .filter(({ schedule }) => schedule === ours.name)
    .flatMap((row) => {
      const [prompt] = arrivals;
      const most = row.arrival === prompt?.name ? mostMeanLater : meanOf(row, before);
      if (row.mean <= most) return [];
      return [`${row.hour}, metrics ${row.arrival}: ${row.mean.toFixed(0)} s later on average`];
    });
  return {
    title: `LATER than looks every 15 s, seconds until a look sees a minute of metrics; ${bakes} bakes a row, seed ${seed}. To keep: a mean of ${mostMeanLater} s where metrics are prompt, and no more than before where they are not.`,
    columns: ['hour', 'metrics arrive', 'schedule', 'mean', '95 %', 'most'],
    rows: rows.map(({ hour, arrival, schedule, mean: average, p95, most }) => [
      hour,
      arrival,
      schedule,
      ...[average, p95, most].map((seconds) => seconds.toFixed(0)),
    ]),
    figures: { rows },
    failed,
  };
}

async function rings(count: number): Promise<BenchReport> {
  const random = new SeededRandom(seed).fork('rings');
  const moments = Array.from({ length: count }, () => ({
    minute: random.integer(65, 115),
    second: random.integer(0, 59),
  }));
  const seconds = async (isDelivered: boolean) => {
    const found: number[] = [];
    for (const moment of moments) found.push(await lookAfterRing(moment, isDelivered));
    return { event: isDelivered ? 'delivered' : 'lost', mean: mean(found), most: Math.max(...found) };
  };
  const rows = [await seconds(true), await seconds(false)];
  const [woken] = rows;
  const failed =
    woken && woken.most <= mostAfterRing ? [] : [`a look came ${woken?.most.toFixed(1)} s after the ring`];
  return {
    title: `AFTER AN ALARM RINGS in the second hour, seconds until a look, played ${count} times each. To keep: ${mostAfterRing} s with the event.`,
    columns: ['event', 'mean', 'most'],
    rows: rows.map(({ event, mean: average, most }) => [event, average.toFixed(1), most.toFixed(1)]),
    figures: { moments, rows },
    failed,
  };
}

function share(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}
