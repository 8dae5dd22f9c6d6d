import {
  type AccountSettingName,
  type AccountSettings,
  accountSettings,
  type NamedSettings,
  playedSettings,
  type ScenarioAccount,
  settingNames,
} from '../scenario/scenario-account.ts';
import { coverPairs, type Row } from './cover-pairs.ts';
import type { PlayedRun } from './play-run.ts';

/** A played run. */
export interface WorstCaseRun extends PlayedRun {
  readonly scenario: string;
  readonly settings: AccountSettings;
  /** The settings that differ from the scenario's defaults. */
  readonly changed: NamedSettings;
  /** The one setting in which the run differs from `base`; undefined for the first run and for those of pairs. */
  readonly alone?: AccountSettingName;
  readonly base?: WorstCaseRun;
}

/** A scenario with the settings to try. */
export interface ScenarioToPlay {
  readonly name: string;
  readonly account: ScenarioAccount;
  /** The settings whose values are tried. */
  readonly tried: readonly AccountSettingName[];
  /** Several settings change in one run, so that each value is played once and no pair is covered: a third of the runs. */
  readonly brief?: boolean;
  /** Plays the scenario in an account with these settings changed. */
  play(changed: NamedSettings): Promise<PlayedRun>;
}

interface Planned {
  readonly settings: AccountSettings;
  readonly alone?: AccountSettingName;
  readonly base?: WorstCaseRun;
}

/**
 * Plays a scenario with every value of each setting that its runs read, alone, and with every pair of values of two of them.
 * A setting that is read only because of another setting's value is found in the run with this value, and tried from there.
 * Settings that the scenario names stay as they are.
 */
export async function playScenario(scenario: ScenarioToPlay): Promise<WorstCaseRun[]> {
  const { name, account, tried, brief, play } = scenario;
  const runs: WorstCaseRun[] = [];
  const known = new Set<AccountSettingName>();
  let planned: Planned[] = [{ settings: playedSettings(account) }];
  while (planned.length > 0) {
    const played = await Promise.all(
      planned.map(async (one) => {
        const changed = changedFrom(playedSettings(account), one.settings);
        return { scenario: name, changed, ...one, ...(await play(changed)) };
      }),
    );
    runs.push(...played);
    const found = played.flatMap((base) =>
      base.reads
        .filter((setting) => account[setting] === undefined && tried.includes(setting))
        .filter((setting) => !known.has(setting) && known.add(setting))
        .map((setting) => ({ setting, base })),
    );
    planned = brief
      ? nextValues([...known], runs)
      : found.flatMap(({ setting, base }) => eachAlone(setting, base));
    if (brief || planned.length > 0) continue;
    const factors = [...known].map((setting) => ({ name: setting, values: accountSettings[setting].values }));
    const rows = coverPairs(
      factors,
      runs.map(({ settings }) => settings as Row),
    );
    planned = rows.map((row) => ({ settings: { ...playedSettings(account), ...row } as AccountSettings }));
  }
  return runs;
}

/** A run with a new value of each setting; none once all values were played. */
function nextValues(known: readonly AccountSettingName[], runs: readonly WorstCaseRun[]): Planned[] {
  const next = known.flatMap((setting) => {
    const value = accountSettings[setting].values.find(
      (one) => !runs.some(({ settings }) => settings[setting] === one),
    );
    return value === undefined ? [] : [[setting, value]];
  });
  const settings = { ...runs[0]?.settings, ...Object.fromEntries(next) } as AccountSettings;
  return next.length === 0 ? [] : [{ settings }];
}

function eachAlone(alone: AccountSettingName, base: WorstCaseRun): Planned[] {
  return accountSettings[alone].values
    .filter((value) => value !== base.settings[alone])
    .map((value) => ({ settings: { ...base.settings, [alone]: value } as AccountSettings, alone, base }));
}

function changedFrom(from: AccountSettings, settings: AccountSettings): NamedSettings {
  return Object.fromEntries(
    settingNames.filter((name) => settings[name] !== from[name]).map((name) => [name, settings[name]]),
  );
}
