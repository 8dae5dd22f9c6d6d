import { fault as faultSchema } from '../faults/fault.ts';
import { injectFaults, withFaults } from '../faults/inject-faults.ts';
import { type Violation, watchPromises } from '../promises/watch-promises.ts';
import type { RehearsalResult } from '../report/rehearsal-result.ts';
import type { TimelineEntry } from '../report/timeline.ts';
import type { Attach } from '../run/attachment.ts';
import { runScenario } from '../run/run-scenario.ts';
import { type AccountSettings, playedSettings } from '../scenario/scenario-account.ts';
import { type SimulationCase, scenarioOf } from './simulation-case.ts';
import { watchCoverage } from './watch-coverage.ts';
import { watchDefects } from './watch-defects.ts';

/** The result of one run. Only `wallMs` depends on anything but the case. */
export interface CaseReport {
  readonly seed: number;
  /** Broken promises, defects, and a run that did not come to rest; empty for a good run. */
  readonly violations: readonly Violation[];
  /** Number of strikes of each fault, by its label; `service-limit` counts calls over a documented limit. */
  readonly struck: Readonly<Record<string, number>>;
  /** The behaviour of the simulated account in this run. */
  readonly settings: AccountSettings;
  /** The outcomes of the incidents; `open` for an incident that never ended. */
  readonly outcomes: readonly string[];
  /** States, catchers and retriers that the run reached, by their place's key. */
  readonly visited: readonly string[];
  readonly virtualSeconds: number;
  readonly wallMs: number;
  /** Empty unless requested. */
  readonly timeline: readonly TimelineEntry[];
  /** The whole result of the rehearsal; only if requested. */
  readonly result?: RehearsalResult;
}

/** The options of a run. */
export interface CaseOptions {
  /** The project's root. */
  readonly root: string;
  /** Whether the report contains the timeline and the result. */
  readonly inFull?: boolean;
  /** Further attachments. */
  readonly attach?: readonly Attach[];
}

/** Plays a case and watches it. */
export async function runCase(
  { seed, scenario, faults: written }: SimulationCase,
  { root, inFull = false, attach = [] }: CaseOptions,
): Promise<CaseReport> {
  const wallStart = process.hrtime.bigint();
  const faults = written.map((one) => faultSchema.parse(one));
  const struck = new Map<string, number>();
  const visited = new Set<string>();
  const violations: Violation[] = [];
  const timeline: TimelineEntry[] = [];
  let result: RehearsalResult | undefined;
  const played = scenarioOf(scenario, root);
  try {
    result = await runScenario(withFaults(played, faults), {
      seed,
      root,
      onProgress: (entry) => timeline.push(entry),
      attach: [
        watch(violations),
        watchDefects(violations),
        watchCoverage(visited),
        ...attach,
        injectFaults(faults, struck),
      ],
    });
  } catch (error) {
    // The run itself broke: a defect of the simulation or of the simulated product.
    violations.push({
      promise: 'no-exception',
      at: timeline.at(-1)?.at ?? 0,
      detail: (error as Error).stack ?? String(error),
    });
  }
  if (result && result.throttled > 0) struck.set('service-limit', result.throttled);
  if (result?.ended === 'deadline') {
    violations.push({
      promise: 'comes-to-rest',
      at: Date.parse(result.endedAt),
      detail: 'the run had not come to rest at its deadline',
    });
  }
  return {
    seed,
    violations,
    struck: Object.fromEntries([...struck].sort(([a], [b]) => (a < b ? -1 : 1))),
    settings: playedSettings(played.account),
    outcomes: (result?.incidents ?? []).map(({ outcome }) => outcome ?? 'open'),
    visited: [...visited].sort(),
    virtualSeconds: result?.virtualSeconds ?? 0,
    wallMs: Number(process.hrtime.bigint() - wallStart) / 1e6,
    timeline: inFull || violations.length > 0 ? timeline : [],
    ...(inFull && result && { result }),
  };
}

/** Adds the broken promises of a run to `violations` when it ends. */
function watch(violations: Violation[]): Attach {
  return (run) => {
    const watched = watchPromises(run);
    return {
      ...watched,
      async finish() {
        await watched.finish();
        violations.push(...watched.violations());
      },
    };
  };
}
