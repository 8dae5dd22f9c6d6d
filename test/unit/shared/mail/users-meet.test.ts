import {
  aliasesOfIncident,
  aliasesOfRelease,
  meetLines,
  meetNew,
  metWhenRecorded,
  nextShiftInWords,
} from '../../../../shared/mail/users-meet.ts';
import { aliasTraffic, usersMeet } from '../../fixtures/mails.ts';
import { goodRelease, releaseRecord, rollbackPlan, servicePlan } from '../../fixtures/records.ts';
import { NOW } from '../../fixtures/times.ts';

const linesOf = (meet = usersMeet(), isBad = true) =>
  meetLines(meet, { service: 'orders', isBad }).map((line) => (typeof line === 'string' ? line : line.text));

describe('the traffic of users', () => {
  it('names the old and the new version, and marks the bad one of the own service', () => {
    const cart = aliasTraffic({ service: 'cart', target: 'Cart:live', state: { version: '4', weights: {} } });
    expect(linesOf(usersMeet(cart, aliasTraffic()))).toEqual([
      'read at 2026-01-05 09:04:20 UTC',
      'CreateOrder:live  90 % old version 4, 10 % new version 5 (bad)',
      'cart Cart:live    100 % old version 4',
    ]);
    expect(linesOf(usersMeet(), false)[1]).toBe('CreateOrder:live  90 % old version 4, 10 % new version 5');
  });

  it.each([
    ['a version of somebody else', { state: { version: '9', weights: {} } }, '100 % version 9'],
    ['an alias that is gone', { state: undefined }, 'there is no such alias any more'],
    ['one that was not read', { state: undefined, unread: 'Throttled' }, 'not read (Throttled)'],
  ])('describes %s', (_, changes, words) => {
    expect(linesOf(usersMeet(aliasTraffic(changes)))[1]).toBe(`CreateOrder:live  ${words}`);
  });

  it('names the aliases that were not read', () => {
    expect(linesOf({ ...usersMeet(), notRead: 12 }).at(-1)).toBe('and 12 functions more that were not read');
    expect(linesOf({ readAt: NOW, aliases: [], notRead: 0 })).toEqual([
      'no alias of it is known, so no traffic was read',
    ]);
  });
});

it.each([
  ['yes', [aliasTraffic()]],
  [
    'yes',
    [aliasTraffic({ state: { version: '5', weights: {} } }), aliasTraffic({ state: undefined, unread: 'x' })],
  ],
  ['no', [aliasTraffic({ state: { version: '4', weights: {} } })]],
  ['no', [aliasTraffic({ state: undefined })]],
  ['unknown', [aliasTraffic({ state: undefined, unread: 'x' })]],
] as const)('users meet a new version: %s', (answer, aliases) => {
  expect(meetNew(usersMeet(...aliases))).toBe(answer);
});

describe('what CodeDeploy does next', () => {
  const at = (ms: number) => aliasTraffic({ nextShift: { at: NOW + ms, share: 0.2 } });

  it('is the first step of all', () => {
    const words = nextShiftInWords(usersMeet(at(120_000), at(60_000)));
    expect(words).toBe(
      'at 2026-01-05 09:05:20 UTC CodeDeploy moves 20 % of CreateOrder:live and 1 more function to the new versions',
    );
  });

  it('may be due', () => {
    expect(nextShiftInWords(usersMeet(at(-1)))).toBe(
      'at any moment CodeDeploy moves 20 % of CreateOrder:live to new version 5',
    );
  });

  it('is absent where no deployment runs', () => {
    expect(nextShiftInWords(usersMeet())).toBeUndefined();
  });
});

it('users met the live state when a release was recorded', () => {
  const meet = metWhenRecorded(goodRelease({ recordedAt: '2026-01-04T09:05:00.000Z' }));
  expect(meet).toMatchObject({
    readAt: Date.parse('2026-01-04T09:05:00.000Z'),
    aliases: [{ target: 'CreateOrder:live', state: { version: '4', weights: {} } }],
  });
});

describe('the aliases that a mail is about', () => {
  it("are those of the plan, the own service first, with the release's data on them", () => {
    const servedFrom = '2026-01-05T09:01:00.000Z';
    const [watched] = Object.values(releaseRecord().deployments);
    const release = releaseRecord({ deployments: { a: { ...watched, servedFrom } as never } });
    const cart = servicePlan({ service: 'cart' });
    const [first, second] = aliasesOfIncident(rollbackPlan(cart, servicePlan()), release);
    expect(first).toMatchObject({ service: 'orders', oldVersion: '4', newVersion: '5', servedFrom });
    expect(second).toMatchObject({ service: 'cart', target: 'CreateOrder:live' });
  });

  it('are those of the release where there is no plan', () => {
    expect(aliasesOfIncident(undefined, releaseRecord())).toEqual(aliasesOfRelease(releaseRecord()));
    expect(aliasesOfIncident(undefined, undefined)).toEqual([]);
  });

  it('are those that were live with a release that was recorded', () => {
    expect(aliasesOfRelease(goodRelease())).toMatchObject([{ target: 'CreateOrder:live', newVersion: '4' }]);
  });
});
