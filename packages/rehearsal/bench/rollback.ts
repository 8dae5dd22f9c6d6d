import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from './bench-report.ts';
import type { RollbackRow } from './rollback-run.ts';

const sizes = [10, 200, 1_000];
/** Durations of stacks, in minutes: quick ones, and slow ones that shift through a canary. */
const quick = [1, 12] as const;
const slow = [30, 90] as const;
/** With slow stacks, the users' wait may grow by this factor: pins come after the users, however long the stacks take. */
const mostForSlowStacks = 1.01;
/** The promised limit at every size: duration divided by the longest path. */
const mostRatio = 1.1;
/**
 * State transitions per service may grow from the smallest plan to the largest by this factor, not in proportion to the
 * plan.
 */
const mostGrowth = 1.5;

/**
 * Coordinated rollbacks of growing size, each in a process of its own: the real machines and functions in virtual time,
 * against an account in which aliases take seconds and stacks take minutes.
 */
export async function rollback(): Promise<BenchReport> {
  const rows = sizes.map((size) => runAlone(size, quick));
  const slowRows = sizes.map((size) => runAlone(size, slow));
  const waits = slowRows.map(({ took }, index) => took / (rows[index]?.took ?? 1));
  const [smallest, largest] = [rows[0], rows.at(-1)];
  const growth = (largest?.transitions ?? 0) / (smallest?.transitions ?? 1);
  const failed = [
    ...rows
      .filter(({ ratio }) => ratio > mostRatio)
      .map(({ services, ratio }) => `${services} services: ${ratio} x the longest path`),
    ...waits.flatMap((wait, index) =>
      wait > mostForSlowStacks
        ? [`${sizes[index]} services: users wait ${wait.toFixed(3)} x as long where stacks are slow`]
        : [],
    ),
    ...(growth > mostGrowth ? [`transitions per service grew ${growth.toFixed(2)} x`] : []),
  ];
  return {
    title: [
      'A coordinated rollback: s of virtual time from the first service begun until the users of all are back, beside the',
      'longest path of its plan (what the aliases on it take at least). By levels: each level waits for the slowest of the',
      'one before; one by one: the sum; both computed from the same durations, without what coordinating costs. To keep:',
      `≤ ${mostRatio}. Slow stacks: how long users wait where stacks take ${slow.join('–')} instead of ${quick.join('–')} min, to keep: ≤ ${mostForSlowStacks}.`,
    ].join('\n'),
    columns: [
      'services',
      'on path',
      'longest path',
      'took',
      'ratio',
      'by levels',
      'one by one',
      'slow stacks',
      'transitions per service',
      'wall s',
      'peak MiB',
    ],
    rows: rows.map((row, index) => [
      ...[row.services, row.pathServices, row.path, row.took].map(String),
      row.ratio.toFixed(3),
      `${row.byLevels} (${(row.byLevels / row.path).toFixed(2)})`,
      `${row.oneByOne} (${(row.oneByOne / row.path).toFixed(1)})`,
      (waits[index] ?? 0).toFixed(3),
      ...[row.transitions, row.wallSeconds, row.peakMiB].map(String),
    ]),
    figures: { limits: { mostRatio, mostGrowth, mostForSlowStacks }, rows, slowRows },
    failed,
  };
}

function runAlone(size: number, stackMinutes: readonly [number, number]): RollbackRow {
  const script = fileURLToPath(new URL('./rollback-run.ts', import.meta.url));
  // execArgv carries the options with which this process runs TypeScript.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, script, String(size), ...stackMinutes.map(String)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`rollback ${size}: ${stderr}`);
  return JSON.parse(stdout) as RollbackRow;
}
