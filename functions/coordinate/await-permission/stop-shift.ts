import type { Deployments } from '../../../shared/aws/deployments.ts';
import type { RunningDeployments } from '../../../shared/aws/running-deployments.ts';
import { attemptBefore, lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { Attempt } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { StopLedger } from '../../../shared/ledger/stop-ledger.ts';
import type { Meanwhile } from '../../../shared/mail/approval-mail.ts';
import { stopDeployment } from '../../../shared/targets/codedeploy/stop-deployment.ts';
import type { RollbackPlan } from '../../../shared/targets/service-plan.ts';

export interface StopShiftDeps {
  readonly deployments: Deployments;
  readonly runningDeployments: RunningDeployments;
  readonly stops: StopLedger;
  readonly locks: LockLedger;
  readonly releases: Pick<ReleaseLedger, 'get'>;
}

/**
 * Stops the deployments that shift users to a bad release, once and with CodeDeploy's rollback, while a person is asked
 * whether it goes back. A release on which others of the plan were released is left alone: they go back first. So is a
 * service that another incident is changing, until the next look.
 */
export async function stopShift(
  { deployments, runningDeployments, stops, locks, releases }: StopShiftDeps,
  attempt: Attempt,
  { service, releaseId }: { readonly service: string; readonly releaseId: string },
  plan: RollbackPlan,
): Promise<Meanwhile> {
  const consumers = plan.services.find((one) => one.service === service)?.waitsFor ?? [];
  const ids = Object.keys((await releases.get(releaseId)).deployments);
  const stopped: string[] = [];
  for (const id of ids) if (await stops.isAsked(id, { rollback: true })) stopped.push(id);
  const running = await runningDeployments.among(ids.filter((id) => !stopped.includes(id)));
  if (running.length === 0) return stopped.length > 0 ? { shift: 'stopped', deployments: stopped } : {};
  if (consumers.length > 0) return { shift: 'goes-on', consumers };
  const owner = lockOwner(attempt);
  const held = await locks.lockOf(service);
  if (!(await locks.acquire(service, owner, lockOwner(attemptBefore(attempt))))) {
    return { shift: 'to-be-stopped' };
  }
  for (const id of running) await stopDeployment({ deployments, stops }, id);
  // An incident that plans again has held its locks since before, and keeps them.
  if (!held) await locks.unlock(service, owner);
  return { shift: 'stopped', deployments: [...stopped, ...running] };
}
