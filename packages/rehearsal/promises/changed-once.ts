import type { DeploymentRecord } from '../../../shared/ledger/records.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import type { ServiceChange } from './service-changes.ts';

/**
 * A service is changed at most once per attempt of an incident: one deployment of ours is made per deployment undone; a
 * stack is updated once to each template, cancelled once and rolled back once; its rollback is continued once in full and
 * once without the resources that cannot be restored; an alias is pointed once unless another actor moved it meanwhile. A
 * rollback is never rolled back: none is stopped by us, recorded as a release, or the cause of an incident.
 */
export const changedOnce: PromiseCheck = {
  promise: 'changed-once',
  watch(facts, broken) {
    const done = new Map<string, ServiceChange>();
    /** Aliases that another actor has moved since we pointed them. */
    const moved = new Set<string>();
    facts.account.lambda.onAliasChange(({ functionName, alias }) => moved.add(`${functionName}:${alias}`));

    facts.changes.onChange((change) => {
      const { at, call, service, operation, deploymentId, alias } = change;
      if (operation === 'StopDeployment') {
        const deployment = facts.account.codeDeploy.find(deploymentId ?? '');
        if (facts.origins.of(deployment) === 'rollback') {
          broken(`${facts.clock(at)} ${call} stops ${deploymentId}, which is a rollback of ${service}`);
        }
        return;
      }
      // A hook may be invoked again: by its idempotency token it recognises work that it has done.
      if (change.hook) return;
      const key = keyOf(facts, change);
      const earlier = done.get(key);
      const pointed = operation === 'UpdateAlias' && alias && `${alias.function}:${alias.name}`;
      if (earlier && !(pointed && moved.has(pointed))) {
        broken(
          `${facts.clock(at)} ${call} on ${service} once more, after ${facts.clock(earlier.at)} (${key})`,
        );
      }
      done.set(key, change);
      // The move made by this call itself.
      if (pointed) moved.delete(pointed);
    });

    facts.ledger.onWrite(({ at, before, after }) => {
      const deploymentId = after?.deploymentId;
      if (before || typeof deploymentId !== 'string' || !isRollback(facts, deploymentId)) return;
      if (after?.sk === 'DEPLOYMENT' && (after as unknown as DeploymentRecord).kind === 'release') {
        broken(`${facts.clock(at)} ${deploymentId} is a rollback and is recorded as a release`);
      }
      if (after?.sk === 'INCIDENT') {
        broken(
          `${facts.clock(at)} incident ${after.incidentId} is about ${deploymentId}, which is a rollback`,
        );
      }
    });
    return undefined;
  },
};

function isRollback({ account, origins }: RunFacts, deploymentId: string): boolean {
  const deployment = account.codeDeploy.lookUp(deploymentId);
  return deployment !== undefined && origins.of(deployment) === 'rollback';
}

/**
 * The key of a change that may be made once. A later attempt finds a deployment of ours again, so a deployment counts over
 * all attempts.
 */
function keyOf(
  { account }: RunFacts,
  { operation, owners, alias, stack, templateUrl, skips, deploymentId, parameter, traffic }: ServiceChange,
): string {
  if (operation === 'CreateDeployment')
    return `deployment for ${account.codeDeploy.find(deploymentId ?? '').description}`;
  const what = alias ? `${alias.function}:${alias.name}` : (stack ?? parameter?.name ?? traffic?.target);
  const without = skips ? ` without ${skips.join(', ')}` : '';
  const to = templateUrl ? ` to ${templateUrl}` : '';
  return `${operation} of ${what}${to}${without} by ${owners.join(' or ')}`;
}
