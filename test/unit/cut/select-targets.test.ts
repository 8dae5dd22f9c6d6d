import { InvalidInput, LedgerCorrupt } from '../../../shared/errors.ts';
import { at, graphEntry, release, Shop } from './shop.ts';

const pair = [graphEntry('payment'), graphEntry('orders', ['payment'])];

describe('the service of the incident', () => {
  const one = (releases: string[], missing = {}) =>
    new Shop([graphEntry('payment')], { payment: releases }, missing);

  it('goes to its newest good release, over bad, unproven and missing ones', async () => {
    const shop = one(
      ['08:00 good', '09:00 good', '10:00 good', '11:00 candidate', '12:00 bad', '13:00 candidate'],
      { 'payment@10:00': 'version 7 is gone' },
    );
    await expect(shop.select('payment@13:00')).resolves.toEqual({
      kind: 'selected',
      moves: [
        {
          service: 'payment',
          undone: ['13:00 bad', '12:00 bad', '11:00 candidate', '10:00 good'].map((text) =>
            release('payment', text),
          ),
          to: release('payment', '09:00 good'),
          cut: at('10:00'),
          causes: [{ kind: 'incident', releaseId: 'payment@13:00' }],
          passedOver: [
            { release: release('payment', '12:00 bad'), objection: { kind: 'bad' } },
            { release: release('payment', '11:00 candidate'), objection: { kind: 'candidate' } },
            {
              release: release('payment', '10:00 good'),
              objection: { kind: 'missing', detail: 'version 7 is gone' },
            },
          ],
        },
      ],
      stays: [],
    });
  });

  it('checks only its possible targets, and each once', async () => {
    const shop = one(['08:00 good', '09:00 good', '10:00 good', '11:00 candidate', '12:00 candidate'], {
      'payment@10:00': 'version 7 is gone',
    });
    await shop.select('payment@12:00');
    expect(shop.checked).toEqual(['payment@10:00', 'payment@09:00']);
  });

  it('goes to a served-well release, unless its entry demands good ones', async () => {
    const releases = ['09:00 good', '10:00 served-well', '11:00 candidate', '12:00 bad'];
    await expect(one(releases).moves('payment@12:00')).resolves.toEqual(['payment@12:00 -> payment@10:00']);
    const strict = new Shop([graphEntry('payment', [], { demandsGood: true })], { payment: releases });
    await expect(strict.select('payment@12:00')).resolves.toMatchObject({
      moves: [
        {
          to: { releaseId: 'payment@09:00' },
          passedOver: [
            { objection: { kind: 'candidate' } },
            { release: { releaseId: 'payment@10:00' }, objection: { kind: 'served-well' } },
          ],
        },
      ],
    });
  });

  it('has nothing to do where a served-well release has replaced the bad one', async () => {
    await expect(
      one(['10:00 bad', '11:00 served-well', '12:00 candidate']).moves('payment@10:00'),
    ).resolves.toBe('not-needed');
  });

  it('takes the releases after the bad one back with it', async () => {
    const shop = one(['09:00 good', '10:00 bad', '11:00 candidate']);
    await expect(shop.moves('payment@10:00')).resolves.toEqual(['payment@11:00 -> payment@09:00']);
  });

  it('has nothing to do where a good release has replaced the bad one', async () => {
    const shop = one(['09:00 good', '10:00 bad', '11:00 good', '12:00 candidate']);
    await expect(shop.select('payment@10:00')).resolves.toEqual({
      kind: 'not-needed',
      supersededBy: release('payment', '11:00 good'),
    });
  });

  it('does not go back to the state of the bad release under another name', async () => {
    const shop = one(['08:00 good', '09:00 good', '10:00 bad', '11:00 good =09:00']);
    await expect(shop.moves('payment@11:00')).resolves.toEqual(['payment@11:00 -> payment@08:00']);
  });

  it('goes to a release that restored a good one, and so undoes no more than necessary', async () => {
    const shop = one(['09:00 good', '10:00 bad', '11:00 candidate =09:00', '12:00 candidate']);
    await expect(shop.moves('payment@12:00')).resolves.toEqual(['payment@12:00 -> payment@11:00']);
  });

  it('is refused where no release is a target, with the nearest candidates', async () => {
    const shop = one(
      [
        '05:00 candidate',
        '06:00 good',
        '07:00 bad',
        '08:00 candidate',
        '09:00 bad',
        '10:00 bad',
        '11:00 bad',
      ],
      { 'payment@06:00': 'the template is gone' },
    );
    const candidate = (text: string, objection: object) => ({ release: release('payment', text), objection });
    await expect(shop.select('payment@11:00')).resolves.toEqual({
      kind: 'refused',
      blocked: [
        {
          service: 'payment',
          causes: [{ kind: 'incident', releaseId: 'payment@11:00' }],
          candidates: [
            candidate('10:00 bad', { kind: 'bad' }),
            candidate('09:00 bad', { kind: 'bad' }),
            candidate('08:00 candidate', { kind: 'candidate' }),
            candidate('07:00 bad', { kind: 'bad' }),
            candidate('06:00 good', { kind: 'missing', detail: 'the template is gone' }),
          ],
        },
      ],
    });
  });

  it('is frozen where it is irreversible, whatever its targets', async () => {
    const entry = graphEntry('payment', [], { irreversible: 'the migration drops a column' });
    const shop = new Shop([entry], { payment: ['09:00 good', '10:00 candidate'] });
    await expect(shop.select('payment@10:00')).resolves.toEqual({
      kind: 'frozen',
      blocked: [
        {
          service: 'payment',
          causes: [{ kind: 'incident', releaseId: 'payment@10:00' }],
          irreversible: 'the migration drops a column',
          candidates: [],
        },
      ],
    });
    expect(shop.checked).toEqual([]);
  });

  it('must be in the catalog, and the release in the ledger', async () => {
    await expect(one(['09:00 good']).select('shipping@09:00')).rejects.toBeInstanceOf(InvalidInput);
    await expect(one(['09:00 good']).select('payment@10:00')).rejects.toBeInstanceOf(LedgerCorrupt);
  });
});

