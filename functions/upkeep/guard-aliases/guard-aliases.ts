import * as z from 'zod';
import { isAlone } from '../../../shared/aws/aliases.ts';
import type { StateMachineAliases } from '../../../shared/aws/state-machine-aliases.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import { stackNameOf } from '../../../shared/ids.ts';
import {
  type GuardCause,
  type GuardServiceDeps,
  guardService,
} from '../../../shared/incident/guard-service.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { ledBack } from '../../../shared/targets/state-machine-alias/led-back.ts';

/** A "CloudFormation Stack Status Change"; further fields are EventBridge's own. */
export const guardAliasesInput = z.object({
  /** Equal in every delivery of one event. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,36}$/, 'must be the id of an event'),
  detail: z.object({ 'stack-id': z.string() }),
});

export interface GuardAliasesDeps extends GuardServiceDeps {
  readonly stateMachineAliases: StateMachineAliases;
  readonly catalog: CatalogStore;
}

/**
 * Guards the services of a stack that rolled back. CloudFormation's last state of a stack that is not pinned is the bad
 * release, and the rollback of any later update leads there.
 *
 * A newer version is somebody's release, and a version that was not undone is somebody's choice; both stay. An alias with
 * weights is left to the watch of its deployment: the stack has ended its own shifts. No deployment moves an alias of a
 * state machine, so that even a share of its executions counts.
 */
export function guardAliases(deps: GuardAliasesDeps) {
  return async ({ id, detail }: z.infer<typeof guardAliasesInput>): Promise<{ stray: string[] }> => {
    const stack = stackNameOf(detail['stack-id']);
    const { services = {} } = (await deps.catalog.find()) ?? {};
    const cause: GuardCause = {
      id,
      told: `an update of stack ${stack} was rolled back by CloudFormation, to the bad release that is its last state`,
      stack,
      isStray: (_, state, undone) => isAlone(state) && undone.has(state.version),
    };
    const others = ({ targets }: ServicePlan) => ledBack(deps.stateMachineAliases, targets);
    const stray: string[] = [];
    for (const entry of Object.values(services)) {
      if (stacksOf(entry).includes(stack))
        stray.push(...(await guardService({ ...deps, others }, entry.service, cause)));
    }
    return { stray };
  };
}
