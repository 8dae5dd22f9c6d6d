import type { Judgement } from '../judge/judgement.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../ledger/checkpoint-subject.ts';
import type { ReleaseRecord } from '../ledger/records.ts';

/**
 * The unhealthy judgement of a watch on a deployment of a release, from the ledger; undefined if there is none.
 *
 * @param deploymentId absent for a release that came without a deployment, and was watched as a whole
 */
export async function judgementAgainst(
  checkpoints: Pick<CheckpointLedger, 'judgementOf'>,
  release: ReleaseRecord,
  deploymentId?: string,
): Promise<Judgement | undefined> {
  if (deploymentId === undefined) {
    const { foundBad } = release;
    return foundBad && { verdict: 'unhealthy', reason: foundBad.reason, evidence: foundBad.evidence };
  }
  const watched = Object.hasOwn(release.deployments, deploymentId)
    ? release.deployments[deploymentId]
    : undefined;
  return watched && checkpoints.judgementOf(checkpointSubjectOf(release, watched), 'unhealthy');
}
