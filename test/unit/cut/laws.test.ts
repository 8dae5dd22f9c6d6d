import fc from 'fast-check';
import { providerOf } from '../../../shared/catalog/service-entry.ts';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';
import { rollbackOrder } from '../../../shared/cut/rollback-order.ts';
import type { Move } from '../../../shared/cut/selection.ts';
import { everyConsistentChoice, isSuperseded } from './every-choice.ts';
import { clock, movesOf, selectIn, type World, type WorldShape, worlds } from './random-world.ts';

const anything: WorldShape = { cycles: true, lockstep: true, restores: true, traffic: true };
const byCut: WorldShape = { cycles: true, couplings: ['by-cut'] };

/** Runs a law over many worlds; at least `minimum` of them must be worlds to which the law applies. */
async function law(
  shape: WorldShape,
  minimum: number,
  holds: (world: World) => Promise<boolean>,
  numRuns = 800,
): Promise<void> {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(worlds(shape), async (world) => {
      if (await holds(world)) told += 1;
    }),
    // A fixed seed: the same worlds in every run.
    { numRuns, seed: 20260105 },
  );
  expect(told).toBeGreaterThanOrEqual(minimum);
}

/** Id of the release whose state it has: its own, or that of the release it restored. */
function stateOf(history: readonly PastRelease[], release: PastRelease): string {
  const restored = history.find(({ releaseId }) => releaseId === release.restores);
  return restored ? stateOf(history, restored) : release.releaseId;
}

const positionsOf = (moves: readonly Move<PastRelease>[]): Map<string, number> =>
  new Map(moves.map(({ service, undone }) => [service, undone.length]));

it('ends every service on its newest release of all consistent choices, and refuses only where there is none', async () => {
  await law(
    anything,
    220,
    async (world) => {
      const selection = await selectIn(world);
      if (isSuperseded(world)) {
        expect(selection.kind).toBe('not-needed');
        return false;
      }
      const choices = everyConsistentChoice(world);
      if (selection.kind !== 'selected') {
        expect(choices).toEqual([]);
        expect(selection.kind).toMatch(/^(frozen|refused)$/);
        return false;
      }
      const positions = positionsOf(selection.moves);
      const newest = new Map<string, number>();
      for (const { service } of world.entries) {
        newest.set(service, Math.min(...choices.map((choice) => choice.get(service) ?? 0)));
      }
      for (const [service, position] of newest)
        expect([service, positions.get(service) ?? 0]).toEqual([service, position]);
      expect(choices).toContainEqual(newest);
      return positions.size > 1;
    },
    2500,
  );
});

it('leaves no service without a reason, and no move that could be left out', async () => {
  await law(anything, 60, async (world) => {
    const moves = movesOf(await selectIn(world));
    const moved = new Set(moves.map(({ service }) => service));
    for (const { service, causes } of moves) {
      expect(causes.length).toBeGreaterThan(0);
      for (const cause of causes) {
        if (cause.kind === 'incident') expect(service).toBe(world.service);
        else expect(moved).toContain(cause.kind === 'lockstep' ? cause.peer : cause.provider);
      }
    }
    // Without this one move, all others kept, the choice is not consistent.
    const positions = positionsOf(moves);
    const choices = everyConsistentChoice(world);
    for (const { service } of moves) {
      const without = new Map(
        world.entries.map((entry) => [entry.service, positions.get(entry.service) ?? 0]),
      );
      without.set(service, 0);
      expect(choices).not.toContainEqual(without);
    }
    return moves.length > 1;
  });
});

it('never goes to a bad, an unproven or a missing release, nor to one whose verdict its entry does not accept', async () => {
  await law(anything, 60, async (world) => {
    const moves = movesOf(await selectIn(world));
    for (const { service, to } of moves) {
      const history = world.releases.get(service) ?? [];
      const same = history.filter((one) => stateOf(history, one) === stateOf(history, to));
      const verdicts = same.map((one) => (one === world.bad ? 'bad' : one.verdict));
      expect(verdicts.some((verdict) => verdict === 'good' || verdict === 'served-well')).toBe(true);
      expect(verdicts).not.toContain('bad');
      const entry = world.entries.find((one) => one.service === service);
      if (entry?.policy.restorePoints === 'good') expect(verdicts).toContain('good');
      expect(world.missing).not.toContain(to.releaseId);
    }
    return moves.length > 1;
  });
});

it("keeps only releases that were live together with their provider's restore point", async () => {
  await law(byCut, 60, async (world) => {
    const selection = await selectIn(world);
    if (selection.kind !== 'selected') return false;
    let consumers = 0;
    for (const { service, why, of } of selection.stays) {
      if (why !== 'unchanged') continue;
      consumers += 1;
      const move = selection.moves.find((one) => one.service === of) as Move<PastRelease>;
      const cut = move.cut ?? '';
      expect(move.to.startedAt < cut).toBe(true);
      expect(((world.releases.get(service) ?? [])[0] as PastRelease).startedAt < cut).toBe(true);
    }
    return consumers > 0;
  });
});

it('moves a consumer to the release that was live with its deciding provider right before that cut', async () => {
  await law(byCut, 50, async (world) => {
    const moves = movesOf(await selectIn(world));
    let consumers = 0;
    for (const { service, to, cut, causes, passedOver } of moves) {
      const [decides] = causes;
      if (decides.kind !== 'on-top' || passedOver.length > 0 || service === world.service) continue;
      consumers += 1;
      expect(to.startedAt < decides.cut && (cut ?? '') >= decides.cut).toBe(true);
      const provider = moves.find((move) => move.service === decides.provider);
      expect(provider?.cut).toBe(decides.cut);
    }
    return consumers > 0;
  });
});

