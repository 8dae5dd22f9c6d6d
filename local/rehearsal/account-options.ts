import { type AccountSettings, playedSettings, type ScenarioAccount } from './scenario-account.ts';

/**
 * The settings of a scenario as the simulated account takes them. `externalId` and those after it take effect as
 * soon as `SimulatedAccountOptions` has members of these names.
 */
export function accountOptions(account: ScenarioAccount) {
  const settings: AccountSettings = playedSettings(account);
  const { currentVersionFrom, rollbackPolicy, newUpdatePolicy, republish, pinRights } = settings;
  const { ringingTrigger, ssmParameters } = settings;
  const { externalId, stopDuringHook, groupRollback, versionMetrics, dataLimitCaught } = settings;
  return {
    stacks: {
      currentVersionFrom,
      rollbackPolicy,
      newUpdatePolicy,
      republish,
      pinRights,
      ringingTrigger,
      ssmParameters,
    },
    externalId,
    stopDuringHook,
    groupRollback,
    versionMetrics,
    dataLimitCaught,
  };
}
