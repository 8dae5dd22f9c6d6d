import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endWithReader } from '../../../cli/end-with-reader.ts';
import { type BenchReport, renderReport } from './bench-report.ts';
import { ledger } from './ledger.ts';
import { planning } from './planning.ts';
import { recording } from './recording.ts';
import { rollback } from './rollback.ts';

const benches: Readonly<Record<string, () => Promise<BenchReport>>> = {
  ledger,
  planning,
  recording,
  rollback,
};

const usage = `Usage: npm run bench -- ${Object.keys(benches).join('|')} [--json FILE]

Prints the figures as a table. Status 0: all limits are kept. 1: one is not. 2: there is no such benchmark.`;

async function main(argv: string[]): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const bench = benches[positionals[0] ?? ''];
  if (!bench || positionals.length > 1) {
    console.error(usage);
    return 2;
  }
  const report = await bench();
  for (const line of renderReport(report)) console.log(line);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report.figures, null, 2)}\n`);
  return report.failed.length === 0 ? 0 : 1;
}

endWithReader();
process.exitCode = await main(process.argv.slice(2));
