import * as z from 'zod';
import { type Deployments, isActive } from '../../../shared/aws/deployments.ts';
import { LockLost } from '../../../shared/errors.ts';
import { type HolderDeps, holderAgainst } from '../../../shared/incident/holder.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { Attempt, IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import type { ConcurrentReleaseRecord } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { StopLedger } from '../../../shared/ledger/stop-ledger.ts';
import { concurrentReleaseMail } from '../../../shared/mail/concurrent-release-mail.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfRelease } from '../../../shared/mail/users-meet.ts';
import { stopDeployment } from '../../../shared/targets/codedeploy/stop-deployment.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';

export const yieldToIncidentInput = z.strictObject({
  /** Left out if the release came without a deployment. */
  deploymentId: z.string().optional(),
  releaseId: z.string(),
  service: z.string(),
  /** The incident that holds the service, with its attempt. */
  ...attemptStep,
  executionArn: z.string(),
});

export interface YieldToIncidentDeps extends HolderDeps {
  readonly locks: LockLedger;
  readonly deployments: Deployments;
  readonly stops: StopLedger;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Yields to an incident: stops a deployment that began on a service while the incident was rolling it back, lets CodeDeploy
 * roll it back, and mails the stakeholders. Its release is neither bad nor can it become good: it never ran on the state
 * that it was made for. A deployment that completed before it could be stopped is reported, and watched on; if the service
 * was back already, that is recorded too, so that the incident plans again. The same holds for a release without a
 * deployment.
 */
export function yieldToIncident(deps: YieldToIncidentDeps) {
  const { deployments, releases, incidents } = deps;

  return async (input: z.infer<typeof yieldToIncidentInput>): Promise<{ readonly yielded: boolean }> => {
    const { deploymentId, releaseId, service, incidentId, executionArn } = input;
    // A retry after the deployment was stopped finds the release undone, and reports it.
    const { undoneBy } = await releases.get(releaseId);
    const holder = undoneBy === incidentId ? input : await holderAgainst(deps, input);
    if (holder?.incidentId !== incidentId) return { yielded: false };
    if (deploymentId !== undefined && isActive(await deployments.get(deploymentId))) {
      if (!(await isHeldStill(service, holder))) return { yielded: false };
      await stopDeployment(deps, deploymentId);
    }
    const yielded =
      deploymentId !== undefined && (await deployments.get(deploymentId)).status !== 'Succeeded';
    if (yielded) await releases.markUndone(releaseId, incidentId);
    const concurrentRelease: ConcurrentReleaseRecord = {
      incidentId,
      service,
      ...(deploymentId !== undefined && { deploymentId }),
      releaseId,
      // The incident may have begun its next attempt since it was read.
      attempt: holder.attempt,
      result: yielded ? 'stopped' : 'completed',
      seenAt: new Date(deps.now()).toISOString(),
    };
    // First the record that keeps further services from beginning, then the service's own new status.
    await incidents.addConcurrentRelease(concurrentRelease);
    if (!yielded) await incidents.markOvertaken(holder, service);
    await deps.mailer.send(incidentId, `concurrent-${deploymentId ?? releaseId}`, executionArn, async () => {
      const meet = await deps.traffic.read(aliasesOfRelease(await releases.get(releaseId)));
      return concurrentReleaseMail(deps.environment, { concurrentRelease, meet, executionArn });
    });
    return { yielded };
  };

  /** Renews the lock, as every changing step does; false if the incident has just ended. */
  async function isHeldStill(service: string, holder: Attempt): Promise<boolean> {
    try {
      await deps.locks.renew(service, lockOwner(holder));
      return true;
    } catch (error) {
      if (error instanceof LockLost) return false;
      throw error;
    }
  }
}
