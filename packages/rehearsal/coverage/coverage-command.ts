import { availableParallelism } from 'node:os';
import { UsageError } from '../command/command-line.ts';
import type { Terminal } from '../command/rehearse-command.ts';
import { readOptions, text, wholeNumber } from '../run/read-options.ts';
import { surfaceOf } from '../simulation/surface.ts';
import { cover } from './cover.ts';
import { directedCases, scenarioCases } from './coverage-case.ts';
import { excusedKeys, judgeCoverage } from './judge-coverage.ts';
import { inProcesses } from './play-cases.ts';
import { renderCoverage, renderFindings } from './render-coverage.ts';

const usage = `Usage: npm run coverage [-- --workers N]

Proves that every state, catcher and retrier of the machines is reached in some run of the simulated account, and
that every action and resource of every role's statements is needed by some request. Plays the cases of
packages/rehearsal/coverage/cases, then the same with a fault aimed at each state whose catchers or retriers are still missing,
and where that is not enough, the same with the scenarios of packages/rehearsal/scenarios.

  --workers N  processes (default: one per core)
  --help       shows this

Status 0: everything was reached and every promise kept. 1: something is missing, and is named. 2: it could not be
played.`;

/** Runs the command. @returns the exit status */
export async function coverageCommand(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const { values } = readOptions(argv, { workers: text });
    if (values.help) {
      terminal.out(usage);
      return 0;
    }
    const workers =
      values.workers === undefined ? availableParallelism() : wholeNumber('workers', values.workers, 1);
    return await prove(workers, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(error.message);
    terminal.err('Try: npm run coverage -- --help');
    return 2;
  }
}

async function prove(workers: number, { out, root }: Pick<Terminal, 'out' | 'root'>): Promise<0 | 1> {
  const started = process.hrtime.bigint();
  const { places } = surfaceOf(root);
  const { play, close } = inProcesses(root, workers);
  const runs = await cover({
    places,
    play,
    bases: [directedCases(root), scenarioCases(root)],
    excused: excusedKeys(places),
  }).finally(close);
  const findings = judgeCoverage(places, runs);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const problems = renderFindings(findings);
  for (const line of [...renderCoverage(places, runs), ...problems]) out(line);
  out(
    `${runs.length} runs in ${seconds.toFixed(0)} s: ${problems.length === 0 ? 'everything was reached.' : 'NOT COVERED.'}`,
  );
  return problems.length === 0 ? 0 : 1;
}
