import { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import { collectResult } from '../report/collect-result.ts';
import type { RehearsalResult } from '../report/rehearsal-result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Rehearsal, type RunOptions } from './rehearsal.ts';

/**
 * Runs a scenario in virtual time: deploys the template into a simulated account in which the scenario's services have
 * existed since before, deploys the releases, and lets the coordinator work until everything is at rest.
 *
 * While it runs, the process's time is virtual; afterwards the real time is restored, so that it may be called again. Only
 * one run at a time: the clock belongs to the process.
 *
 * @returns the result; {@link RehearsalResult.violations} lists differences from the scenario's expectation
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RehearsalResult> {
  const wallStart = process.hrtime.bigint();
  const zero = Date.parse(scenario.start);
  const clock = VirtualClock.install(zero - scenario.history);
  try {
    const run = await Rehearsal.begin(scenario, clock, options);
    const end = await clock.run(() => run.isOver(), zero + scenario.deadline);
    await clock.busy(run.finish());
    return collectResult({
      scenario,
      seed: options.seed,
      coordinator: run.coordinator,
      ended: end === 'done' ? 'at-rest' : 'deadline',
      endedAt: clock.now(),
      wallMs: Number(process.hrtime.bigint() - wallStart) / 1e6,
      before: run.before,
      changes: run.changes,
      timeline: run.timeline.entries,
      failures: run.failures,
      throttled: run.throttled,
    });
  } finally {
    clock.uninstall();
  }
}
