import { type PromiseWatch, watchPromises } from '../promises/watch-promises.ts';
import type { RehearsalResult } from '../report/rehearsal-result.ts';
import type { TimelineEntry } from '../report/timeline.ts';
import { runScenario } from '../run/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  type AccountSettingName,
  type NamedSettings,
  notedAccount,
  playedWith,
} from '../scenario/scenario-account.ts';
import { findScenario } from '../scenario/scenario-file.ts';
import { outcomeOf } from './outcome-of.ts';

/** A run to play: a scenario in an account with these settings. */
export interface RunRequest {
  readonly root: string;
  /** Name of the scenario. */
  readonly scenario: string;
  /** Differences from the defaults. */
  readonly settings: NamedSettings;
}

/** The result of a run. */
export interface PlayedRun {
  /** The settings that the run read. */
  readonly reads: readonly AccountSettingName[];
  /** The end of the run; runs that ended alike have the same text. */
  readonly outcome: string;
  /** Differences from the scenario's expectation, and broken promises; empty for a good run. */
  readonly differences: readonly string[];
}

const seed = 1;

/** Plays a run with the promises watching. */
export async function playRun({ root, scenario: name, settings }: RunRequest): Promise<PlayedRun> {
  const scenario = findScenario(root, name);
  const reads = new Set<AccountSettingName>();
  try {
    const { result, differences } = await watchedWith(scenario, settings, {
      root,
      onRead: (setting) => void reads.add(setting),
    });
    return { reads: [...reads], outcome: outcomeOf(result), differences };
  } catch (error) {
    const text = (error as Error).stack ?? String(error);
    return { reads: [...reads], outcome: 'exception', differences: [text] };
  }
}

/** The full result of a run. */
export interface WatchedResult {
  readonly result: RehearsalResult;
  readonly differences: readonly string[];
}

/** Plays a scenario with these settings, except for those that it names itself, and with the promises watching. */
export async function watchedWith(
  scenario: Scenario,
  settings: NamedSettings,
  options: {
    readonly root: string;
    readonly onRead?: (setting: AccountSettingName) => void;
    readonly onProgress?: (entry: TimelineEntry) => void;
  },
): Promise<WatchedResult> {
  const { root, onProgress, onRead = () => {} } = options;
  const account = notedAccount(playedWith(scenario.account, settings), onRead);
  let watch: PromiseWatch | undefined;
  const result = await runScenario(
    { ...scenario, account },
    {
      seed,
      root,
      ...(onProgress && { onProgress }),
      attach: [
        (run) => {
          watch = watchPromises(run);
          return watch;
        },
      ],
    },
  );
  const broken = (watch?.violations() ?? []).map(({ promise, detail }) => `promise ${promise}: ${detail}`);
  return { result, differences: [...result.violations, ...broken] };
}
