import type { TimelineEntry } from '../report/timeline.ts';
import type { CaseReport } from './run-case.ts';
import type { SimulationCase } from './simulation-case.ts';
import type { SweepTally } from './sweep-tally.ts';

/** The broken promises of a run, its faults, and its case in the form of a file. */
export function renderCase(report: CaseReport, shrunk: SimulationCase, drawn: SimulationCase): string[] {
  return [
    ...renderViolations(report),
    '',
    `faults that still show it (${shrunk.faults.length} of ${drawn.faults.length}):`,
    ...shrunk.faults.map((fault) => `  ${JSON.stringify(fault)}`),
    '',
    'the case, for --case FILE:',
    JSON.stringify(shrunk),
  ];
}

/** One line per broken promise. */
export function renderViolations({ violations }: CaseReport): string[] {
  return violations.map(({ promise, at, detail }) => `  ${instant(at)} ${promise}: ${detail}`);
}

/** The timeline of a run, one entry a line. */
export function renderTimeline(timeline: readonly TimelineEntry[]): string[] {
  return timeline.map(({ at, kind, service, state, text }) => {
    const about = [service, state].filter(Boolean).join(' ');
    return `  ${instant(at)} ${kind.padEnd(10)} ${about ? `[${about}] ` : ''}${text}`;
  });
}

/** The table of faults in Markdown: the number of strikes, and the outcomes of the incidents in those runs. */
export function renderFaults({ faults }: SweepTally): string[] {
  const rows = Object.entries(faults).sort(([a], [b]) => (a < b ? -1 : 1));
  const endings = [...new Set(rows.flatMap(([, { ended }]) => Object.keys(ended)))].sort();
  return [
    `| fault | runs | struck | ${endings.join(' | ')} |`,
    `| --- | ---: | ---: | ${endings.map(() => '---:').join(' | ')} |`,
    ...rows.map(
      ([label, { runs, struck, ended }]) =>
        `| ${label} | ${runs} | ${struck} | ${endings.map((one) => ended[one] ?? 0).join(' | ')} |`,
    ),
  ];
}

/** The number of runs by setting of the account and value; a table in Markdown. */
export function renderSettings({ settings }: SweepTally): string[] {
  return [
    '| setting | runs by value |',
    '| --- | --- |',
    ...Object.entries(settings).map(([name, runs]) => {
      const values = Object.entries(runs).sort(([a], [b]) => (a < b ? -1 : 1));
      return `| ${name} | ${values.map(([value, count]) => `${value} ${count}`).join(', ')} |`;
    }),
  ];
}

/** The outcomes of all runs together. */
export function renderOutcomes({ outcomes }: SweepTally): string {
  return Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ');
}

function instant(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
