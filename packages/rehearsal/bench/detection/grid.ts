import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { BenchReport } from '../bench-report.ts';
import { bounds } from './bounds.ts';
import { FastJudge } from './ours.ts';
import { type Rival, rivals } from './rivals.ts';
import { delays, exactInterval, mean, percent, quantile } from './statistics.ts';
import {
  badRate,
  type Cell,
  cells,
  type FaultCell,
  faultCells,
  Minutes,
  MinuteTraffic,
  nameOf,
  steadyNormal,
  watchMinutes,
} from './traffic.ts';

/** The number of deployments to play. */
export interface Effort {
  /** Healthy deployments in each cell. */
  readonly healthy: number;
  /** Healthy deployments in the reference cell, whose rollbacks are counted. */
  readonly reference: number;
  /** Bad deployments in each cell. */
  readonly bad: number;
  /** Deployments for each rival in each cell; Kayenta's gets a tenth. */
  readonly rival: number;
  /** Every n-th cell. */
  readonly each: number;
  readonly seed: number;
}

/** Healthy deployments that may be rolled back, in every cell. */
const mostFalse = 1 / 1000;

/**
 * The most rollbacks of 100,000 healthy deployments in this cell: with this number, the exact upper limit is below 1 in
 * 1,000.
 */
const reference = { cell: { perMinute: 600, share: 0.1, base: 0.001 }, most: 80 };

const isReference = ({ perMinute, share, base }: Cell): boolean =>
  perMinute === reference.cell.perMinute && share === reference.cell.share && base === reference.cell.base;

const randomFor = (seed: number, what: string, cell: Cell): SeededRandom =>
  new SeededRandom(seed).fork(`${what}/${nameOf(cell)}`);

interface FalseRow {
  readonly cell: string;
  readonly deployments: number;
  readonly rolledBack: number;
  readonly interval: readonly [number, number];
}

/** Healthy deployments, with a look every minute for two hours. */
export function falseAlarms({ healthy, reference: ofReference, each, seed }: Effort): BenchReport {
  const played = cells.filter((cell, index) => index % each === 0 || isReference(cell));
  const rows = played.map((cell): FalseRow => {
    const judge = new FastJudge({ normal: steadyNormal(cell) });
    const deployments = isReference(cell) ? ofReference : healthy;
    const rolledBack = count(deployments, cell, cell.base, randomFor(seed, 'healthy', cell), (minutes) =>
      judge.condemnedAt(minutes),
    );
    return { cell: nameOf(cell), deployments, rolledBack, interval: exactInterval(rolledBack, deployments) };
  });
  const all = rows.reduce((sum, { deployments }) => sum + deployments, 0);
  const rolledBack = rows.reduce((sum, row) => sum + row.rolledBack, 0);
  const interval = exactInterval(rolledBack, all);
  const failed = [
    ...rows
      .filter((row) => row.interval[1] > mostFalse)
      .map(
        (row) => `${row.cell}: ${row.rolledBack} of ${row.deployments}, up to ${percent(row.interval[1])}`,
      ),
    ...rows
      .filter((row) => row.cell === nameOf(reference.cell) && row.rolledBack > reference.most)
      .map((row) => `${row.cell}: ${row.rolledBack} rolled back, ${reference.most} may be`),
  ];
  const worst = rows.toSorted((a, b) => b.interval[1] - a.interval[1]).slice(0, 5);
  return {
    title: [
      `FALSE ALARMS of ours: healthy deployments, ${watchMinutes} looks each, ${rows.length} of ${cells.length} cells; the five worst`,
      `and all. To keep: the upper 95 % limit of every cell <= ${percent(mostFalse)}.`,
    ].join('\n'),
    columns: ['cell', 'deployments', 'rolled back', 'share', '95 % interval'],
    rows: [...worst, { cell: 'all cells', deployments: all, rolledBack, interval }].map((row) => [
      row.cell,
      row.deployments.toLocaleString('en-US'),
      String(row.rolledBack),
      percent(row.rolledBack / row.deployments),
      `${percent(row.interval[0])} to ${percent(row.interval[1])}`,
    ]),
    figures: { limits: { mostFalse }, rows, all: { deployments: all, rolledBack, interval } },
    failed,
  };
}

function count(
  deployments: number,
  cell: Cell,
  rate: number,
  random: SeededRandom,
  condemnedAt: (minutes: Minutes) => number,
): number {
  const traffic = new MinuteTraffic(cell, rate, cell.base);
  const minutes = new Minutes();
  let condemned = 0;
  for (let i = 0; i < deployments; i += 1) {
    traffic.draw(minutes, random);
    if (condemnedAt(minutes) > 0) condemned += 1;
  }
  return condemned;
}

