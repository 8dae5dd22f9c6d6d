import { mergeLazily, pickLazily } from 'account-simulator/account/merge-lazily.ts';
import { playedSettings, type ScenarioAccount } from '../scenario/scenario-account.ts';

/** The settings of a scenario as options of the simulated account: each is read where it takes effect. */
export function accountOptions(account: ScenarioAccount) {
  const settings = playedSettings(account);
  const stacks = pickLazily(settings, [
    'currentVersionFrom',
    'rollbackPolicy',
    'newUpdatePolicy',
    'republish',
    'pinRights',
    'missingRights',
    'ringingTrigger',
    'ssmParameters',
  ]);
  return mergeLazily(
    pickLazily(settings, [
      'externalId',
      'stopDuringHook',
      'groupRollback',
      'versionMetrics',
      'dataLimitCaught',
    ]),
    { stacks },
  );
}
