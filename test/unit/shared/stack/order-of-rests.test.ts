import * as fc from 'fast-check';
import {
  type LiveExchange,
  orderOfRests,
  type RestOfStack,
} from '../../../../shared/stack/order-of-rests.ts';

fc.configureGlobal({ seed: 1 });

/** The exports of a stack, with values, and its imports. */
interface State {
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: readonly string[];
}
/** A stack's current state and its target; a stack without `next` stays. */
interface World {
  readonly [stack: string]: { readonly now: State; readonly next?: State };
}

function restOf(stack: string, now: State, next: State): RestOfStack {
  return {
    stack,
    givesUp: new Map(
      Object.entries(now.exports).flatMap(([name, value]): [string, 'vanish' | 'change'][] =>
        next.exports[name] === value ? [] : [[name, name in next.exports ? 'change' : 'vanish']],
      ),
    ),
    exportsAgain: new Set(Object.keys(next.exports).filter((name) => !(name in now.exports))),
    imports: new Set(next.imports),
  };
}

function order(world: World) {
  const live: LiveExchange = {
    importersOf: (name) => Object.keys(world).filter((stack) => world[stack]?.now.imports.includes(name)),
    isExported: (name) => Object.values(world).some(({ now }) => name in now.exports),
  };
  const rests = Object.entries(world).flatMap(([stack, { now, next }]) =>
    next ? restOf(stack, now, next) : [],
  );
  return orderOfRests(rests, live);
}

/** CloudFormation's refusal of a stack's change to another state. */
function refusal(stack: string, next: State, states: ReadonlyMap<string, State>): string | undefined {
  const others = [...states].filter(([name]) => name !== stack).map(([, state]) => state);
  for (const name of next.imports) {
    const isOwn = name in (states.get(stack)?.exports ?? {});
    if (!isOwn && !others.some((one) => name in one.exports)) return `No export named ${name} found`;
  }
  for (const [name, value] of Object.entries(states.get(stack)?.exports ?? {})) {
    if (next.exports[name] !== value && others.some((one) => one.imports.includes(name))) {
      return `Export ${name} is in use`;
    }
  }
  return undefined;
}

const state = (exports: string[] = [], imports: string[] = []): State => ({
  exports: Object.fromEntries(exports.map((name) => [name, `value of ${name}`])),
  imports,
});

it.each<[string, World, Record<string, string[]>, Record<string, string[]>]>([
  [
    'who stops importing goes before who stops exporting',
    { web: { now: state([], ['a']), next: state() }, cart: { now: state(['a']), next: state() } },
    { cart: ['web'], web: [] },
    {},
  ],
  [
    'who exports again goes before who imports',
    { web: { now: state(), next: state([], ['a']) }, cart: { now: state(), next: state(['a']) } },
    { cart: [], web: ['cart'] },
    {},
  ],
  [
    'stacks that have nothing to do with each other wait for nobody',
    { web: { now: state(), next: state() }, cart: { now: state(['a']), next: state() } },
    { cart: [], web: [] },
    {},
  ],
  [
    'a value that goes on being imported and keeps its value is in nobody’s way',
    {
      web: { now: state([], ['a']), next: state([], ['a']) },
      cart: { now: state(['a']), next: state(['a']) },
    },
    { cart: [], web: [] },
    {},
  ],
  [
    'a stack that another one imports from cannot go back, where that one stays',
    { web: { now: state([], ['a']) }, cart: { now: state(['a']), next: state() } },
    {},
    { cart: ['stack web imports a, which would vanish'] },
  ],
  [
    'a value that changes counts like one that vanishes',
    {
      web: { now: state([], ['a']) },
      cart: { now: state(['a']), next: { exports: { a: 'another' }, imports: [] } },
    },
    {},
    { cart: ['stack web imports a, which would change'] },
  ],
  [
    'a stack that goes back and imports the value all the same is in the way too',
    { web: { now: state([], ['a']), next: state([], ['a']) }, cart: { now: state(['a']), next: state() } },
    { web: [] },
    { cart: ['stack web imports a, which would vanish'] },
  ],
  [
    'nobody exports what a stack imported once',
    { web: { now: state(), next: state([], ['a']) } },
    {},
    { web: ['it would import a, which no stack exports'] },
  ],
  [
    'what waits for a stack that cannot go back cannot either',
    {
      shop: { now: state([], ['b']) },
      cart: { now: state(['b']), next: state(['a']) },
      web: { now: state(), next: state([], ['a']) },
    },
    {},
    {
      cart: ['stack shop imports b, which would vanish'],
      web: ['it would import a, which stack cart does not export again'],
    },
  ],
  [
    'a stack does not come to import what vanishes with another one',
    { web: { now: state(), next: state([], ['a']) }, cart: { now: state(['a']), next: state() } },
    { cart: [] },
    { web: ['it would import a, which vanishes with stack cart'] },
  ],
  [
    'a value changes before it is imported again',
    {
      web: { now: state(), next: state([], ['a']) },
      cart: { now: state(['a']), next: { exports: { a: 'another' }, imports: [] } },
    },
    { cart: [], web: ['cart'] },
    {},
  ],
  [
    'stacks that would have to wait for each other stay',
    {
      web: { now: state([], ['a']), next: state([], ['b']) },
      cart: { now: state(['a']), next: state(['b']) },
    },
    {},
    {
      web: ['it and cart would have to wait for each other'],
      cart: ['it and web would have to wait for each other'],
    },
  ],
])('%s', (_, world, after, blocked) => {
  const found = order(world);
  expect(Object.fromEntries(found.after)).toEqual(after);
  expect(Object.fromEntries(found.blocked)).toEqual(blocked);
});

