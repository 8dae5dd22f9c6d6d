import { providerOf } from '../../../shared/catalog/service-entry.ts';
import { isTrafficBack, type ServiceResult } from '../../../shared/ledger/records.ts';
import { isStackFirst } from '../../../shared/targets/waves.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { makesRoom, type ServiceChange } from './service-changes.ts';

/**
 * A provider is not touched before its planned consumers are back, in the same attempt, and not at all where one of them did
 * not come back, unless its policy lets its providers proceed without it. Where a consumer was released over after it was
 * back, providers that have started continue, and no others start. Services in a dependency cycle go back together, in any
 * order.
 *
 * Users go before stacks: no stack is pinned or updated before the users of every service of the plan are back or given up,
 * unless the catalog puts the stack of a service before its traffic, or the stack rebuilds the code that its users go to.
 */
export const consumersBeforeProviders: PromiseCheck = {
  promise: 'consumers-before-providers',
  watch(facts, broken) {
    /** `<owner> <service>` of services that had started when one of their consumers was released over. */
    const begun = new Set<string>();
    facts.ledger.onWrite(({ before, after }) => {
      const { status, incidentId, attempt, service } = (after ?? {}) as Partial<ServiceResult>;
      if (status !== 'superseded' || service === undefined) return;
      const { status: earlier } = (before ?? {}) as Partial<ServiceResult>;
      if (earlier === undefined || !isTrafficBack({ status: earlier })) return;
      const owner = `${incidentId}#${attempt}`;
      for (const { service: provider } of facts.plans.of(owner)?.plan.services ?? []) {
        const open = openConsumers(facts, owner, provider).filter((one) => one.consumer !== service);
        if (open.length === 0) begun.add(`${owner} ${provider}`);
      }
    });
    facts.changes.onChange((change) => {
      const { at, call, service, owners } = change;
      if (service === undefined || makesRoom(change)) return;
      for (const owner of owners) {
        if (begun.has(`${owner} ${service}`)) continue;
        for (const { consumer, how } of openConsumers(facts, owner, service)) {
          broken(`${facts.clock(at)} ${call} on ${service} while its consumer ${consumer} ${how} (${owner})`);
        }
        if (change.stack === undefined || stackGoesFirst(facts, owner, service)) continue;
        if (buildsAnew(facts, owner, service, change)) continue;
        for (const other of withoutResult(facts, owner)) {
          broken(
            `${facts.clock(at)} ${call} on ${change.stack} while users of ${other} are not back (${owner})`,
          );
        }
      }
    });
    return undefined;
  },
};

/** Whether the catalog puts the stack of a service before its traffic. */
function stackGoesFirst(facts: RunFacts, owner: string, service: string): boolean {
  const plan = facts.plans.ofService(owner, service);
  return plan !== undefined && isStackFirst(plan);
}

/** Whether a change of a stack rebuilds code, or brings the stack to a stable state for a rebuild. */
function buildsAnew(
  facts: RunFacts,
  owner: string,
  service: string,
  { operation, stack, templateUrl }: ServiceChange,
): boolean {
  const targets = facts.plans.ofService(owner, service)?.targets ?? [];
  const isPlanned = targets.some((target) => target.kind === 'stack-rebuild' && target.stack === stack);
  const settles = operation === 'RollbackStack' || operation === 'ContinueUpdateRollback';
  return isPlanned && (settles || (templateUrl?.includes('/templates/rebuilds/') ?? false));
}

/** Services of a plan whose traffic is neither back nor given up. */
function withoutResult(facts: RunFacts, owner: string): string[] {
  const saved = facts.plans.of(owner);
  if (!saved) return [];
  const { incidentId, attempt, services } = saved.plan;
  return services
    .map(({ service }) => service)
    .filter((service) => facts.ledger.serviceResult(incidentId, service)?.attempt !== attempt);
}

/** The planned consumers that a service must wait for, with their states. */
function openConsumers(
  facts: RunFacts,
  owner: string,
  service: string,
): { readonly consumer: string; readonly how: string }[] {
  const saved = facts.plans.of(owner);
  if (!saved) return [];
  const { incidentId, attempt, services } = saved.plan;
  return services.flatMap(({ service: consumer }) => {
    if (!dependsOn(facts.scenario, consumer, service) || dependsOn(facts.scenario, service, consumer))
      return [];
    const result = facts.ledger.serviceResult(incidentId, consumer);
    if (result?.attempt !== attempt) return { consumer, how: 'is not done' };
    const { status } = result;
    const isLost = status === 'failed' || status === 'skipped';
    const goesOn = isLost && facts.entry(consumer)?.policy.onFailure === 'continue';
    return isTrafficBack(result) || goesOn ? [] : { consumer, how: `is ${status}` };
  });
}

/** Whether `consumer` depends on `provider`, directly or transitively. */
function dependsOn({ services }: Scenario, consumer: string, provider: string): boolean {
  const seen = new Set<string>();
  const open = [consumer];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const providers = services.find(({ service }) => service === one)?.dependsOn ?? [];
    for (const { service: next } of providers.map(providerOf)) {
      if (next === provider) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}
