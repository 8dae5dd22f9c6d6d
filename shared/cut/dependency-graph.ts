import {
  type Coupling,
  providerOf,
  type ServiceEntry,
  type ServicePolicy,
} from '../catalog/service-entry.ts';
import { stronglyConnected } from './strongly-connected.ts';

/** The parts of a catalog entry that the graph uses. */
export type GraphEntry = Pick<ServiceEntry, 'service' | 'dependsOn' | 'lockstep'> & {
  readonly policy: Pick<ServicePolicy, 'irreversible'> & Partial<Pick<ServicePolicy, 'restorePoints'>>;
};

/** One edge: `consumer` depends on `provider`. */
export interface Dependency {
  readonly consumer: string;
  readonly provider: string;
  readonly coupling: Coupling;
}

/** Services that depend on each other. */
export interface DependencyCycle {
  /** All of its services, sorted. */
  readonly services: readonly string[];
  /** A shortest cycle from the first of them: each depends on the next, and the last is the first again. */
  readonly path: readonly string[];
}

interface Node {
  readonly entry: GraphEntry;
  readonly providers: Dependency[];
  readonly consumers: Dependency[];
  readonly lockstepPeers: string[];
  group: number;
  level: number;
}

/**
 * The dependencies in one catalog.
 *
 * The same entries in any order make the same graph: every list is sorted by name. Services that depend on each other form
 * one group; a service alone is a group too. The level of a group is the length of the longest way down to a service without
 * providers, so a consumer is on a higher level than its providers unless they are one group. A dependency on a service
 * outside the catalog is no edge; {@link unknown} lists it.
 */
export class DependencyGraph {
  /** All services, sorted. */
  readonly services: readonly string[];
  /** Dependencies on services outside the catalog. */
  readonly unknown: readonly Dependency[];
  readonly cycles: readonly DependencyCycle[];
  readonly #nodes = new Map<string, Node>();

  constructor(entries: Iterable<GraphEntry>) {
    for (const entry of [...entries].sort((a, b) => (a.service < b.service ? -1 : 1))) {
      this.#nodes.set(entry.service, {
        entry,
        providers: [],
        consumers: [],
        lockstepPeers: [],
        group: 0,
        level: 0,
      });
    }
    this.services = [...this.#nodes.keys()];
    this.unknown = this.#connect();
    this.#matchLockstep();
    this.cycles = this.#group();
  }

  has(service: string): boolean {
    return this.#nodes.has(service);
  }

  /** The edges to the services that depend on this one, sorted by consumer. */
  consumersOf(service: string): readonly Dependency[] {
    return this.#node(service).consumers;
  }

  /** The edges to the services this one depends on, sorted by provider. */
  providersOf(service: string): readonly Dependency[] {
    return this.#node(service).providers;
  }

  /** The other services of its lockstep group, sorted. */
  lockstepPeersOf(service: string): readonly string[] {
    return this.#node(service).lockstepPeers;
  }

  /** Number of the group of services that depend on each other; a provider's is lower than its consumers'. */
  groupOf(service: string): number {
    return this.#node(service).group;
  }

  /** 0 for a service without providers. */
  levelOf(service: string): number {
    return this.#node(service).level;
  }

  /** The reason why the service cannot go back, if its entry declares it irreversible. */
  irreversible(service: string): string | undefined {
    return this.#node(service).entry.policy.irreversible;
  }

  /** Whether the service goes back to good releases only, and not to served-well ones. */
  demandsGood(service: string): boolean {
    return this.#node(service).entry.policy.restorePoints === 'good';
  }

  #connect(): Dependency[] {
    const unknown: Dependency[] = [];
    for (const [consumer, node] of this.#nodes) {
      for (const item of node.entry.dependsOn) {
        const { service: provider, coupling } = providerOf(item);
        const edge = { consumer, provider, coupling };
        const other = this.#nodes.get(provider);
        if (!other) unknown.push(edge);
        else {
          node.providers.push(edge);
          other.consumers.push(edge);
        }
      }
      node.providers.sort((a, b) => (a.provider < b.provider ? -1 : 1));
    }
    return unknown;
  }

  #matchLockstep(): void {
    const groups = new Map<string, string[]>();
    for (const [service, { entry }] of this.#nodes) {
      if (!entry.lockstep) continue;
      const group = groups.get(entry.lockstep);
      if (group) group.push(service);
      else groups.set(entry.lockstep, [service]);
    }
    for (const group of groups.values()) {
      for (const service of group) {
        this.#node(service).lockstepPeers.push(...group.filter((peer) => peer !== service));
      }
    }
  }

  #group(): DependencyCycle[] {
    const nodes = [...this.#nodes.values()];
    const numbers = new Map(this.services.map((service, number) => [service, number]));
    const arrows = nodes.map(({ providers }) =>
      providers.map(({ provider }) => numbers.get(provider) as number),
    );
    const cycles: DependencyCycle[] = [];
    for (const [group, numbersOfGroup] of stronglyConnected(arrows).entries()) {
      const members = numbersOfGroup.map((number) => nodes[number] as Node);
      for (const member of members) member.group = group;
      // Providers' components come first: all levels below are known.
      let level = 0;
      for (const number of numbersOfGroup) {
        for (const arrow of arrows[number] ?? []) {
          const provider = nodes[arrow] as Node;
          if (provider.group !== group) level = Math.max(level, provider.level + 1);
        }
      }
      for (const member of members) member.level = level;
      if (members.length === 1) continue;
      const services = members.map(({ entry }) => entry.service).sort();
      cycles.push({ services, path: this.#wayRound(services[0] as string) });
    }
    return cycles.sort((a, b) => ((a.services[0] as string) < (b.services[0] as string) ? -1 : 1));
  }

  /** Breadth-first along the providers of the same group, back to the start. */
  #wayRound(start: string): string[] {
    const cameFrom = new Map<string, string>();
    const queue = [start];
    for (const service of queue) {
      for (const { provider } of this.providersOf(service)) {
        if (provider === start) return [...wayTo(service, cameFrom), start];
        if (this.groupOf(provider) !== this.groupOf(start) || cameFrom.has(provider)) continue;
        cameFrom.set(provider, service);
        queue.push(provider);
      }
    }
    throw new Error(`${start} is in no cycle`);
  }

  #node(service: string): Node {
    const node = this.#nodes.get(service);
    if (!node) throw new RangeError(`${service} is not in the dependency graph`);
    return node;
  }
}

function wayTo(service: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [service];
  for (let at = cameFrom.get(service); at !== undefined; at = cameFrom.get(at)) way.push(at);
  return way.reverse();
}
