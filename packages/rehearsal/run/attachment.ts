import type { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';
import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { Timeline } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** A run as those see it who attach to it: the account is there with the services' stacks, nothing has begun. */
export interface AttachedRun {
  readonly coordinator: DeployedTemplate;
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  /** The run's own; fork it by a name of your own. */
  readonly random: SeededRandom;
  readonly timeline: Timeline;
}

/** What stays with a run that somebody attached to. */
export interface Attachment {
  /** Whether nothing is left to do; the run does not end before. */
  isOver?(): boolean;
  /** Called once after the last event, still in virtual time. */
  finish?(): Promise<void> | void;
}

/** Attaches something to a run: faults, permissions, observers. */
export type Attach = (run: AttachedRun) => Attachment;
