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

/** What came of one run. Nothing in it but `wallMs` depends on anything but the case. */
export interface CaseReport {
  readonly seed: number;
  /** Promises broken, defects, and a run that did not come to rest; empty is as it should be. */
  readonly violations: readonly Violation[];
  /** How often each fault struck, by its label; `service-limit` counts calls over a documented limit. */
  readonly struck: Readonly<Record<string, number>>;
  /** How the simulated account behaved in this run. */
  readonly settings: AccountSettings;
  /** What the incidents ended in; `open` for one that never ended. */
  readonly outcomes: readonly string[];
  /** States, catchers and retriers the run came by, by their place's key. */
  readonly visited: readonly string[];
  readonly virtualSeconds: number;
  readonly wallMs: number;
  /** Empty unless asked for. */
  readonly timeline: readonly TimelineEntry[];
  /** The whole result of the rehearsal; only if asked for. */
  readonly result?: RehearsalResult;
}

/** How a case is run. */
export interface CaseOptions {
  /** The project's root. */
  readonly root: string;
  /** Whether the report is to have the timeline and the result. */
  readonly inFull?: boolean;
  /** Who else looks on. */
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
    // The run itself broke: a defect of the simulation or of what it simulates.
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
