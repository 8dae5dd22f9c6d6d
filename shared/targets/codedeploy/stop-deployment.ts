import type { Deployments } from '../../aws/deployments.ts';
import type { StopLedger } from '../../ledger/stop-ledger.ts';

export interface StopDeps {
  readonly deployments: Deployments;
  readonly stops: StopLedger;
}

/**
 * Asks CodeDeploy once to stop a deployment, with its rollback unless `rollback` is false; later calls do nothing. A stop
 * may take effect at once, or after the deployment's lifecycle hook has answered, up to an hour later: AWS does not document
 * it.
 *
 * It is recorded after the call: a process that dies in between asks twice, and no stop is left out.
 *
 * @returns false if it had been asked before
 */
export async function stopDeployment(
  { deployments, stops }: StopDeps,
  deploymentId: string,
  { rollback = true }: { readonly rollback?: boolean } = {},
): Promise<boolean> {
  if (await stops.isAsked(deploymentId, { rollback })) return false;
  await deployments.stop(deploymentId, { rollback });
  await stops.record(deploymentId, { rollback });
  return true;
}