const names = ['a', 'b', 'c'];
const stackNames = ['p', 'q', 'r', 's'];

/** Worlds in which every name has one exporter, as CloudFormation demands, and every import is exported. */
const anyWorld = fc
  .record({
    ownerOf: fc.array(fc.nat(stackNames.length - 1), { minLength: names.length, maxLength: names.length }),
    now: fc.array(fc.subarray(names), { minLength: 4, maxLength: 4 }),
    next: fc.array(fc.subarray(names), { minLength: 4, maxLength: 4 }),
    exportedNow: fc.subarray(names),
    exportedThen: fc.subarray(names),
    changed: fc.subarray(names),
    stays: fc.subarray(stackNames),
  })
  .map(({ ownerOf, now, next, exportedNow, exportedThen, changed, stays }): World => {
    const owned = (stack: number, exported: string[], suffix: readonly string[]) =>
      Object.fromEntries(
        exported
          .filter((name) => ownerOf[names.indexOf(name)] === stack)
          .map((name) => [name, suffix.includes(name) ? `${name}2` : name]),
      );
    return Object.fromEntries(
      stackNames.map((stack, number) => {
        const own = (name: string) => ownerOf[names.indexOf(name)] === number;
        const before: State = {
          exports: owned(number, exportedNow, []),
          imports: (now[number] ?? []).filter((name) => exportedNow.includes(name) && !own(name)),
        };
        const after: State = {
          exports: owned(number, exportedThen, changed),
          imports: (next[number] ?? []).filter((name) => !own(name)),
        };
        return [stack, stays.includes(stack) ? { now: before } : { now: before, next: after }];
      }),
    );
  });

/** An order that has each stack after those it waits for; `turns` chooses among the stacks that may begin. */
function inTurn(after: ReadonlyMap<string, readonly string[]>, turns: readonly number[]): string[] {
  const done: string[] = [];
  const open = [...after.keys()];
  for (let turn = 0; open.length > 0; turn += 1) {
    const ready = open.filter((stack) => (after.get(stack) ?? []).every((one) => done.includes(one)));
    const next = ready[(turns[turn] ?? 0) % ready.length];
    if (next === undefined) throw new Error(`a circle of ${open.join(', ')}`);
    open.splice(open.indexOf(next), 1);
    done.push(next);
  }
  return done;
}

describe('in every world', () => {
  it('CloudFormation refuses no stack that goes in its turn, in any order of turns', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), (world, turns) => {
        const { after } = order(world);
        const states = new Map(Object.entries(world).map(([stack, { now }]) => [stack, now]));
        for (const stack of inTurn(after, turns)) {
          const next = world[stack]?.next as State;
          expect(refusal(stack, next, states)).toBeUndefined();
          states.set(stack, next);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('each stack goes in its turn or is blocked with a reason, and waits only for stacks that go', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { after, blocked } = order(world);
        const going = Object.keys(world).filter((stack) => world[stack]?.next);
        expect([...after.keys(), ...blocked.keys()].sort()).toEqual(going.sort());
        for (const reasons of blocked.values()) expect(reasons.length).toBeGreaterThan(0);
        for (const before of after.values()) for (const one of before) expect(after.has(one)).toBe(true);
      }),
    );
  });

  it('no stack waits for another without need: without the wait, CloudFormation refuses one of them in some order', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { after } = order(world);
        for (const [stack, before] of after) {
          for (const one of before) {
            const states = new Map(Object.entries(world).map(([name, { now }]) => [name, now]));
            // `stack` goes first, then the stack that it waits for.
            const first = refusal(stack, world[stack]?.next as State, states);
            states.set(stack, world[stack]?.next as State);
            const second = refusal(one, world[one]?.next as State, states);
            expect(first ?? second).toBeDefined();
          }
        }
      }),
    );
  });
});
