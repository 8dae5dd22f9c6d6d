import type { DependencyGraph } from './dependency-graph.ts';

/** Services that go back in one step: one service, or those of it that depend on each other. */
export interface RollbackGroup {
  /** Sorted. */
  readonly services: readonly string[];
  /** Positions, in the order, of the groups of its consumers: all of them are done before it begins. */
  readonly waitsFor: readonly number[];
  /** 0 where it waits for nobody, else one more than the highest it waits for. */
  readonly level: number;
}

/**
 * The order in which services go back: consumers before providers, whatever the coupling of the edge.
 *
 * Every group stands after all groups it waits for. Only edges between two of the given services order them: a
 * service in between that stays runs on against both of its neighbours, before and after.
 */
export function rollbackOrder(graph: DependencyGraph, services: Iterable<string>): RollbackGroup[] {
  const members = new Map<number, string[]>();
  for (const service of [...new Set(services)].sort()) {
    const group = graph.groupOf(service);
    const others = members.get(group);
    if (others) others.push(service);
    else members.set(group, [service]);
  }
  const levelOf = (group: string[]): number => graph.levelOf(group[0] as string);
  const groups = [...members.values()].sort(
    (a, b) => levelOf(b) - levelOf(a) || ((a[0] as string) < (b[0] as string) ? -1 : 1),
  );
  const positions = new Map<number, number>();
  const order: RollbackGroup[] = [];
  for (const group of groups) {
    const own = graph.groupOf(group[0] as string);
    const waitsFor = new Set<number>();
    for (const service of group) {
      for (const { consumer } of graph.consumersOf(service)) {
        // Consumers are on higher levels, so those that go back have their position already.
        const position = positions.get(graph.groupOf(consumer));
        if (position !== undefined) waitsFor.add(position);
      }
    }
    positions.set(own, order.length);
    const sorted = [...waitsFor].sort((a, b) => a - b);
    const level = sorted.reduce((highest, at) => Math.max(highest, (order[at]?.level ?? 0) + 1), 0);
    order.push({ services: group, waitsFor: sorted, level });
  }
  return order;
}

/** The chain of groups that takes longest: no rollback in this order can be faster. */
export interface CriticalPath {
  /** In the unit of the durations given. */
  readonly duration: number;
  /** From the first consumer to the last provider; of a group, the service that takes longest. */
  readonly services: readonly string[];
}

/**
 * The longest chain of an order. The services of a group go back side by side: a group takes as long as its
 * slowest.
 */
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
