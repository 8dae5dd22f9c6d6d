import type { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';
import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { Timeline } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** A run for its attachments: the account and the services' stacks exist, nothing has begun. */
export interface AttachedRun {
  readonly coordinator: DeployedTemplate;
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  /** The run's own generator; fork it by a name of your own. */
  readonly random: SeededRandom;
  readonly timeline: Timeline;
}

/** The hooks of an attachment into its run. */
export interface Attachment {
  /** Whether the attachment has nothing left to do; the run does not end before. */
  isOver?(): boolean;
  /** Called once after the last event, still in virtual time. */
  finish?(): Promise<void> | void;
}

/** Attaches faults, permissions or observers to a run. */
export type Attach = (run: AttachedRun) => Attachment;