describe('a consumer', () => {
  const payment = ['09:00 good', '10:00 bad', '11:00 candidate'];

  it('goes back where it was released on top of an undone release, and names that release', async () => {
    const shop = new Shop(pair, {
      payment,
      orders: ['08:00 good', '09:30 good', '10:20 good', '10:40 good'],
    });
    await expect(shop.select('payment@10:00')).resolves.toMatchObject({
      kind: 'selected',
      moves: [
        {
          service: 'orders',
          undone: [{ releaseId: 'orders@10:40' }, { releaseId: 'orders@10:20' }],
          to: { releaseId: 'orders@09:30' },
          cut: at('10:20'),
          causes: [
            {
              kind: 'on-top',
              provider: 'payment',
              cut: at('10:00'),
              began: at('10:40'),
              on: { releaseId: 'payment@10:00', startedAt: at('10:00') },
            },
          ],
          passedOver: [],
        },
        { service: 'payment', to: { releaseId: 'payment@09:00' }, cut: at('10:00') },
      ],
      stays: [],
    });
  });

  it('goes back where it began at the very moment of the cut, because the order is unknown', async () => {
    const shop = new Shop(pair, { payment, orders: ['09:30 good', '10:00 good'] });
    await expect(shop.moves('payment@10:00')).resolves.toContain('orders@10:00 -> orders@09:30');
  });

  it.each([
    ['unchanged', ['08:00 good', '09:59 candidate'], at('09:59')],
    ['put-back', ['08:00 good', '10:20 bad', '10:40 good =08:00'], at('08:00')],
    ['not-released', [], undefined],
  ])('stays where it is %s', async (why, orders, since) => {
    const shop = new Shop(pair, { payment, orders });
    await expect(shop.select('payment@10:00')).resolves.toMatchObject({
      moves: [{ service: 'payment' }],
      stays: [{ service: 'orders', why, of: 'payment', cut: at('10:00'), ...(since && { since }) }],
    });
  });

  it('stays, unread, where the catalog says never', async () => {
    const entries = [
      graphEntry('payment'),
      graphEntry('orders', [{ service: 'payment', coupling: 'never' }]),
    ];
    const shop = new Shop(entries, { payment, orders: ['08:00 good', '10:20 good'] });
    await expect(shop.select('payment@10:00')).resolves.toMatchObject({
      moves: [{ service: 'payment' }],
      stays: [{ service: 'orders', why: 'never', of: 'payment', cut: at('10:00') }],
    });
    expect(shop.read).toEqual(['payment']);
  });

  it.each([
    ['goes back though unchanged', ['07:00 good', '08:00 good'], 'orders@08:00 -> orders@07:00'],
    ['goes back before the cut', ['07:00 good', '08:00 good', '10:20 good'], 'orders@10:20 -> orders@08:00'],
  ])('%s where the catalog says always', async (_, orders, expected) => {
    const entries = [
      graphEntry('payment'),
      graphEntry('orders', [{ service: 'payment', coupling: 'always' }]),
    ];
    await expect(new Shop(entries, { payment, orders }).moves('payment@10:00')).resolves.toContain(expected);
  });

  it('has gone back already, always or not, where it was restored since the cut', async () => {
    const entries = [
      graphEntry('payment'),
      graphEntry('orders', [{ service: 'payment', coupling: 'always' }]),
    ];
    const orders = ['07:00 good', '08:00 good', '11:30 good =07:00'];
    await expect(new Shop(entries, { payment, orders }).moves('payment@10:00')).resolves.toEqual([
      'payment@11:00 -> payment@09:00',
    ]);
  });

  it('freezes the incident where it would have to go back and is irreversible', async () => {
    const entries = [
      graphEntry('payment'),
      graphEntry('orders', ['payment'], { irreversible: 'mails sent' }),
    ];
    const blocked = new Shop(entries, { payment, orders: ['09:00 good', '10:20 good'] });
    await expect(blocked.select('payment@10:00')).resolves.toMatchObject({
      kind: 'frozen',
      blocked: [{ service: 'orders', irreversible: 'mails sent', causes: [{ kind: 'on-top' }] }],
    });
    const unchanged = new Shop(entries, { payment, orders: ['09:00 good'] });
    await expect(unchanged.moves('payment@10:00')).resolves.toEqual(['payment@11:00 -> payment@09:00']);
  });

  it('refuses the incident where it has no release from before the cut, and names those that were too new', async () => {
    const shop = new Shop(pair, { payment, orders: ['09:30 bad', '10:20 good', '10:30 good', '10:40 good'] });
    const because = { kind: 'on-top', provider: 'payment', cut: at('10:00') };
    await expect(shop.select('payment@10:00')).resolves.toMatchObject({
      kind: 'refused',
      blocked: [
        {
          service: 'orders',
          candidates: [
            { release: { releaseId: 'orders@09:30' }, objection: { kind: 'bad' } },
            { release: { releaseId: 'orders@10:20' }, objection: { kind: 'too-new', because } },
            { release: { releaseId: 'orders@10:30' }, objection: { kind: 'too-new', because } },
          ],
        },
      ],
    });
  });
});

