import type { Stacks } from '../../../shared/aws/stacks.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { rollbackOrder } from '../../../shared/cut/rollback-order.ts';
import { LedgerCorrupt } from '../../../shared/errors.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { limitConcurrency } from '../../../shared/limit-concurrency.ts';
import type { RollbackPlan, ServicePlan } from '../../../shared/targets/service-plan.ts';
import type { PlanTargetDeps } from '../../../shared/targets/target-kind.ts';
import { type TimedRelease, withFirstTraffic } from './first-traffic.ts';
import { orderRests } from './order-rests.ts';
import { planService, type UnorderedServicePlan } from './plan-service.ts';
import type { PlannedIncident } from './release-timeline.ts';
import { stayInWords } from './rollback-reasons.ts';
import { selectMoves } from './select-moves.ts';
import { StackComparison } from './stack-comparison.ts';
import { WaysBack } from './ways-back.ts';

/** Clients for planning. */
export interface PlanServicesDeps extends PlanTargetDeps {
  readonly stacks: Stacks;
}

/** Input of planning. */
export interface PlanRequest {
  readonly services: Readonly<Record<string, ServiceEntry>>;
  readonly incident: PlannedIncident;
  /** ISO 8601 */
  readonly plannedAt: string;
  /** The releases of a service in the ledger, newest first. */
  releasesOf(service: string): Promise<readonly ReleaseRecord[]>;
}

/** The services that go back, in order, and those that stay; or the good release that has already replaced the bad one. */
export type PlannedServices =
  | Pick<RollbackPlan, 'services' | 'stays'>
  | { readonly supersededBy: ReleaseRecord };

/** Services are read in parallel, but not so many that the calls far exceed Lambda's 15 requests a second. */
const atOnce = 10;

/**
 * Plans which services go back with a bad release, from and to which releases, and in which order.
 *
 * @throws NoWayBack, Irreversible as selectMoves does
 */
export async function planServices(deps: PlanServicesDeps, request: PlanRequest): Promise<PlannedServices> {
  const { services, incident } = request;
  const limited = limitConcurrency(atOnce);
  const read = new Map<string, Promise<readonly TimedRelease[]>>();
  const plannedAt = Date.parse(request.plannedAt);
  const releasesOf = (service: string) => {
    const known =
      read.get(service) ??
      limited(async () => withFirstTraffic(deps, await request.releasesOf(service), plannedAt));
    read.set(service, known);
    return known;
  };
  const graph = new DependencyGraph(Object.values(services));
  const comparison = new StackComparison(deps);
  const ways = new WaysBack(deps, services, comparison);
  const selected = await selectMoves(deps, { graph, incident, releasesOf, ways, limited });
  if ('supersededBy' in selected) return selected;
  const { moves, stays } = selected;
  const planned = new Map(
    await Promise.all(
      moves.map(async (move) => {
        const entry = services[move.service] as ServiceEntry;
        const releases = await releasesOf(move.service);
        const plan = await limited(() =>
          planService({ ...deps, comparison, ways }, entry, move, releases, incident),
        );
        return [move.service, plan] as const;
      }),
    ),
  );
  const rests = await orderRests(deps.stacks, comparison, [...planned.values()]);
  return {
    services: inOrder(graph, [...planned.keys()]).map(({ service, waitsFor, notifies }) => {
      const plan = planned.get(service);
      if (!plan) throw new LedgerCorrupt(`${service} is in the order and not in the plan`);
      const risks = [...plan.risks, ...(rests.risks.get(service) ?? []), ...goOnWithout(plan, notifies)];
      const rest = rests.rest.get(service);
      return { ...plan, risks, waitsFor, notifies, ...(rest && { rest }), plannedAt: request.plannedAt };
    }),
    stays: stays.map((stay) => ({ service: stay.service, why: stay.why, reason: stayInWords(stay) })),
  };
}

function goOnWithout({ onFailure }: UnorderedServicePlan, providers: readonly string[]): string[] {
  if (onFailure !== 'continue' || providers.length === 0) return [];
  return [
    `where it does not come back, ${providers.join(', ')} ${providers.length > 1 ? 'go' : 'goes'} back all the same`,
  ];
}

/** Consumers before providers, with the waits between them; services of one cycle do not wait for each other. */
function inOrder(
  graph: DependencyGraph,
  moving: readonly string[],
): Pick<ServicePlan, 'service' | 'waitsFor' | 'notifies'>[] {
  const order = rollbackOrder(graph, moving);
  const notifies = order.map((): string[] => []);
  for (const { services, waitsFor } of order) {
    for (const position of waitsFor) notifies[position]?.push(...services);
  }
  return order.flatMap(({ services, waitsFor }, position) =>
    services.map((service) => ({
      service,
      waitsFor: waitsFor.flatMap((before) => order[before]?.services ?? []),
      notifies: notifies[position] ?? [],
    })),
  );
}
