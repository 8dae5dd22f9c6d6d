import { type PromiseWatch, type Violation, watchPromises } from '../../promises/watch-promises.ts';
import type { RehearsalResult } from '../../report/rehearsal-result.ts';
import type { Attach } from '../../run/attachment.ts';
import { runScenario } from '../../run/run-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/** A watched run: its result, and the promises that it broke. */
export interface WatchedRun {
  readonly result: RehearsalResult;
  readonly violations: readonly Violation[];
  /** The broken promises, each once. */
  readonly broken: readonly string[];
}

/** Runs a scenario with the promises and further attachments. */
export async function watchedRun(scenario: Scenario, ...attach: Attach[]): Promise<WatchedRun> {
  let watch: PromiseWatch | undefined;
  const result = await runScenario(scenario, {
    seed: 1,
    root: process.cwd(),
    attach: [
      ...attach,
      (run) => {
        watch = watchPromises(run);
        return watch;
      },
    ],
  });
  const violations = watch?.violations() ?? [];
  return { result, violations, broken: [...new Set(violations.map(({ promise }) => promise))] };
}

/** The same in an account with these settings. */
export async function watchedRunIn(
  account: Partial<Scenario['account']>,
  scenario: Scenario,
  ...attach: Attach[]
): Promise<WatchedRun> {
  return watchedRun({ ...scenario, account: { ...scenario.account, ...account } }, ...attach);
}
