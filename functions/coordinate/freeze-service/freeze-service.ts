import * as z from 'zod';
import { type Deployments, isActive } from '../../../shared/aws/deployments.ts';
import { attemptBefore, lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { RecoveryResult } from '../../../shared/incident/recovery-result.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { StopLedger } from '../../../shared/ledger/stop-ledger.ts';
import { stopDeployment } from '../../../shared/targets/codedeploy/stop-deployment.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';

export const freezeServiceInput = z.strictObject({
  ...attemptStep,
  service: z.string(),
});

/** The result, in the form in which the end of an incident expects a recovery. */
export type FrozenService = Readonly<RecoveryResult> & { readonly status: 'frozen' };

export interface FreezeServiceDeps {
  readonly deployments: Deployments;
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly releases: ReleaseLedger;
  readonly stops: StopLedger;
}

/**
 * Stops the deployments of a bad release that cannot be rolled back, so that no more traffic is shifted. No rollback is
 * requested: a service in the way is declared irreversible, and a person decides what to do about it.
 */
export function freezeService({ deployments, incidents, locks, releases, stops }: FreezeServiceDeps) {
  return async (input: z.infer<typeof freezeServiceInput>): Promise<FrozenService> => {
    const { releaseId } = await incidents.getAt(input);
    const owner = lockOwner(input);
    // The attempt before this one may hold the lock: an incident that plans again keeps its locks.
    if (!(await locks.acquire(input.service, owner, lockOwner(attemptBefore(input))))) {
      const detail = `Nothing was stopped: another incident is changing ${input.service}.`;
      return { status: 'frozen', detail };
    }
    const stopped: string[] = [];
    for (const { deploymentId } of Object.values((await releases.get(releaseId)).deployments)) {
      if (!isActive(await deployments.get(deploymentId))) continue;
      await locks.renew(input.service, owner);
      await stopDeployment({ deployments, stops }, deploymentId, { rollback: false });
      stopped.push(deploymentId);
    }
    const detail =
      stopped.length > 0
        ? `Stopped, so that traffic is shifted no further: ${stopped.join(', ')}. No rollback was asked for; ` +
          'what CodeDeploy and CloudFormation do by their own configuration when a deployment is stopped is theirs.'
        : 'No deployment of the release was under way, so nothing was stopped.';
    return { status: 'frozen', detail };
  };
}
