import { type Deployment, isOver } from 'account-simulator/account/codedeploy/deployment.ts';
import type { ConcurrentReleaseRecord } from '../../../shared/ledger/records.ts';
import { serviceOfFunction } from '../run/names.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { keepsRestored, type ServiceChange } from './service-changes.ts';

/**
 * A roll-forward never interleaves with a rollback. If another actor creates a deployment on a service while an incident
 * holds its lock
 * - the coordinator leaves its alias alone while the deployment runs;
 * - no plan from before its completion undoes it;
 * - it is not lost: it is in the ledger, or a mail says that it is not watched;
 * - it is not stopped in silence: a mail names a deployment that was stopped for the incident;
 * - it is not undone in silence: where the coordinator moved its alias or updated its stack after it had begun, the
 *   incident's outcome was mailed after that, or a mail that names it.
 */
export const neverInterleaved: PromiseCheck = {
  promise: 'never-interleaved',
  watch(facts, broken) {
    facts.changes.onChange((change) => {
      const { at, call, service, alias, deploymentId } = change;
      if (!alias) return;
      const released = facts.account.codeDeploy.deployments.filter(
        (deployment) =>
          deployment.id !== deploymentId &&
          deployment.appSpec.functionName === alias.function &&
          deployment.appSpec.alias === alias.name &&
          facts.origins.of(deployment) === 'release',
      );
      const running = released.find(
        (deployment) => !isOver(deployment) && !isUndone(facts, change, deployment),
      );
      if (running)
        broken(`${facts.clock(at)} ${call} on ${service} while ${running.id} of somebody else runs`);
      if (keepsRestored(change)) return;
      const unplanned = released.find(
        ({ status, createdAt }) => status === 'Succeeded' && createdAt > plannedAt(facts, change) + skewMs,
      );
      if (unplanned)
        broken(`${facts.clock(at)} ${call} on ${service} undoes ${unplanned.id}, which came after the plan`);
    });
    return () => {
      for (const deployment of facts.account.codeDeploy.deployments)
        checkDeployment(facts, deployment, broken);
      for (const item of facts.ledger.items()) {
        if (!item.sk.startsWith('CONCURRENT#')) continue;
        const { deploymentId, releaseId } = item as unknown as ConcurrentReleaseRecord;
        const name = deploymentId === undefined ? `release ${releaseId}` : `deployment ${deploymentId}`;
        const told = facts.mails.all().some(({ body }) => body.includes(`${name} `));
        if (!told) broken(`${name} had to give way to ${item.pk}, and nobody was told`);
      }
    };
  },
};

/** The largest offset of function clocks: two clocks decide whether a deployment came before or after a plan. */
const skewMs = 60_000;

/** The time of the plan that a change belongs to, ms since the epoch; now where it belongs to none. */
function plannedAt(facts: RunFacts, { owners, at }: ServiceChange): number {
  const plans = owners.flatMap((owner) => facts.plans.of(owner)?.plan ?? []);
  return Math.max(...plans.map((plan) => Date.parse(plan.plannedAt)), plans.length > 0 ? 0 : at);
}

/** Whether a deployment belongs to the release that the change undoes. */
function isUndone(facts: RunFacts, { owners, service = '' }: ServiceChange, { id }: Deployment): boolean {
  return owners.some((owner) => {
    const from = facts.plans.ofService(owner, service)?.fromRelease;
    return from !== undefined && facts.ledger.release(from)?.deployments[id] !== undefined;
  });
}

function checkDeployment(facts: RunFacts, deployment: Deployment, broken: Broken): void {
  const { id, appSpec, createdAt, group } = deployment;
  const service = serviceOfFunction(facts, appSpec.functionName);
  if (service === undefined || !facts.isManaged(service) || facts.origins.of(deployment) !== 'release')
    return;
  const during = facts.ledger
    .incidents()
    .find(
      (one) =>
        one.service === service &&
        Date.parse(one.openedAt) < createdAt &&
        createdAt < Date.parse(one.closedAt ?? '9999-12-31T00:00:00Z') &&
        !facts.ledger.release(one.releaseId)?.deployments[id],
    );
  if (!during) return;
  const known = facts.ledger.get(`DEPLOYMENT#${id}`, 'DEPLOYMENT') !== undefined;
  const told = facts.mails.all().some((mail) => mail.about === id);
  if (!known && !told && facts.delivered.deployment(id, createdAt)) {
    broken(`${id} began during incident ${during.incidentId} and was lost sight of`);
  }
  const stack = facts.entry(service)?.stack;
  const undone = facts.changes
    .all()
    .findLast(
      (change) =>
        change.at > createdAt &&
        (change.deploymentId === id ||
          (change.alias?.function === appSpec.functionName && change.alias.name === appSpec.alias) ||
          (change.stack !== undefined && change.stack === stack && deployment.externalId !== undefined)) &&
        change.owners.some((owner) => owner.startsWith(`${during.incidentId}#`)),
    );
  if (!undone) return;
  const reported = facts.mails
    .all()
    .some(
      ({ kind, about, at, body }) =>
        at >= undone.at &&
        ((kind === 'outcome' && about === during.incidentId) || body.includes(`deployment ${id} `)),
    );
  if (!reported) {
    broken(
      `${undone.call} undid ${id} of ${group.name}, begun during ${during.incidentId}, and nobody was told`,
    );
  }
}