describe('the fixpoint', () => {
  it('takes a consumer of a consumer back, and leaves its other providers', async () => {
    const entries = [
      graphEntry('platform'),
      graphEntry('search'),
      graphEntry('orders', ['platform', 'search']),
      graphEntry('storefront', ['orders']),
      graphEntry('billing'),
    ];
    const shop = new Shop(entries, {
      platform: ['08:00 good', '10:00 bad'],
      search: ['08:00 good', '10:10 good'],
      orders: ['08:00 good', '10:20 good'],
      storefront: ['08:00 good', '10:30 good'],
    });
    const selection = await shop.select('platform@10:00');
    expect(selection).toMatchObject({
      moves: [{ service: 'orders' }, { service: 'platform' }, { service: 'storefront' }],
      stays: [{ service: 'search', why: 'provider', of: 'orders', cut: at('10:20') }],
    });
    expect(shop.read).toEqual(['platform', 'orders', 'storefront']);
  });

  it('gives one reason to a service that stays for several: the first one found', async () => {
    const entries = [
      graphEntry('platform'),
      graphEntry('users', ['platform']),
      graphEntry('search', [{ service: 'platform', coupling: 'never' }]),
      graphEntry('web', ['platform', 'search', 'users']),
    ];
    const shop = new Shop(entries, {
      platform: ['08:00 good', '10:00 bad'],
      users: ['08:10 good'],
      // Its cut is earlier than the platform's, and it depends on both services that stay.
      web: ['08:20 good', '09:00 candidate', '10:20 good'],
    });
    await expect(shop.select('platform@10:00')).resolves.toMatchObject({
      stays: [
        { service: 'search', why: 'never', of: 'platform', cut: at('10:00') },
        { service: 'users', why: 'unchanged', of: 'platform', cut: at('10:00'), since: at('08:10') },
      ],
    });
  });

  it('moves a consumer by the earliest cut of its providers', async () => {
    const entries = [
      graphEntry('platform'),
      graphEntry('orders', ['platform']),
      graphEntry('storefront', ['platform', 'orders']),
      graphEntry('users', ['platform']),
    ];
    const shop = new Shop(entries, {
      platform: ['08:00 good', '10:00 bad'],
      // Undoes the unproven release of 09:00 too, so its own cut is earlier than the platform's.
      orders: ['08:30 good', '09:00 candidate', '10:20 good'],
      storefront: ['08:45 good', '09:15 good', '10:30 good'],
      users: ['09:40 good'],
    });
    // The example of docs/decisions/0004-consistent-cut.md.
    await expect(shop.select('platform@10:00')).resolves.toMatchObject({
      moves: [
        { service: 'orders', to: { releaseId: 'orders@08:30' }, cut: at('09:00') },
        { service: 'platform' },
        {
          service: 'storefront',
          to: { releaseId: 'storefront@08:45' },
          cut: at('09:15'),
          causes: [
            { kind: 'on-top', provider: 'orders', cut: at('09:00') },
            { kind: 'on-top', provider: 'platform', cut: at('10:00') },
          ],
        },
      ],
      stays: [{ service: 'users', why: 'unchanged', of: 'platform', cut: at('10:00') }],
    });
  });

  it('moves the service of the incident further back where a cycle returns to it', async () => {
    const entries = [graphEntry('orders', ['payment']), graphEntry('payment', ['orders'])];
    const shop = new Shop(entries, {
      payment: ['08:00 good', '09:30 good', '10:00 bad'],
      orders: ['08:30 good', '09:00 candidate', '10:20 good'],
    });
    await expect(shop.moves('payment@10:00')).resolves.toEqual([
      'orders@10:20 -> orders@08:30',
      'payment@10:00 -> payment@08:00',
    ]);
  });

  it('lets a member of a cycle stay that is unchanged since before the cut', async () => {
    const entries = [graphEntry('orders', ['payment']), graphEntry('payment', ['orders'])];
    const shop = new Shop(entries, { payment: ['09:30 good', '10:00 bad'], orders: ['09:00 good'] });
    await expect(shop.moves('payment@10:00')).resolves.toEqual(['payment@10:00 -> payment@09:30']);
  });

  it('reads every service once and a level side by side', async () => {
    const entries = [
      graphEntry('platform'),
      graphEntry('orders', ['platform']),
      graphEntry('users', ['platform']),
      graphEntry('storefront', ['orders', 'users', 'platform']),
    ];
    const releases = ['09:00 good', '10:00 good'];
    const shop = new Shop(entries, {
      platform: releases,
      orders: releases,
      users: releases,
      storefront: releases,
    });
    await shop.select('platform@10:00');
    expect(shop.read).toEqual(['platform', 'orders', 'users', 'storefront']);
  });
});

