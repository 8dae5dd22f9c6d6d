import { type AccountSettingName, accountSettings, settingNames } from '../scenario/scenario-account.ts';
import type { WorstCaseRun } from './play-scenario.ts';

/** The results of the runs with one value of a setting. */
export interface ValueTally {
  readonly setting: AccountSettingName;
  readonly value: string | boolean;
  /** Scenarios in which a run with the value read the setting. */
  readonly scenarios: number;
  /** Runs with the value that read the setting. */
  readonly runs: number;
  readonly asExpected: number;
  /** Scenarios that ended differently because of this value alone. */
  readonly differ: number;
}

/** Counts runs by setting and value, in the order of the settings. */
export function tallyByValue(runs: readonly WorstCaseRun[]): ValueTally[] {
  return settingNames.flatMap((setting) =>
    accountSettings[setting].values.map((value) => {
      const own = runs.filter(
        ({ settings, reads }) => settings[setting] === value && reads.includes(setting),
      );
      return {
        setting,
        value,
        scenarios: new Set(own.map(({ scenario }) => scenario)).size,
        runs: own.length,
        asExpected: own.filter(isAsExpected).length,
        differ: own.filter((run) => run.alone === setting && differsFromBase(run)).length,
      };
    }),
  );
}

export function isAsExpected({ differences }: WorstCaseRun): boolean {
  return differences.length === 0;
}

/** Whether a run ended differently from the run from which it differs in one setting. */
export function differsFromBase({ base, outcome }: WorstCaseRun): boolean {
  return base !== undefined && base.outcome !== outcome;
}
