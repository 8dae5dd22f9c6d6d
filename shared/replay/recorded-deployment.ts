import type { MinuteCount } from '../judge/samples.ts';
import type { Shift } from '../judge/sequential/clock.ts';

/** A person's label of a release. */
export type Label = 'good' | 'bad';

/** One recorded deployment. All times are ms since the epoch. */
export interface RecordedDeployment {
  readonly id: string;
  /** Its release, whose deployments are judged together. */
  readonly release: string;
  /** The function whose alias the deployment moved. */
  readonly function: string;
  /** The new version, as reasons name it. */
  readonly subject: string;
  /** Number of functions of its release, if more are known than recorded. */
  readonly functions?: number;
  /** Minutes of the new version, and of the version beside it. */
  readonly released: readonly MinuteCount[];
  readonly control: readonly MinuteCount[];
  /** Beginning of its first recorded minute, and end of the last. */
  readonly from: number;
  readonly to: number;
  /** Growth of the new version's share, first traffic first. */
  readonly shifts: readonly Shift[];
  /** Time from which the new version has had all traffic; absent if it never had. */
  readonly aloneFrom?: number;
  readonly label?: Label;
  /** Beginning of its fault. */
  readonly onset?: number;
}
