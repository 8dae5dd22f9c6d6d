import type { CaseReport } from './run-case.ts';

/** The results of the runs in which one kind of fault struck. */
export interface FaultTally {
  /** Runs in which the fault struck. */
  runs: number;
  /** Number of strikes in all. */
  struck: number;
  /** The outcomes of those runs' incidents, and runs without an incident. */
  ended: Record<string, number>;
}

/** The results of a sweep, collected from its runs; the order of the runs does not matter. */
export class SweepTally {
  readonly faults: Record<string, FaultTally> = {};
  readonly outcomes: Record<string, number> = {};
  /** Runs by setting of the account and its value. */
  readonly settings: Record<string, Record<string, number>> = {};
  readonly #visited = new Set<string>();
  readonly violations: CaseReport[] = [];
  runs = 0;
  wallMs = 0;

  add(report: CaseReport): void {
    this.runs += 1;
    this.wallMs += report.wallMs;
    const endings = report.outcomes.length > 0 ? report.outcomes : ['no incident'];
    for (const ending of endings) this.outcomes[ending] = (this.outcomes[ending] ?? 0) + 1;
    for (const [name, value] of Object.entries(report.settings)) {
      const runs = this.settings[name] ?? {};
      this.settings[name] = runs;
      runs[String(value)] = (runs[String(value)] ?? 0) + 1;
    }
    for (const [label, times] of Object.entries(report.struck)) {
      const tally = this.faults[label] ?? { runs: 0, struck: 0, ended: {} };
      this.faults[label] = tally;
      tally.runs += 1;
      tally.struck += times;
      for (const ending of endings) tally.ended[ending] = (tally.ended[ending] ?? 0) + 1;
    }
    for (const key of report.visited) this.#visited.add(key);
    if (report.violations.length > 0) this.violations.push(report);
  }

  /** Keys of the places that some run reached, sorted. */
  get visited(): readonly string[] {
    return [...this.#visited].sort();
  }

  /** Runs that broke a promise, by seed. */
  get broken(): readonly CaseReport[] {
    return [...this.violations].sort((a, b) => a.seed - b.seed);
  }
}
