import fc from 'fast-check';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { criticalPath, rollbackOrder } from '../../../shared/cut/rollback-order.ts';
import { stronglyConnected } from '../../../shared/cut/strongly-connected.ts';
import { graphEntry } from './shop.ts';

const diamond = [
  graphEntry('storefront', ['orders', 'users']),
  graphEntry('orders', ['platform']),
  graphEntry('users', ['platform']),
  graphEntry('platform'),
];

describe('the dependency graph', () => {
  it('knows consumers and providers, sorted, with their coupling', () => {
    const graph = new DependencyGraph([
      graphEntry('web', [{ service: 'users', coupling: 'never' }, 'orders']),
      graphEntry('users'),
      graphEntry('orders', [{ service: 'users', coupling: 'always' }]),
    ]);
    expect(graph.services).toEqual(['orders', 'users', 'web']);
    expect(graph.providersOf('web')).toEqual([
      { consumer: 'web', provider: 'orders', coupling: 'by-cut' },
      { consumer: 'web', provider: 'users', coupling: 'never' },
    ]);
    expect(graph.consumersOf('users')).toEqual([
      { consumer: 'orders', provider: 'users', coupling: 'always' },
      { consumer: 'web', provider: 'users', coupling: 'never' },
    ]);
  });

  it('reports dependencies on a service that is not in the catalog, and continues without it', () => {
    const graph = new DependencyGraph([graphEntry('orders', ['payment', 'users']), graphEntry('users')]);
    expect(graph.unknown).toEqual([{ consumer: 'orders', provider: 'payment', coupling: 'by-cut' }]);
    expect(graph.providersOf('orders').map(({ provider }) => provider)).toEqual(['users']);
    expect(graph.has('payment')).toBe(false);
    expect(() => graph.levelOf('payment')).toThrow('payment is not in the dependency graph');
  });

  it('puts a consumer above all its providers', () => {
    const graph = new DependencyGraph(diamond);
    expect(['platform', 'orders', 'users', 'storefront'].map((name) => graph.levelOf(name))).toEqual([
      0, 1, 1, 2,
    ]);
    expect(graph.cycles).toEqual([]);
  });

  it('names each cycle by a shortest path', () => {
    const graph = new DependencyGraph([
      graphEntry('a', ['b', 'c']),
      graphEntry('b', ['c', 'platform']),
      graphEntry('c', ['d', 'a']),
      graphEntry('d', ['a']),
      graphEntry('x', ['y']),
      graphEntry('y', ['x', 'a']),
      graphEntry('platform'),
    ]);
    expect(graph.cycles).toEqual([
      { services: ['a', 'b', 'c', 'd'], path: ['a', 'c', 'a'] },
      { services: ['x', 'y'], path: ['x', 'y', 'x'] },
    ]);
    expect(['platform', 'a', 'd', 'x', 'y'].map((name) => graph.levelOf(name))).toEqual([0, 1, 1, 2, 2]);
  });

  it('knows the other members of a lockstep group', () => {
    const graph = new DependencyGraph([
      graphEntry('web', [], { lockstep: 'checkout' }),
      graphEntry('api', [], { lockstep: 'checkout' }),
      graphEntry('users', [], { lockstep: 'other' }),
      graphEntry('search'),
    ]);
    expect(['web', 'api', 'users', 'search'].map((name) => graph.lockstepPeersOf(name))).toEqual([
      ['api'],
      ['web'],
      [],
      [],
    ]);
  });

  it('takes a chain and a cycle of 10,000 services', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `s${String(index).padStart(5, '0')}`);
    const chain = names.map((name, index) => graphEntry(name, index > 0 ? [names[index - 1] as string] : []));
    expect(new DependencyGraph(chain).levelOf('s09999')).toBe(9_999);
    const closed = [graphEntry('s00000', ['s09999']), ...chain.slice(1)];
    expect(new DependencyGraph(closed).cycles[0]?.path).toHaveLength(10_001);
  });
});

