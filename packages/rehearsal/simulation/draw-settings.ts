import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import {
  type AccountSettings,
  accountSettings,
  type NamedSettings,
  playedWith,
  type ScenarioAccount,
} from '../scenario/scenario-account.ts';
import type { ScenarioInput } from './simulation-case.ts';

/**
 * The settings of case files without settings, as recorded. They never change with the defaults of scenarios, so that a kept
 * case is played as it was found.
 */
export const recordedSettings: AccountSettings = {
  serviceRole: true,
  pinRights: 'allowed',
  missingRights: 'refused',
  currentVersionFrom: 'alias',
  rollbackPolicy: 'none',
  newUpdatePolicy: 'applies',
  republish: 'refused-if-last',
  ringingTrigger: 'ignored',
  ssmParameters: 'kept',
  externalId: 'stack',
  stopDuringHook: 'waits',
  groupRollback: 'alias-before',
  versionMetrics: 'always',
  dataLimitCaught: false,
};

/** Draws an answer for each setting, all equally often. */
export function drawSettings(random: SeededRandom): AccountSettings {
  return Object.fromEntries(
    // A stream for each setting: a new setting changes no value of another.
    Object.entries(accountSettings).map(([name, { values }]) => [
      name,
      random.fork(name).pick<unknown>(values),
    ]),
  ) as AccountSettings;
}

/** The scenario in an account with these settings, except for those that it names itself. */
export function inAccount(scenario: ScenarioInput, settings: NamedSettings): ScenarioInput {
  return { ...scenario, account: playedWith((scenario.account ?? {}) as ScenarioAccount, settings) };
}
