import type { MinuteCount } from '../judge/samples.ts';
import type { Shift } from '../judge/sequential/clock.ts';

/** What a person says of a release: whether it was good. */
export type Label = 'good' | 'bad';

/** One deployment as it was recorded. All times are ms since the epoch. */
export interface RecordedDeployment {
  readonly id: string;
  /** Its release: all deployments of it are judged together, as parts of one. */
  readonly release: string;
  /** The function whose alias it moved. */
  readonly function: string;
  /** The new version, as reasons name it. */
  readonly subject: string;
  /** Functions of its release, where more are known than recorded. */
  readonly functions?: number;
  /** Minutes of the new version, and of the version beside it. */
  readonly released: readonly MinuteCount[];
  readonly control: readonly MinuteCount[];
  /** Beginning of its first minute, and end of the last that was recorded. */
  readonly from: number;
  readonly to: number;
  /** How the share of the new version grew, its first traffic first. */
  readonly shifts: readonly Shift[];
  /** Since when the new version has had all traffic; absent where it never had. */
  readonly aloneFrom?: number;
  readonly label?: Label;
  /** When what was bad of it began. */
  readonly onset?: number;
}
