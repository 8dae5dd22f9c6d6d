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

/** A run that was played. */
export interface WorstCaseRun extends PlayedRun {
  readonly scenario: string;
  readonly settings: AccountSettings;
  /** The settings that are not as the scenario is played by default. */
  readonly changed: NamedSettings;
  /** The one setting in which the run differs from `base`; undefined for the first run and for those of pairs. */
  readonly alone?: AccountSettingName;
  readonly base?: WorstCaseRun;
}

/** What is played of a scenario. */
export interface ScenarioToPlay {
  readonly name: string;
  readonly account: ScenarioAccount;
  /** The settings whose values are tried. */
  readonly tried: readonly AccountSettingName[];
  /** Plays it in an account where these settings are changed. */
  play(changed: NamedSettings): Promise<PlayedRun>;
}

interface Planned {
  readonly settings: AccountSettings;
  readonly alone?: AccountSettingName;
  readonly base?: WorstCaseRun;
}

/**
 * Plays a scenario with every value of each setting that its runs read, alone, and with every pair of values of two of
 * them. A setting that is read only because of another one's value is found in the run that has this value, and tried
 * from there. What the scenario names itself stays as it is.
 */
export async function playScenario({ name, account, tried, play }: ScenarioToPlay): Promise<WorstCaseRun[]> {
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
    planned = [];
    for (const base of played) {
      for (const setting of base.reads) {
        if (known.has(setting) || account[setting] !== undefined || !tried.includes(setting)) continue;
        known.add(setting);
        planned.push(...eachAlone(setting, base));
      }
    }
    if (planned.length > 0) continue;
    const factors = [...known].map((setting) => ({ name: setting, values: accountSettings[setting].values }));
    const rows = coverPairs(
      factors,
      runs.map(({ settings }) => settings as Row),
    );
    planned = rows.map((row) => ({ settings: { ...playedSettings(account), ...row } as AccountSettings }));
  }
  return runs;
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