describe('releases on top of the bad one, by traffic', () => {
  it.each([
    ['took traffic after the provider did', '09:00 bad @09:30', '09:10 good @09:40', ['a', 'b']],
    ['took traffic in the same moment', '09:00 bad @09:30', '09:10 good @09:30', ['a', 'b']],
    ['took traffic before, though it began later', '09:00 bad @09:30', '09:10 good @09:20', ['a']],
    ['took traffic after, though it began before', '09:10 bad @09:30', '09:00 good @09:40', ['a', 'b']],
    ['follows a release that users never met', '09:00 bad @never', '09:10 good @09:20', ['a']],
    ['has not served yet, and began later', '09:00 bad @09:05', '09:10 candidate @never', ['a', 'b']],
    ['has not served yet, and began before', '09:10 bad @09:15', '09:00 candidate @never', ['a']],
  ])('%s', async (_, bad, live, moved) => {
    const shop = new Shop([graphEntry('a'), graphEntry('b', ['a'])], {
      a: ['08:00 good', bad],
      b: ['08:00 good', live],
    });
    const selection = await shop.select(`a@${bad.slice(0, 5)}`);
    expect(selection.kind === 'selected' && selection.moves.map(({ service }) => service)).toEqual(moved);
  });

  it('counts from the first of the undone releases that users met', async () => {
    const shop = new Shop([graphEntry('a'), graphEntry('b', ['a'])], {
      a: ['08:00 good', '09:00 candidate @09:05', '10:00 candidate @never', '11:00 bad @11:05'],
      b: ['08:30 good', '09:01 good @09:02', '09:03 good @09:06'],
    });
    await expect(shop.select('a@11:00')).resolves.toMatchObject({
      moves: [
        { service: 'a', cut: at('09:05') },
        {
          service: 'b',
          to: { releaseId: 'b@09:01' },
          causes: [{ kind: 'on-top', cut: at('09:05'), began: at('09:06'), on: { releaseId: 'a@09:00' } }],
        },
      ],
    });
  });

  it('takes back with a release that users never met the services that its entry or its group demands', async () => {
    const entries = [
      graphEntry('a', [], { lockstep: 'group' }),
      graphEntry('b', [{ service: 'a', coupling: 'always' }]),
      graphEntry('c', [], { lockstep: 'group' }),
    ];
    const releases = ['07:00 good', '08:00 good'];
    const shop = new Shop(entries, {
      a: ['08:00 good', '09:00 bad @never'],
      b: releases,
      c: [...releases, '09:01 good'],
    });
    await expect(shop.moves('a@09:00')).resolves.toEqual([
      'a@09:00 -> a@08:00',
      'b@08:00 -> b@07:00',
      'c@09:01 -> c@08:00',
    ]);
  });
});

