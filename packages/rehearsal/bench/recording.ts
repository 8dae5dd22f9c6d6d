import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from './bench-report.ts';
import type { RecordAllResult } from './record-all.ts';

const sizes = [
  [15, 6],
  [150, 6],
  [20, 60],
] as const;
/** The number of refused calls must stay below this. */
const mostRefused = 100;
/** Requests a second to Lambda's control plane; all callers of the account have 15 together. */
const mostInASecond = 15;

/**
 * `record-release {}` on the day of installation, with the account's request limits: the live state of every service is
 * recorded, and every release is watched to the end of its bake.
 */
export async function recording(): Promise<BenchReport> {
  const rows = sizes.map(runAlone);
  const failed = rows.flatMap((row) => {
    const what = `${row.services} x ${row.functionsPerService}`;
    return [
      ...(row.failed > 0 ? [`${what}: ${row.failed} failed`] : []),
      ...(row.refused >= mostRefused ? [`${what}: ${row.refused} calls refused`] : []),
      ...(row.good < row.services ? [`${what}: only ${row.good} releases became good`] : []),
      ...(row.mostLambdaRequestsInASecond > mostInASecond
        ? [`${what}: ${row.mostLambdaRequestsInASecond} requests to Lambda in a second`]
        : []),
    ];
  });
  return {
    title: [
      'record-release {} for services that have been live for long, none of them in the ledger, and the watches that',
      `follow; s of virtual time until the last service is recorded. To keep: 0 failed, fewer than ${mostRefused} calls`,
      `refused, and at most ${mostInASecond} requests a second to Lambda's control plane.`,
    ].join('\n'),
    columns: [
      'services',
      'functions each',
      'failed',
      'refused calls',
      'requests to Lambda',
      'most in a second',
      'executions',
      'failure mails',
      'good',
      'recorded after s',
    ],
    rows: rows.map((row) =>
      [
        row.services,
        row.functionsPerService,
        row.failed,
        row.refused,
        row.lambdaRequests,
        row.mostLambdaRequestsInASecond,
        row.executions,
        row.failureMails.length,
        row.good,
        row.took,
      ].map(String),
    ),
    figures: { limits: { mostRefused, mostInASecond }, rows },
    failed,
  };
}

function runAlone([services, functionsPerService]: readonly [number, number]): RecordAllResult {
  const script = fileURLToPath(new URL('./recording-run.ts', import.meta.url));
  // execArgv carries the options with which this process runs TypeScript.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, script, String(services), String(functionsPerService)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`recording ${services} x ${functionsPerService}: ${stderr}`);
  return JSON.parse(stdout) as RecordAllResult;
}