/** Delays of bad deployments, sorted; `Infinity` for a missed deployment. */
function delaysOf(
  deployments: number,
  cell: FaultCell,
  random: SeededRandom,
  condemnedAt: (minutes: Minutes) => number,
): number[] {
  const traffic = new MinuteTraffic(cell, badRate(cell, cell.ratio), cell.base);
  const minutes = new Minutes();
  return Array.from({ length: deployments }, () => {
    traffic.draw(minutes, random);
    return condemnedAt(minutes) || Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
}

/** The rules side by side on healthy deployments: the number of cells with a bearable false alarm rate. */
export function rivalsFalseAlarms(effort: Effort): BenchReport {
  const played = cells.filter((_, index) => index % effort.each === 0);
  const rows = rivals.map((rival) => {
    const shares = played.map((cell) => falseShare(rival, cell, effort));
    return {
      rule: rival.name,
      source: rival.source,
      upTo01: shares.filter((share) => share <= 0.001).length,
      upTo1: shares.filter((share) => share <= 0.01).length,
      worst: Math.max(...shares),
    };
  });
  return {
    title: `THE SAME FOR OTHER RULES: cells, of ${played.length}, in which so many healthy deployments are rolled back`,
    columns: ['rule', 'up to 0.1 %', 'up to 1 %', 'worst cell'],
    rows: rows.map(({ rule, upTo01, upTo1, worst }) => [rule, String(upTo01), String(upTo1), percent(worst)]),
    figures: { rows },
    failed: [],
  };
}

const deploymentsOf = ({ isSlow }: Rival, { rival }: Effort): number =>
  Math.ceil(isSlow ? rival / 10 : rival);

function falseShare(rival: Rival, cell: Cell, effort: Effort): number {
  const deployments = deploymentsOf(rival, effort);
  const random = randomFor(effort.seed, `healthy/${rival.name}`, cell);
  return count(deployments, cell, cell.base, random, rival.condemnedAt) / deployments;
}

/** Cells in the table; the figures contain all cells. */
const shown = [
  [6, 0.1, 0.001, 500],
  [6, 0.5, 0.001, 500],
  [60, 0.1, 0.001, 500],
  [60, 0.1, 0.001, 20],
  [60, 0.5, 0.001, 20],
  [60, 0.1, 0, 20],
  [600, 0.1, 0.001, 500],
  [600, 0.1, 0.001, 20],
  [600, 0.1, 0.01, 5],
  [600, 0.1, 0.001, 5],
  [600, 0.1, 0.01, 2],
  [600, 0.5, 0.001, 5],
  [600, 0.05, 0.001, 20],
  [6_000, 0.1, 0.001, 5],
  [6_000, 0.1, 0.0001, 20],
  [6_000, 0.1, 0.01, 2],
  [6_000, 0.5, 0.001, 2],
  [6_000, 0.1, 0, 2],
  [60_000, 0.1, 0.001, 2],
  [60_000, 0.1, 0.0001, 5],
  [60_000, 0.1, 0.0001, 2],
  [60_000, 0.05, 0.001, 5],
] as const;

const isShown = (cell: FaultCell): boolean =>
  shown.some(
    ([perMinute, share, base, ratio]) =>
      perMinute === cell.perMinute && share === cell.share && base === cell.base && ratio === cell.ratio,
  );

interface DelayRow {
  readonly cell: FaultCell;
  readonly known: number;
  readonly free: number;
  readonly ours: readonly number[];
  readonly caught: number;
}

/** The detection delay of faults that exist from the first judged minute. */
export function detectionDelays(effort: Effort): BenchReport {
  const played = faultCells.filter((cell, index) => index % effort.each === 0 || isShown(cell));
  const rows = played.map((cell): DelayRow => {
    const judge = new FastJudge({ normal: steadyNormal(cell) });
    const random = randomFor(effort.seed, `bad/${cell.ratio}`, cell);
    const ours = delaysOf(effort.bad, cell, random, (minutes) => judge.condemnedAt(minutes));
    return { cell, ...bounds(cell), ours, caught: ours.filter(Number.isFinite).length / ours.length };
  });
  const failed = rows.flatMap(({ cell, free, ours, caught }) => {
    const median = quantile(ours, 0.5);
    const name = `${nameOf(cell)}, x${cell.ratio}`;
    const most = 1.5 * free;
    return [
      ...(caught >= 0.6 && median > most + 1
        ? [`${name}: median ${median}, ${(most + 1).toFixed(1)} may be`]
        : []),
      ...(caught === 1 && mean(ours) > most + 1.2
        ? [`${name}: mean ${mean(ours).toFixed(1)}, ${(most + 1.2).toFixed(1)} may be`]
        : []),
    ];
  });
  const falseShares = new Map<string, number>();
  const ofRival = (rival: Rival, cell: FaultCell): string => {
    const key = `${rival.name}/${nameOf(cell)}`;
    const isFalse = falseShares.get(key) ?? falseShare(rival, cell, effort);
    falseShares.set(key, isFalse);
    const random = randomFor(effort.seed, `bad/${rival.name}/${cell.ratio}`, cell);
    const found = delaysOf(deploymentsOf(rival, effort), cell, random, rival.condemnedAt);
    return `${delays(found)}${isFalse > 0.01 ? '!' : ''}`;
  };
  const compared = rivals.filter(({ isInTable }) => isInTable);
  return {
    title: [
      `DELAY in minutes, median/95th percentile (share caught within ${watchMinutes} minutes where below 99.5 %), over ${rows.length} cells,`,
      'of which 22 are shown; -: not within the watch; !: rolls back more than 1 % of healthy deployments there.',
      'Bounds: ln(1000) over what a minute tells if the healthy rate is known, and if it is free. To keep in each cell:',
      'median <= 1.5 x free + 1 where 60 % are caught, mean <= 1.5 x free + 1.2 where all are.',
    ].join('\n'),
    columns: ['cell', 'known', 'free', 'ours', ...compared.map(({ short }) => short)],
    rows: rows
      .filter(({ cell }) => isShown(cell))
      .map(({ cell, known, free, ours }) => [
        `${nameOf(cell)}, x${cell.ratio}`,
        known.toFixed(1),
        free.toFixed(1),
        delays(ours),
        ...compared.map((rival) => ofRival(rival, cell)),
      ]),
    figures: {
      rows: rows.map(({ cell, known, free, ours, caught }) => ({
        ...cell,
        known,
        free,
        caught,
        median: quantile(ours, 0.5),
        p95: quantile(ours, 0.95),
      })),
    },
    failed,
  };
}
