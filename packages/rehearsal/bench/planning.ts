import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from './bench-report.ts';
import type { PlanningRow } from './planning-run.ts';

const loads = ['usual', 'whole'] as const;
const sizes = [100, 1_000, 10_000];
/** The promised limits at the largest size. */
const limits = { services: 10_000, totalMs: 1_000, peakMiB: 512 };

/**
 * Target selection over catalogs of growing size, each in a process of its own, so that its memory peak is its own and its
 * first plan runs cold code, as a function's first invocation does.
 */
export async function planning(): Promise<BenchReport> {
  const rows = loads.flatMap((load) => sizes.map((size) => runAlone(load, size)));
  const growth = rows.map(({ load, totalMs }, index) => {
    const smaller = rows[index - 1];
    return smaller?.load === load ? `x${(totalMs / smaller.totalMs).toFixed(1)}` : '';
  });
  const failed = rows
    .filter(({ services }) => services === limits.services)
    .flatMap(({ load, totalMs, peakMiB }) => [
      ...(totalMs < limits.totalMs ? [] : [`${load}: ${totalMs} ms`]),
      ...(peakMiB < limits.peakMiB ? [] : [`${load}: ${peakMiB} MiB`]),
    ]);
  return {
    title: [
      'Planning from the compiled catalog to the order of rollback: ms of wall time, median of one process;',
      `first: its first plan, in cold code. To keep at ${limits.services} services: < ${limits.totalMs} ms, < ${limits.peakMiB} MiB.`,
    ].join('\n'),
    columns: [
      'load',
      'services',
      'releases',
      'read',
      'moved',
      'catalog',
      'graph',
      'select',
      'order',
      'total',
      'growth',
      'first',
      'peak MiB',
    ],
    rows: rows.map((row, index) => [
      row.load,
      ...[row.services, row.releases, row.read, row.moved].map(String),
      ...[row.catalogMs, row.graphMs, row.selectMs, row.orderMs, row.totalMs].map((ms) => ms.toFixed(1)),
      growth[index] ?? '',
      row.firstMs.toFixed(1),
      String(row.peakMiB),
    ]),
    figures: { limits, rows },
    failed,
  };
}

function runAlone(load: string, size: number): PlanningRow {
  const script = fileURLToPath(new URL('./planning-run.ts', import.meta.url));
  // execArgv carries the options with which this process runs TypeScript.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, script, load, String(size)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`planning ${load} ${size}: ${stderr}`);
  return JSON.parse(stdout) as PlanningRow;
}
