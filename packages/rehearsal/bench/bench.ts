import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endWithReader } from '../../../cli/end-with-reader.ts';
import { type BenchReport, renderReport } from './bench-report.ts';
import { detection } from './detection.ts';
import { ledger } from './ledger.ts';
import { planning } from './planning.ts';
import { polling } from './polling.ts';
import { recording } from './recording.ts';
import { rollback } from './rollback.ts';

interface BenchOptions {
  /** Only a part of the benchmark, short enough for every change. */
  readonly isShort: boolean;
}

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<BenchReport | BenchReport[]>>> = {
  detection,
  ledger,
  planning,
  polling,
  recording,
  rollback,
};

const usage = `Usage: npm run bench -- ${Object.keys(benches).join('|')} [--short] [--json FILE]

Prints the figures as tables; detection --short and polling --short measure a part of them in less than a minute. Status 0: all limits are kept. 1: a limit is exceeded. 2: there is no such benchmark.`;

async function main(argv: string[]): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { json: { type: 'string' }, short: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const bench = benches[positionals[0] ?? ''];
  if (!bench || positionals.length > 1) {
    console.error(usage);
    return 2;
  }
  const result = await bench({ isShort: values.short });
  const reports = Array.isArray(result) ? result : [result];
  console.log(reports.map((report) => renderReport(report).join('\n')).join('\n\n\n'));
  if (values.json) {
    const figures = Array.isArray(result) ? result.map((report) => report.figures) : result.figures;
    writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  return reports.every(({ failed }) => failed.length === 0) ? 0 : 1;
}

endWithReader();
process.exitCode = await main(process.argv.slice(2));
