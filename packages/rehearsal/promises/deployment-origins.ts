import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import { isRollbackMarker, isStackToken } from '../../../shared/targets/rollback-marker.ts';

/** The ground truth about a deployment: a team's release, or a rollback. */
export type Origin = 'release' | 'rollback';

interface StackUpdate {
  readonly at: number;
  readonly ours: boolean;
}

/** Tells for every deployment whether it is a release or a rollback. */
export class DeploymentOrigins {
  /** Updates that CloudFormation accepted, by stack, oldest first. */
  readonly #updates = new Map<string, StackUpdate[]>();

  constructor(account: SimulatedAccount) {
    account.cloudFormation.onUpdate(({ at, stack, token }) => {
      const update = { at, ours: isStackToken(token) };
      const updates = this.#updates.get(stack);
      if (updates) updates.push(update);
      else this.#updates.set(stack, [update]);
    });
  }

  of(deployment: Deployment): Origin {
    const { creator, description = '', rollsBack, externalId, createdAt } = deployment;
    const marked =
      rollsBack !== undefined ||
      creator === 'codeDeployRollback' ||
      creator === 'CloudFormationRollback' ||
      isRollbackMarker(description);
    if (marked) return 'rollback';
    const stack = externalId?.split('/')[1];
    const update = this.#updates.get(stack ?? '')?.findLast(({ at }) => at <= createdAt);
    return update?.ours ? 'rollback' : 'release';
  }

  /** Whether an actor other than the coordinator began an update of a stack since `since` (ms since the epoch). */
  updatedByOthers(stack: string, since: number): boolean {
    return this.#updates.get(stack)?.some(({ at, ours }) => !ours && at >= since) ?? false;
  }
}
