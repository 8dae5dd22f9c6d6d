import type { PromiseCheck } from './promise.ts';

/** What `pinRights: denied` of the simulated account asks for besides the rights to update an alias. */
const moreForAliases = 'lambda:PutProvisionedConcurrencyConfig';

/**
 * No function or machine asks for what its own role does not allow: nothing was refused, nor had to be. An account may
 * refuse a pin on purpose (`pinRights`): the coordinator cannot know that before it asks.
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
