import {
  type AccountSettingName,
  accountSettings,
  type NamedSettings,
  playedSettings,
  playedWith,
  scenarioAccount,
  settingNames,
} from '../../scenario/scenario-account.ts';
import { playScenario } from '../../worst-case/play-scenario.ts';
import { renderFailing, renderTable } from '../../worst-case/render-worst-case.ts';
import { differsFromBase, tallyByValue } from '../../worst-case/tally.ts';

const isDefault = (name: AccountSettingName, value: unknown) => value === accountSettings[name].default;

/** A scenario that reads `republish` always and `ssmParameters` only where `republish` is not the default. */
function scenario(options: {
  account?: object;
  tried?: readonly AccountSettingName[];
  always?: readonly AccountSettingName[];
  brief?: boolean;
}) {
  const account = scenarioAccount.parse(options.account ?? {});
  const { always = ['republish'] } = options;
  return playScenario({
    name: 'made-up',
    account,
    tried: options.tried ?? settingNames,
    brief: options.brief ?? false,
    play: async (changed: NamedSettings) => {
      const { republish, ssmParameters } = playedSettings(playedWith(account, changed));
      const more = isDefault('republish', republish) ? [] : (['ssmParameters'] as const);
      const isBad = !isDefault('republish', republish) && !isDefault('ssmParameters', ssmParameters);
      return {
        reads: [...always, ...more],
        outcome: isBad ? 'bad' : 'good',
        differences: isBad ? ['serves.cart: expected 1', 'stacks.cart: expected 2'] : [],
      };
    },
  });
}

const changedOf = (runs: Awaited<ReturnType<typeof scenario>>) => runs.map(({ changed }) => changed);
const others = accountSettings.republish.values.filter((value) => !isDefault('republish', value));
const other = accountSettings.ssmParameters.values.find((value) => !isDefault('ssmParameters', value));

describe('playScenario', () => {
  it('tries each value of a setting that is read, and of settings that are read only then', async () => {
    const [first, ...changed] = changedOf(await scenario({}));
    expect(first).toEqual({});
    expect(changed).toHaveLength(5);
    expect(changed).toEqual(
      expect.arrayContaining([
        ...others.map((republish) => ({ republish })),
        ...others.map((republish) => ({ republish, ssmParameters: other })),
        { ssmParameters: other },
      ]),
    );
  });

  it('keeps the settings that the scenario names, and those not to be tried', async () => {
    const { republish } = accountSettings;
    expect(changedOf(await scenario({ account: { republish: republish.default } }))).toEqual([{}]);
    expect(changedOf(await scenario({ tried: ['externalId'] }))).toEqual([{}]);
  });

  it('has every pair of values of the settings that are read', async () => {
    const runs = await scenario({ always: ['externalId', 'stopDuringHook', 'groupRollback'] });
    for (const externalId of accountSettings.externalId.values) {
      for (const groupRollback of accountSettings.groupRollback.values) {
        expect(runs.map(({ settings }) => settings)).toContainEqual(
          expect.objectContaining({ externalId, groupRollback }),
        );
      }
    }
  });

  it('has, in brief mode, each value of each setting that is read, in as few runs as a setting has values', async () => {
    const runs = await scenario({ always: ['externalId', 'stopDuringHook', 'republish'], brief: true });
    for (const name of ['externalId', 'stopDuringHook', 'republish', 'ssmParameters'] as const) {
      expect(new Set(runs.map(({ settings }) => settings[name]))).toEqual(
        new Set(accountSettings[name].values),
      );
    }
    expect(runs).toHaveLength(accountSettings.republish.values.length);
  });

  it('compares a run with the one from which it differs in one setting', async () => {
    const runs = await scenario({});
    expect(runs.filter(differsFromBase).map(({ alone, changed }) => ({ alone, changed }))).toEqual([
      { alone: 'ssmParameters', changed: { republish: others[0], ssmParameters: other } },
    ]);
    expect(tallyByValue(runs).filter(({ setting }) => setting === 'ssmParameters')).toEqual([
      expect.objectContaining({ value: 'read-anew', scenarios: 1 }),
      expect.objectContaining({ value: 'kept', scenarios: 1 }),
    ]);
    expect(tallyByValue(runs).filter(({ differ }) => differ > 0)).toEqual([
      expect.objectContaining({ setting: 'ssmParameters', value: other, runs: 2, asExpected: 0, differ: 1 }),
    ]);
  });
});

describe('the report', () => {
  it('has a line for each value of each setting', async () => {
    const [, , ...lines] = renderTable(await scenario({}));
    expect(lines.map((line) => line.split(' | ')[0])).toEqual(
      settingNames.flatMap((name) => accountSettings[name].values.map(() => `| \`${name}\``)),
    );
  });

  it('names the first difference of a run and the command that plays it again', async () => {
    expect(renderFailing(await scenario({})).slice(0, 2)).toEqual([
      'not as expected: serves.cart: expected 1 (and 1 more)',
      `  npm run worst-case -- --only made-up republish=${others[0]} ssmParameters=${other}`,
    ]);
  });
});
