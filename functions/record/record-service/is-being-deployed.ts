import { longestDeploymentMs } from '../../../shared/aws/deployments.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';

/** Whether a deployment of a release may still be running: the live state is then neither before nor after it. */
export function isBeingDeployed({ verdict, deployments }: ReleaseRecord, now: number): boolean {
  return (
    verdict === 'candidate' &&
    Object.values(deployments).some(
      ({ settled, createdAt }) => !settled && Date.parse(createdAt) > now - longestDeploymentMs,
    )
  );
}
