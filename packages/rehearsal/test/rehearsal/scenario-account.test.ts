import { accountOptions } from '../../run/account-options.ts';
import { runScenario } from '../../run/run-scenario.ts';
import {
  accountDefaults,
  accountSettings,
  hasServiceRole,
  isPlayed,
  notedAccount,
  playedSettings,
  playedWith,
  scenarioAccount,
} from '../../scenario/scenario-account.ts';
import { expectation, expectedUnder } from '../../scenario/scenario-expect.ts';
import { parseScenario } from '../../scenario/scenario-file.ts';
import { shop } from './scenario-text.ts';

const account = (input: object) => scenarioAccount.parse(input);

describe('the account of a scenario', () => {
  it('has a default for every setting that is one of its values', () => {
    for (const { values, default: chosen } of Object.values(accountSettings)) {
      expect(values).toContain(chosen);
    }
    expect(playedSettings(account({}))).toEqual(accountDefaults);
  });

  it('is played with the settings it names', () => {
    expect(playedSettings(account({ currentVersionFrom: 'template', dataLimitCaught: true }))).toEqual({
      ...accountDefaults,
      currentVersionFrom: 'template',
      dataLimitCaught: true,
    });
  });

  it('keeps the settings it names when a run is played with others', () => {
    const named = account({ pinRights: 'allowed' });
    const played = playedSettings(playedWith(named, { pinRights: 'denied', republish: 'new-version' }));

    expect(played).toMatchObject({ pinRights: 'allowed', republish: 'new-version' });
    expect(isPlayed({ republish: 'new-version' }, played)).toBe(true);
    expect(isPlayed({ republish: 'new-version', pinRights: 'denied' }, played)).toBe(false);
  });

  it('sets one stack apart from the others', () => {
    const named = account({ serviceRole: true, stacks: { cart: { serviceRole: false } } });

    expect([hasServiceRole(named, 'cart'), hasServiceRole(named, 'stock')]).toEqual([false, true]);
  });

  it('passes every setting to the simulated account, except those of the stacks and their rights', () => {
    const { stacks, ...others } = accountOptions(account({}));

    expect({ ...accountDefaults, ...stacks, ...others }).toEqual(accountDefaults);
  });
});

describe('notedAccount', () => {
  it('notes the settings that a run reads, each where it takes effect', async () => {
    const read = new Set<string>();
    const scenario = parseScenario(
      `title: t
catalog: shop
history: 10m
releases:
  - { service: cart, at: 1m, config: AllAtOnce, migrates: { takes: 1m, fails: true } }
expect: { incidents: [] }`,
      { file: 'my.yaml', readCatalog: () => shop },
    );
    const noted = notedAccount(scenario.account, (setting) => read.add(setting));
    accountOptions(noted);
    expect([...read]).toEqual([]);

    await runScenario({ ...scenario, account: noted }, { seed: 1, root: process.cwd() });

    expect([...read]).toEqual(expect.arrayContaining(['serviceRole', 'externalId', 'rollbackPolicy']));
    expect([...read]).not.toEqual(expect.arrayContaining(['stopDuringHook']));
    expect([...read]).not.toEqual(expect.arrayContaining(['dataLimitCaught']));
  });
});

describe('expect.under', () => {
  const expected = expectation.parse({
    incidents: [{ service: 'cart', outcome: 'rolled-back' }],
    serves: { cart: 1 },
    under: [
      { account: { serviceRole: false, pinRights: 'denied' }, incidents: [], undelivered: 2 },
      { account: { serviceRole: false }, serves: { cart: 2 } },
    ],
  });

  it('replaces the members of the first entry whose settings are all played', () => {
    const denied = { ...accountDefaults, serviceRole: false, pinRights: 'denied' } as const;

    expect(expectedUnder(expected, denied)).toEqual({ incidents: [], serves: { cart: 1 }, undelivered: 2 });
    expect(expectedUnder(expected, { ...denied, pinRights: 'allowed' })).toMatchObject({
      incidents: [{ outcome: 'rolled-back' }],
      serves: { cart: 2 },
      undelivered: 0,
    });
    expect(expectedUnder(expected, { ...denied, serviceRole: true })).toMatchObject({ serves: { cart: 1 } });
  });

  it('decides the expectation of a rehearsal', async () => {
    const scenario = parseScenario(
      `title: t
catalog: shop
history: 10m
account: { newUpdatePolicy: next-time }
expect:
  incidents: [{ service: cart, outcome: rolled-back }]
  under: [{ account: { newUpdatePolicy: next-time }, incidents: [] }]`,
      { file: 'my.yaml', readCatalog: () => shop },
    );

    expect((await runScenario(scenario, { seed: 1, root: process.cwd() })).violations).toEqual([]);
  });
});