it('finds the same strongly connected components as reachability, providers first', () => {
  const graphs = fc
    .integer({ min: 1, max: 7 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  fc.assert(
    fc.property(graphs, (arrows) => {
      const reach = arrows.map((_, from) => {
        const seen = new Set([from]);
        for (const node of seen) for (const next of arrows[node] ?? []) seen.add(next);
        return seen;
      });
      const components = stronglyConnected(arrows);
      const positionOf = arrows.map((_, node) => components.findIndex((members) => members.includes(node)));
      expect(components.flat().sort((a, b) => a - b)).toEqual([...arrows.keys()]);
      for (const [a, reachable] of reach.entries()) {
        for (const b of arrows.keys()) {
          const together = reachable.has(b) && (reach[b]?.has(a) ?? false);
          expect(positionOf[a] === positionOf[b]).toBe(together);
          if (reachable.has(b)) expect(positionOf[b]).toBeLessThanOrEqual(positionOf[a] as number);
        }
      }
    }),
    { seed: 20260105 },
  );
});

describe('the order of a rollback', () => {
  it('puts consumers before providers and names the consumers that each waits for', () => {
    expect(
      rollbackOrder(new DependencyGraph(diamond), ['platform', 'users', 'storefront', 'orders']),
    ).toEqual([
      { services: ['storefront'], waitsFor: [], level: 0 },
      { services: ['orders'], waitsFor: [0], level: 1 },
      { services: ['users'], waitsFor: [0], level: 1 },
      { services: ['platform'], waitsFor: [1, 2], level: 2 },
    ]);
  });

  it('waits for a consumer behind a service that stays', () => {
    expect(rollbackOrder(new DependencyGraph(diamond), ['platform', 'storefront'])).toEqual([
      { services: ['storefront'], waitsFor: [], level: 0 },
      { services: ['platform'], waitsFor: [0], level: 1 },
    ]);
  });

  it('moves a cycle as one group, without the member that stays', () => {
    const graph = new DependencyGraph([
      graphEntry('a', ['b']),
      graphEntry('b', ['c']),
      graphEntry('c', ['a', 'platform']),
      graphEntry('platform'),
    ]);
    expect(rollbackOrder(graph, ['platform', 'c', 'a'])).toEqual([
      { services: ['a', 'c'], waitsFor: [], level: 0 },
      { services: ['platform'], waitsFor: [0], level: 1 },
    ]);
  });

  it('waits, directly or transitively, for every consumer that goes back, and for no other service', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const drawn = fc.record({
      edges: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), {
        maxLength: 9,
        size: 'max',
      }),
      moving: fc.subarray(names),
    });
    fc.assert(
      fc.property(drawn, ({ edges, moving }) => {
        const providersOf = (name: string): string[] =>
          names.filter(
            (other) => other !== name && edges.some(([from, to]) => from === name && to === other),
          );
        const graph = new DependencyGraph(names.map((name) => graphEntry(name, providersOf(name))));
        const reach = (from: string): Set<string> => {
          const seen = new Set(providersOf(from));
          for (const name of seen) for (const next of providersOf(name)) seen.add(next);
          return seen;
        };
        const order = rollbackOrder(graph, moving);
        expect(order.flatMap(({ services }) => services).sort()).toEqual([...moving].sort());
        const before: Set<number>[] = [];
        for (const { waitsFor } of order) {
          before.push(new Set(waitsFor.flatMap((position) => [position, ...(before[position] ?? [])])));
        }
        for (const [position, { services }] of order.entries()) {
          for (const [other, { services: others }] of order.entries()) {
            const isConsumer = others.some((consumer) => services.some((name) => reach(consumer).has(name)));
            expect(before[position]?.has(other)).toBe(position !== other && isConsumer);
          }
        }
      }),
      { seed: 20260105, numRuns: 300 },
    );
  });

  it('is empty where nothing moves', () => {
    expect(rollbackOrder(new DependencyGraph(diamond), [])).toEqual([]);
    expect(criticalPath([], () => 1)).toEqual({ duration: 0, services: [] });
  });

  it('finds the chain with the longest duration', () => {
    const order = rollbackOrder(new DependencyGraph(diamond), ['platform', 'users', 'storefront', 'orders']);
    const minutes: Record<string, number> = { storefront: 1, orders: 2, users: 5, platform: 3 };
    expect(criticalPath(order, (service) => minutes[service] ?? 0)).toEqual({
      duration: 9,
      services: ['storefront', 'users', 'platform'],
    });
  });

  it('counts a group with its slowest member', () => {
    const graph = new DependencyGraph([graphEntry('a', ['b']), graphEntry('b', ['a', 'c']), graphEntry('c')]);
    const order = rollbackOrder(graph, ['a', 'b', 'c']);
    expect(criticalPath(order, (service) => (service === 'b' ? 7 : 2))).toEqual({
      duration: 9,
      services: ['b', 'c'],
    });
  });
});
