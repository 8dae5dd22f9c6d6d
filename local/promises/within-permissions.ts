import type { PromiseCheck } from './promise.ts';

/** No function or machine asks for what its own role does not allow: nothing was refused, nor had to be. */
export const withinPermissions: PromiseCheck = {
  promise: 'within-permissions',
  watch(facts, broken) {
    return () => {
      for (const { owner, action, resource } of facts.coordinator.permissions.denials()) {
        broken(`${owner} was refused ${action} on ${resource}`);
      }
    };
  },
};
