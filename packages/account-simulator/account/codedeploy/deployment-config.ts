import type { TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';
import { AwsError } from '../service.ts';

/** One step of a traffic shift. */
export interface Shift {
  /** ms after traffic shifting began. */
  readonly afterMs: number;
  /** Share (0–1] of the target version from then on. */
  readonly weight: number;
}

/** A named way of shifting traffic. */
export interface DeploymentConfig {
  readonly id: string;
  readonly name: string;
  readonly routing: TrafficRoutingConfig;
  /** ms since the epoch; predefined ones are as old as CodeDeploy's support for Lambda. */
  readonly createdAt: number;
}

const MINUTE = 60_000;

/** First to last traffic shift of a canary or linear deployment, min (user guide, "CodeDeploy quotas"). */
const LONGEST_SHIFT_MINUTES = 2880;

/** The configuration of every automatic rollback, and of a group that names none. */
export const ALL_AT_ONCE = 'CodeDeployDefault.LambdaAllAtOnce';

/**
 * The predefined configurations of the Lambda platform (user guide, "Predefined deployment configurations for an
 * AWS Lambda compute platform").
 */
export const PREDEFINED_CONFIGS: readonly DeploymentConfig[] = [
  predefined(ALL_AT_ONCE, { type: 'AllAtOnce' }),
  ...[5, 10, 15, 30].map((minutes) =>
    predefined(`CodeDeployDefault.LambdaCanary10Percent${minutes}Minutes`, {
      type: 'TimeBasedCanary',
      timeBasedCanary: { canaryPercentage: 10, canaryInterval: minutes },
    }),
  ),
  ...[1, 2, 3, 10].map((minutes) =>
    predefined(`CodeDeployDefault.LambdaLinear10PercentEvery${minutes}Minute${minutes === 1 ? '' : 's'}`, {
      type: 'TimeBasedLinear',
      timeBasedLinear: { linearPercentage: 10, linearInterval: minutes },
    }),
  ),
];

/**
 * The steps by which traffic moves to the target version. The first step comes at once; a linear shift whose percentage does
 * not divide 100 ends with a smaller step.
 */
export function timetable({
  type,
  timeBasedCanary,
  timeBasedLinear,
}: TrafficRoutingConfig): readonly Shift[] {
  if (type === 'TimeBasedCanary') {
    const { canaryPercentage = 0, canaryInterval = 0 } = timeBasedCanary ?? {};
    return [
      { afterMs: 0, weight: canaryPercentage / 100 },
      { afterMs: canaryInterval * MINUTE, weight: 1 },
    ];
  }
  if (type === 'TimeBasedLinear') {
    const { linearPercentage = 100, linearInterval = 0 } = timeBasedLinear ?? {};
    return Array.from({ length: Math.ceil(100 / linearPercentage) }, (_, step) => ({
      afterMs: step * linearInterval * MINUTE,
      weight: Math.min(100, (step + 1) * linearPercentage) / 100,
    }));
  }
  return [{ afterMs: 0, weight: 1 }];
}

/** @throws InvalidTrafficRoutingConfigurationException for a routing that CodeDeploy does not accept */
export function checkRouting(routing: TrafficRoutingConfig): void {
  const { type, timeBasedCanary, timeBasedLinear } = routing;
  if (type === 'AllAtOnce') return;
  if (type !== 'TimeBasedCanary' && type !== 'TimeBasedLinear') throw invalid(`Unknown type '${type}'.`);
  const percentage = timeBasedCanary?.canaryPercentage ?? timeBasedLinear?.linearPercentage;
  const interval = timeBasedCanary?.canaryInterval ?? timeBasedLinear?.linearInterval;
  const matches = type === 'TimeBasedCanary' ? !timeBasedLinear : !timeBasedCanary;
  if (!matches || percentage === undefined || interval === undefined) {
    throw invalid(`${type} needs its own percentage and interval, and only those.`);
  }
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > 99) {
    throw invalid('The percentage must be an integer from 1 to 99.');
  }
  if (!Number.isInteger(interval) || interval < 1) throw invalid('The interval must be at least 1 minute.');
  const lastShift = timetable(routing).at(-1)?.afterMs ?? 0;
  if (lastShift > LONGEST_SHIFT_MINUTES * MINUTE) {
    throw invalid(`First to last traffic shift may take at most ${LONGEST_SHIFT_MINUTES} minutes.`);
  }
}

function predefined(name: string, routing: TrafficRoutingConfig): DeploymentConfig {
  return { id: name, name, routing, createdAt: Date.UTC(2017, 10, 28) };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidTrafficRoutingConfigurationException', message);
}