it('ends the members of a lockstep group on releases of one moment', async () => {
  await law({ cycles: true, lockstep: true }, 60, async (world) => {
    const moves = movesOf(await selectIn(world));
    const members = world.entries.filter(({ lockstep }) => lockstep);
    const moved = new Map(moves.map((move) => [move.service, move]));
    if (!members.some(({ service }) => moved.has(service))) return false;
    const spans = members.flatMap(({ service }) => {
      const move = moved.get(service);
      const live = world.releases.get(service)?.[0];
      if (move) return [{ start: move.to.startedAt, end: move.cut ?? '9999' }];
      return live ? [{ start: live.startedAt, end: '9999' }] : [];
    });
    const latestStart =
      spans
        .map(({ start }) => start)
        .sort()
        .at(-1) ?? '';
    const earliestEnd = spans.map(({ end }) => end).sort()[0] ?? '';
    expect(latestStart < earliestEnd).toBe(true);
    return spans.length > 1;
  });
});

it('does not depend on the order of entries, edges and releases', async () => {
  await law(anything, 60, async (world) => {
    const reversed = {
      ...world,
      entries: [...world.entries]
        .reverse()
        .map((entry) => ({ ...entry, dependsOn: [...entry.dependsOn].reverse() })),
      releases: new Map([...world.releases].map(([service, some]) => [service, [...some].reverse()])),
    };
    const selection = await selectIn(world);
    await expect(selectIn(reversed)).resolves.toEqual(selection);
    return movesOf(selection).length > 1;
  });
});

it('goes back at least as far for an older bad release', async () => {
  await law(
    anything,
    40,
    async (world) => {
      const selection = await selectIn(world);
      const history = world.releases.get(world.service) ?? [];
      const older = history[history.indexOf(world.bad) + 1];
      if (!older || selection.kind === 'not-needed') return false;
      // Both are bad: the set of safe releases must not be the difference.
      const bothBad = history.map((one) =>
        one === older || one === world.bad ? { ...one, verdict: 'bad' as const } : one,
      );
      const releases = new Map([...world.releases, [world.service, bothBad]]);
      const badIn = (release: PastRelease): PastRelease =>
        bothBad.find(({ releaseId }) => releaseId === release.releaseId) as PastRelease;
      const first = await selectIn({ ...world, releases, bad: badIn(world.bad) });
      const second = await selectIn({ ...world, releases, bad: badIn(older) });
      if (second.kind !== 'selected') return false;
      expect(first.kind).toBe('selected');
      const positions = positionsOf(second.moves);
      for (const [service, position] of positionsOf(movesOf(first))) {
        expect(positions.get(service)).toBeGreaterThanOrEqual(position);
      }
      return positions.size > 1;
    },
    2000,
  );
});

/** The world after some of the moves: each is a new release that restores the target. */
function after(world: World, moves: readonly Move<PastRelease>[]): World {
  const releases = new Map(world.releases);
  for (const [index, { service, to }] of moves.entries()) {
    const minutes = 60 + index;
    releases.set(service, [
      {
        releaseId: `${service}@${minutes}`,
        startedAt: clock(minutes),
        verdict: 'good',
        restores: to.releaseId,
      },
      ...(releases.get(service) ?? []),
    ]);
  }
  return { ...world, releases };
}

it('finds nothing left to do once the moves were carried out', async () => {
  await law(anything, 60, async (world) => {
    const moves = movesOf(await selectIn(world));
    if (moves.length === 0) return false;
    await expect(selectIn(after(world, moves))).resolves.toMatchObject({ kind: 'not-needed' });
    return moves.length > 1;
  });
});

it('finds exactly the rest where the moves were carried out half way, consumers first', async () => {
  await law({ restores: true, traffic: true }, 60, async (world) => {
    const moves = movesOf(await selectIn(world));
    const order = rollbackOrder(
      new DependencyGraph(world.entries),
      moves.map(({ service }) => service),
    ).flatMap(({ services }) => services);
    const inOrder = order.map((name) => moves.find(({ service }) => service === name) as Move<PastRelease>);
    for (let done = 1; done < inOrder.length; done += 1) {
      const rest = movesOf(await selectIn(after(world, inOrder.slice(0, done))));
      expect(rest.map(({ service, to }) => [service, to.releaseId])).toEqual(
        moves
          .filter((move) => inOrder.indexOf(move) >= done)
          .map(({ service, to }) => [service, to.releaseId]),
      );
    }
    return moves.length > 1;
  });
});

it('reads a consumer only if its provider moves', async () => {
  await law(anything, 60, async (world) => {
    const asked: string[] = [];
    const counting = {
      get: (name: string) => {
        asked.push(name);
        return world.releases.get(name);
      },
    };
    const selection = await selectIn({ ...world, releases: counting as unknown as World['releases'] });
    expect(new Set(asked).size).toBe(asked.length);
    if (selection.kind !== 'selected') return false;
    const moved = new Set(selection.moves.map(({ service }) => service));
    for (const name of asked) {
      const entry = world.entries.find(({ service }) => service === name);
      const peers = world.entries.filter(({ lockstep }) => lockstep && lockstep === entry?.lockstep);
      const neighbours = [
        ...(entry?.dependsOn ?? []).map((item) => providerOf(item).service),
        ...peers.map(({ service }) => service),
      ];
      expect(name === world.service || neighbours.some((other) => moved.has(other))).toBe(true);
    }
    return moved.size > 1;
  });
});
