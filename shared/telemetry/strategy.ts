import type { ReleaseRecord } from '../ledger/records.ts';

/** CodeDeploy's own configurations for Lambda: AWS limits their number; a team's names have no bound. */
const ofCodeDeploy = /^CodeDeployDefault\.Lambda([A-Za-z0-9]+)$/;

/**
 * How a release's traffic was shifted, as a dimension with few values: CodeDeploy's own configuration
 * (`Canary10Percent5Minutes`), `Custom` for a team's, `Mixed` if its deployments differ, `Unknown` if none was recorded,
 * `None` for a release without deployments.
 */
export function strategyOf({ deployments }: Pick<ReleaseRecord, 'deployments'>): string {
  const strategies = new Set(Object.values(deployments).map(({ config }) => nameOf(config)));
  const [first = 'None'] = strategies;
  return strategies.size > 1 ? 'Mixed' : first;
}

function nameOf(config: string | undefined): string {
  if (config === undefined) return 'Unknown';
  return ofCodeDeploy.exec(config)?.[1] ?? 'Custom';
}
