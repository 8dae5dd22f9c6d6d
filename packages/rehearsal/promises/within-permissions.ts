import type { PromiseCheck } from './promise.ts';

/** The right that the simulated account requires under `pinRights: denied`, besides the rights to update an alias. */
const moreForAliases = 'lambda:PutProvisionedConcurrencyConfig';

/**
 * No function or machine makes a call that its own role does not allow: no call was refused, or would have been. An account
 * may refuse a pin on purpose (`pinRights`): the coordinator cannot know that before it calls.
 */
export const withinPermissions: PromiseCheck = {
  promise: 'within-permissions',
  watch(facts, broken) {
    return () => {
      for (const { owner, action, resource } of facts.coordinator.permissions.denials()) {
        if (action === moreForAliases && facts.account.cloudFormation.pinRights === 'denied') continue;
        broken(`${owner} was refused ${action} on ${resource}`);
      }
    };
  },
};
