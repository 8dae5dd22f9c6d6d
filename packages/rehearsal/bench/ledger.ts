import { runScenario } from '../run/run-scenario.ts';
import { findScenario } from '../scenario/scenario-file.ts';
import type { BenchReport } from './bench-report.ts';
import { type LedgerMeter, meterLedger } from './ledger-use.ts';

const scenarios = ['healthy-canary', 'bad-canary', 'bad-after-completion'] as const;

/** On-demand prices of us-east-1 in dollars (aws.amazon.com/dynamodb/pricing/on-demand, since November 2024). */
const perMillionWriteUnits = 0.625;
const perMillionReadUnits = 0.125;
const perGbMonth = 0.25;

/** The cost of one kind of record, or of all kinds, in one scenario. */
interface Row {
  readonly scenario: string;
  readonly record: string;
  readonly deployments: number;
  readonly items: number;
  readonly bytes: number;
  readonly writes: number;
  readonly writeUnits: number;
  readonly reads?: number;
  readonly readUnits?: number;
  /** Of 1,000 deployments a day, for reads and writes. */
  readonly dollarsADay?: number;
  /** The increase of the monthly storage bill from a day's records. */
  readonly dollarsAMonth?: number;
}

/** The ledger's writes, reads and storage per deployment, measured in rehearsed deployments. */
export async function ledger(): Promise<BenchReport> {
  const rows: Row[] = [];
  for (const name of scenarios) rows.push(...(await measure(name)));
  return {
    title: [
      'The ledger in rehearsed deployments: items and bytes that stay, calls, units as DynamoDB charges them.',
      `$ per 1,000 such deployments, at $${perMillionWriteUnits} and $${perMillionReadUnits} a million units; to keep them, at $${perGbMonth} per GB and month.`,
    ].join('\n'),
    columns: [
      'scenario',
      'record',
      'deployments',
      'items',
      'bytes',
      'writes',
      'write units',
      'reads',
      'read units',
      '$ calls',
      '$ a month',
    ],
    rows: rows.map((row) => [
      row.scenario,
      row.record,
      ...[row.deployments, row.items, row.bytes, row.writes, row.writeUnits].map(String),
      ...[row.reads, row.readUnits].map((count) => (count === undefined ? '' : String(count))),
      ...[row.dollarsADay, row.dollarsAMonth].map((one) => one?.toFixed(4) ?? ''),
    ]),
    figures: { rows },
    failed: [],
  };
}

async function measure(scenario: string): Promise<Row[]> {
  const found: { meter?: LedgerMeter; deployments?: number } = {};
  await runScenario(findScenario(process.cwd(), scenario), {
    seed: 1,
    root: process.cwd(),
    attach: [
      ({ coordinator }) => {
        const { account } = coordinator;
        const meter = meterLedger(account, coordinator.nameOf('LedgerTable'));
        found.meter = meter;
        return {
          finish() {
            // Rollbacks count for the release that they undo.
            found.deployments = account.codeDeploy.deployments.filter(({ rollsBack }) => !rollsBack).length;
            meter.finish();
          },
        };
      },
    ],
  });
  const { meter, deployments = 1 } = found;
  if (!meter) return [];
  const kinds = [...meter.byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([record, use]): Row => ({ scenario, record, deployments, ...use }));
  const sum = (of: 'items' | 'bytes' | 'writes' | 'writeUnits') =>
    kinds.reduce((total, row) => total + row[of], 0);
  const [reads, readUnits] = [meter.reads(), meter.readUnits()];
  const perThousand = 1000 / deployments;
  const all: Row = {
    scenario,
    record: 'all',
    deployments,
    items: sum('items'),
    bytes: sum('bytes'),
    writes: sum('writes'),
    writeUnits: sum('writeUnits'),
    reads,
    readUnits,
    dollarsADay:
      ((sum('writeUnits') * perMillionWriteUnits + readUnits * perMillionReadUnits) / 1e6) * perThousand,
    dollarsAMonth: ((sum('bytes') * perGbMonth) / 1e9) * perThousand,
  };
  return [...kinds, all];
}
