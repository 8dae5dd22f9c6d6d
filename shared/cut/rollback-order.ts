import type { DependencyGraph } from './dependency-graph.ts';

/** Services that go back in one step: a single service, or a group that depends on each other. */
export interface RollbackGroup {
  /** Sorted. */
  readonly services: readonly string[];
  /** Positions, in the order, of its consumers' groups: all of them are done before it begins. */
  readonly waitsFor: readonly number[];
  /** 0 if it waits for no group, else one more than the highest level it waits for. */
  readonly level: number;
}

/**
 * The order in which services go back: consumers before providers, for any coupling, and also if services in between stay.
 *
 * Every group stands after all groups it waits for. It waits for its nearest ones: their own predecessors are left out,
 * unless another path leads to them.
 */
export function rollbackOrder(graph: DependencyGraph, services: Iterable<string>): RollbackGroup[] {
  const moving = new Set(services);
  const positions = new Map<number, number>();
  /** For a group that stays: the groups that its providers have to wait for. */
  const carried = new Map<number, Set<number>>();
  const order: RollbackGroup[] = [];
  for (const members of groupsByLevel(graph)) {
    const own = graph.groupOf(members[0] as string);
    const waitsFor = new Set<number>();
    for (const service of members) {
      for (const { consumer } of graph.consumersOf(service)) {
        const group = graph.groupOf(consumer);
        if (group === own) continue;
        const position = positions.get(group);
        if (position !== undefined) waitsFor.add(position);
        else for (const beyond of carried.get(group) ?? []) waitsFor.add(beyond);
      }
    }
    const inGroup = members.filter((service) => moving.has(service));
    if (inGroup.length === 0) {
      if (waitsFor.size > 0) carried.set(own, waitsFor);
      continue;
    }
    positions.set(own, order.length);
    const sorted = [...waitsFor].sort((a, b) => a - b);
    const level = sorted.reduce(
      (highest, at) => Math.max(highest, (order[at] as RollbackGroup).level + 1),
      0,
    );
    order.push({ services: inGroup, waitsFor: sorted, level });
  }
  return order;
}

/** All groups of the graph, those of consumers before those of their providers, then by name. */
function groupsByLevel(graph: DependencyGraph): string[][] {
  const groups = new Map<number, string[]>();
  for (const service of graph.services) {
    const group = groups.get(graph.groupOf(service));
    if (group) group.push(service);
    else groups.set(graph.groupOf(service), [service]);
  }
  const levelOf = ([first]: string[]): number => graph.levelOf(first as string);
  // Services come sorted, so groups of one level are already in the order of their first names; the sort is stable.
  return [...groups.values()].sort((a, b) => levelOf(b) - levelOf(a));
}

/** The slowest chain of groups: no rollback in this order can be faster. */
export interface CriticalPath {
  /** In the unit of the durations given. */
  readonly duration: number;
  /** From the first consumer to the last provider; the slowest service of each group. */
  readonly services: readonly string[];
}

/** The longest chain of an order. The services of a group go back in parallel: a group takes as long as its slowest. */
export function criticalPath(
  order: readonly RollbackGroup[],
  durationOf: (service: string) => number,
): CriticalPath {
  interface Step {
    readonly service: string;
    readonly end: number;
    readonly before: Step | undefined;
  }
  const steps: Step[] = [];
  let last: Step | undefined;
  for (const { services, waitsFor } of order) {
    let before: Step | undefined;
    for (const position of waitsFor) {
      const step = steps[position];
      if (step && (!before || step.end > before.end)) before = step;
    }
    let slowest = { service: '', duration: Number.NEGATIVE_INFINITY };
    for (const service of services) {
      const duration = durationOf(service);
      if (duration > slowest.duration) slowest = { service, duration };
    }
    const step = { service: slowest.service, end: (before?.end ?? 0) + slowest.duration, before };
    steps.push(step);
    if (!last || step.end > last.end) last = step;
  }
  const services: string[] = [];
  for (let step = last; step; step = step.before) services.push(step.service);
  return { duration: last?.end ?? 0, services: services.reverse() };
}
