import { providerOf } from '../../shared/catalog/service-entry.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import type { PromiseCheck } from './promise.ts';

/**
 * A provider is not touched before the planned consumers of it are back, in the same attempt, and not at all where one
 * of them did not come back, unless its policy lets its providers go on without it. Services that depend on each other in a circle go back together, in any order; a plan of
 * one service keeps the promise by itself.
 */
export const consumersBeforeProviders: PromiseCheck = {
  promise: 'consumers-before-providers',
  watch(facts, broken) {
    facts.changes.onChange(({ at, by, call, service, owners }) => {
      // What began meanwhile is stopped at once, whoever's turn it is.
      if (service === undefined || by === 'YieldToIncidentFunction') return;
      for (const owner of owners) {
        const saved = facts.plans.of(owner);
        if (!saved) continue;
        const { incidentId, attempt, services } = saved.plan;
        for (const { service: consumer } of services) {
          if (!dependsOn(facts.scenario, consumer, service) || dependsOn(facts.scenario, service, consumer)) {
            continue;
          }
          const result = facts.ledger.serviceResult(incidentId, consumer);
          if (result?.attempt === attempt && result.status === 'rolled-back') continue;
          const isLost = result?.status === 'failed' || result?.status === 'skipped';
          const doneWithout = facts.entry(consumer)?.policy.onFailure === 'continue';
          if (result?.attempt === attempt && isLost && doneWithout) continue;
          const how = result?.attempt === attempt ? `is ${result.status}` : 'is not done';
          broken(`${facts.clock(at)} ${call} on ${service} while its consumer ${consumer} ${how} (${owner})`);
        }
      }
    });
    return undefined;
  },
};

/** Whether `consumer` depends on `provider`, directly or over others. */
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
