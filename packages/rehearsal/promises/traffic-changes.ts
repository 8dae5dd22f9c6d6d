import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { ownerOfTraffic, targetsOf } from '../run/traffic-targets.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Changes by other actors to stages of APIs and rules of VPC Lattice, by time. */
export class TrafficChanges {
  readonly #byOthers = new Map<string, number>();

  constructor(scenario: Scenario, account: SimulatedAccount) {
    account.wire.onPerformed(({ call: { operation, input, caller, now }, refusal }) => {
      if (refusal || caller.resource !== undefined) return;
      if (
        operation === 'UpdateRule' ||
        operation === 'UpdateStage' ||
        operation === 'UpdateStateMachineAlias'
      ) {
        const owner = ownerOfTraffic(scenario, operation, input);
        if (owner) this.#byOthers.set(owner.name, now);
      } else if (operation === 'CreateDeployment' && (input.restApiId ?? input.ApiId) !== undefined) {
        const stage = input.stageName ?? input.StageName;
        const api = input.restApiId ?? input.ApiId;
        for (const { name, target } of targetsOf(scenario, 'api-stage')) {
          if (target.api === api && target.stage === stage) this.#byOthers.set(name, now);
        }
      }
    });
  }

  /** Whether another actor changed a target later than `since`, ms since the epoch. */
  changedByOthers(target: string, since: number): boolean {
    return (this.#byOthers.get(target) ?? Number.NEGATIVE_INFINITY) > since;
  }
}