describe('a lockstep group', () => {
  const group = [
    graphEntry('api', [], { lockstep: 'checkout' }),
    graphEntry('web', ['api'], { lockstep: 'checkout' }),
  ];

  it.each([
    [
      'the member that was released a moment before',
      ['08:00 good', '09:58 good'],
      ['api@10:00 -> api@08:02', 'web@09:58 -> web@08:00'],
    ],
    [
      'the member that was released a moment later',
      ['08:00 good', '10:02 good'],
      ['api@10:00 -> api@08:02', 'web@10:02 -> web@08:00'],
    ],
    ['no member that was not released with it', ['08:00 good'], ['api@10:00 -> api@08:02']],
    [
      'no member whose partner is an earlier release',
      ['07:00 good', '08:00 good'],
      ['api@10:00 -> api@08:02'],
    ],
  ])('takes back %s', async (_, web, expected) => {
    const shop = new Shop(group, { api: ['08:02 good', '10:00 bad'], web });
    await expect(shop.moves('api@10:00')).resolves.toEqual(expected);
  });

  it('takes a provider back with its consumer', async () => {
    const shop = new Shop(group, { api: ['08:00 good', '09:58 good'], web: ['08:02 good', '10:00 bad'] });
    await expect(shop.select('web@10:00')).resolves.toMatchObject({
      moves: [
        { service: 'api', causes: [{ kind: 'lockstep', peer: 'web', cut: at('10:00') }] },
        { service: 'web' },
      ],
    });
  });

  it('goes to releases of one moment', async () => {
    const shop = new Shop(group, {
      api: ['07:00 good', '08:00 good', '10:00 bad'],
      web: ['07:02 good', '08:02 bad', '10:02 good'],
    });
    await expect(shop.moves('api@10:00')).resolves.toEqual([
      'api@10:00 -> api@07:00',
      'web@10:02 -> web@07:02',
    ]);
  });
});
