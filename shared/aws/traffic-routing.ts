import type { TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';

/** The next step that CodeDeploy takes by a deployment's configuration, unless the deployment is stopped. */
export interface NextShift {
  /** ms since the epoch */
  readonly at: number;
  /** Share of the requests that the new version then gets, 0 to 1. */
  readonly share: number;
}

/**
 * The next step of a canary or linear deployment; undefined if its configuration has no steps.
 *
 * Source: CodeDeploy API reference, TimeBasedCanary and TimeBasedLinear: the first step is taken at once, intervals are in
 * minutes.
 *
 * @param startedAt when the first traffic moved, ms since the epoch
 */
export function nextShift(
  config: TrafficRoutingConfig | undefined,
  startedAt: number,
  now: number,
): NextShift | undefined {
  const { canaryInterval, canaryPercentage } = config?.timeBasedCanary ?? {};
  if (canaryInterval !== undefined && canaryPercentage !== undefined) {
    return { at: startedAt + canaryInterval * 60_000, share: 1 };
  }
  const { linearInterval, linearPercentage } = config?.timeBasedLinear ?? {};
  if (!linearInterval || !linearPercentage) return undefined;
  const intervalMs = linearInterval * 60_000;
  // A step that is due may still be pending while the deployment runs: the last step stays the next one.
  const last = Math.ceil(100 / linearPercentage) - 1;
  const step = Math.min(last, Math.max(1, Math.floor((now - startedAt) / intervalMs) + 1));
  return { at: startedAt + step * intervalMs, share: Math.min(1, ((step + 1) * linearPercentage) / 100) };
}
