import type { AttachedRun } from '../run/attachment.ts';
import { type Fault, faultLabel } from './fault.ts';

/** The run that faults strike, with the methods that all kinds share. */
export interface FaultSite extends AttachedRun {
  /** Records that a fault struck, in words. */
  strikes(fault: Fault, what: string): void;
  /** Runs `work` at a time (ms since the epoch); the run does not end before. */
  later(time: number, work: () => unknown): void;
}

/** A {@link FaultSite} that counts strikes by their {@link faultLabel}. */
export function faultSite(
  run: AttachedRun,
  counts: Map<string, number>,
): FaultSite & { readonly pending: () => number } {
  let pending = 0;
  return {
    ...run,
    pending: () => pending,
    strikes(fault, what) {
      const label = faultLabel(fault);
      counts.set(label, (counts.get(label) ?? 0) + 1);
      run.timeline.add('fault', `${label}: ${what}`);
    },
    later(time, work) {
      pending += 1;
      run.clock.at(time, () => {
        // A refused request of a person is recorded; a defect would show in the run itself.
        Promise.resolve()
          .then(work)
          .catch((error: Error) => run.timeline.add('fault', `refused: ${error.message}`))
          .finally(() => {
            pending -= 1;
          });
      });
    },
  };
}
