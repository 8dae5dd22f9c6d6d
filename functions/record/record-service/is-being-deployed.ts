import type { ReleaseRecord } from '../../../shared/ledger/records.ts';

/** A Lambda deployment lasts at most 50 hours (CodeDeploy user guide, limits); some more for its bake to begin. */
const longestDeploymentMs = 51 * 3_600_000;

/** Whether a deployment of a release may still be on its way: what is live then is neither before nor after it. */
export function isBeingDeployed({ verdict, deployments }: ReleaseRecord, now: number): boolean {
  return (
    verdict === 'candidate' &&
    Object.values(deployments).some(
      ({ settled, createdAt }) => !settled && Date.parse(createdAt) > now - longestDeploymentMs,
    )
  );
}
