import fc from 'fast-check';
import type { Coupling } from '../../../shared/catalog/service-entry.ts';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { type PastRelease, ReleaseHistory } from '../../../shared/cut/release-history.ts';
import type { Move, Stay } from '../../../shared/cut/selection.ts';
import { staysBeside } from '../../../shared/cut/stays.ts';
import { at, graphEntry, release } from './shop.ts';

const move = (service: string, cut: string | null): Move<PastRelease> => ({
  service,
  undone: [release(service, `${cut ?? '09:00'} bad`)],
  to: release(service, '07:00 good'),
  cut: cut === null ? null : at(cut),
  causes: [{ kind: 'incident', releaseId: `${service}@${cut}` }],
  passedOver: [],
});
const historyOf = (
  service: string,
  ...releases: string[]
): [string, { history: ReleaseHistory<PastRelease> }] => [
  service,
  { history: new ReleaseHistory(releases.map((text) => release(service, text))) },
];
/** `cart` beside the moving services: it depends on those in `couplings`, and the others depend on it. */
const beside = (
  moves: readonly Move<PastRelease>[],
  {
    couplings = {} as Record<string, Coupling>,
    releases = undefined as string[] | undefined,
    lockstep = false,
  },
): Stay[] => {
  const coupled = Object.entries(couplings).map(([service, coupling]) => ({ service, coupling }));
  const group = lockstep ? { lockstep: 'group' } : {};
  const graph = new DependencyGraph([
    graphEntry('cart', coupled, group),
    ...moves.map(({ service }) => graphEntry(service, couplings[service] ? [] : ['cart'], group)),
  ]);
  return staysBeside(moves, graph, new Map(releases && [historyOf('cart', ...releases)]));
};

it.each<[Stay['why'], string, Parameters<typeof beside>[1], object]>([
  [
    'unchanged',
    'began before the cut',
    { couplings: { users: 'by-cut' }, releases: ['08:00 good', '08:59 good'] },
    { since: at('08:59') },
  ],
  [
    'put-back',
    'was put back after the cut',
    { couplings: { users: 'by-cut' }, releases: ['08:00 good', '08:30 bad', '09:30 good =08:00'] },
    { since: at('08:00') },
  ],
  [
    'put-back',
    'was put back in the moment of the cut',
    { couplings: { users: 'by-cut' }, releases: ['08:00 good', '09:00 good =08:00'] },
    { since: at('08:00') },
  ],
  ['not-released', 'has no release', { couplings: { users: 'always' }, releases: [] }, {}],
  ['not-released', 'was not read', { couplings: { users: 'always' } }, {}],
  [
    'never',
    'never goes back for it, though it was released since',
    { couplings: { users: 'never' }, releases: ['09:30 good'] },
    { since: at('09:30') },
  ],
  ['provider', 'is a provider', {}, {}],
  ['provider', 'is a provider that was read', { releases: ['09:30 good'] }, { since: at('09:30') }],
  ['not-released', 'is a provider and in its lockstep group', { lockstep: true }, {}],
])('stays as %s what %s', (why, _, neighbour, since) => {
  const stay = { service: 'cart', why, of: 'users', cut: at('09:00'), ...since };
  expect(beside([move('users', '09:00')], neighbour)).toEqual([stay]);
});

it('keeps a release from the bad time of a provider if no user has met it', () => {
  const stays = beside([move('users', null)], { couplings: { users: 'by-cut' }, releases: ['09:30 good'] });
  expect(stays).toEqual([
    { service: 'cart', why: 'never-served', of: 'users', cut: null, since: at('09:30') },
  ]);
});

it('gives the reason with a cut before one without', () => {
  const couplings = { orders: 'never', users: 'never' } as const;
  const stays = beside([move('orders', null), move('users', '09:00')], { couplings });
  expect(stays).toMatchObject([{ service: 'cart', of: 'users' }]);
});

it('gives the reason with the earliest cut, then the first by name, whatever the order of the moves', () => {
  const names = ['orders', 'platform', 'users'];
  const cuts = fc.array(fc.constantFrom('09:00', '09:01', '10:00'), { minLength: 3, maxLength: 3 });
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 1 });
  fc.assert(
    fc.property(cuts, order, (times, indexes) => {
      const moves = indexes.map((index) => move(names[index] as string, times[index] as string));
      const couplings = Object.fromEntries(names.map((name) => [name, 'by-cut' as const]));
      const [earliest] = [...moves].sort((a, b) => (a.cut + a.service < b.cut + b.service ? -1 : 1));
      expect(beside(moves, { couplings, releases: ['08:00 good'] })).toEqual([
        { service: 'cart', why: 'unchanged', of: earliest?.service, cut: earliest?.cut, since: at('08:00') },
      ]);
    }),
    { seed: 20260105 },
  );
});

it.each<[string, Record<string, Coupling>, string]>([
  ['never, before that it is a provider', { users: 'never' }, 'never'],
  ['by its releases, before never', { users: 'never', orders: 'by-cut' }, 'unchanged'],
])('gives the strongest reason, over one with an earlier cut: %s', (_, couplings, why) => {
  const moves = [move('orders', '09:30'), move('platform', '08:30'), move('users', '09:00')];
  expect(beside(moves, { couplings, releases: ['08:00 good'] })).toMatchObject([{ service: 'cart', why }]);
});

it('names each neighbour once, sorted, and nothing that moves or is no neighbour', () => {
  const graph = new DependencyGraph([
    graphEntry('web', ['users', 'search']),
    graphEntry('cart', ['users']),
    graphEntry('billing', ['users']),
    graphEntry('users', ['platform']),
    graphEntry('platform'),
    graphEntry('search'),
    graphEntry('mails'),
  ]);
  const reached = new Map([historyOf('web', '08:00 good'), historyOf('billing', '08:00 good')]);
  const stays = staysBeside([move('users', '09:00'), move('cart', '09:00')], graph, reached);
  expect(stays.map(({ service, why }) => `${service} ${why}`)).toEqual([
    'billing unchanged',
    'platform provider',
    'web unchanged',
  ]);
});
