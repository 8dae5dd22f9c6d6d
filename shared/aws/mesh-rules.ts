import {
  GetRuleCommand,
  GetTargetGroupCommand,
  ResourceNotFoundException,
  UpdateRuleCommand,
  type VPCLatticeClient,
} from '@aws-sdk/client-vpc-lattice';
import type { RuleWeights } from '../targets/mesh/shapes.ts';
import { once } from './send-once.ts';

/** A rule of a listener of a VPC Lattice service. */
export interface MeshRule {
  readonly service: string;
  readonly listener: string;
  readonly rule: string;
}

/** VPC Lattice, as the coordinator uses it. */
export class MeshRules {
  readonly #client: VPCLatticeClient;

  constructor(client: VPCLatticeClient) {
    this.#client = client;
  }

  /** The target groups a rule forwards to; none for a rule with a fixed response. */
  async weights({ service, listener, rule }: MeshRule): Promise<RuleWeights> {
    const { action } = await this.#client.send(
      new GetRuleCommand({ serviceIdentifier: service, listenerIdentifier: listener, ruleIdentifier: rule }),
    );
    const groups = action?.forward?.targetGroups ?? [];
    return groups
      .map(({ targetGroupIdentifier = '', weight }) => ({
        targetGroup: targetGroupIdentifier,
        // A rule with a single group needs no weight (VPC Lattice API reference, WeightedTargetGroup).
        weight: weight ?? 100,
      }))
      .sort((a, b) => (a.targetGroup < b.targetGroup ? -1 : 1));
  }

  async hasTargetGroup(targetGroup: string): Promise<boolean> {
    try {
      const { status } = await this.#client.send(
        new GetTargetGroupCommand({ targetGroupIdentifier: targetGroup }),
      );
      return status === undefined || !status.startsWith('DELETE');
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  }

  async forward({ service, listener, rule }: MeshRule, weights: RuleWeights): Promise<void> {
    const targetGroups = weights.map(({ targetGroup, weight }) => ({
      targetGroupIdentifier: targetGroup,
      weight,
    }));
    await this.#client.send(
      once(
        new UpdateRuleCommand({
          serviceIdentifier: service,
          listenerIdentifier: listener,
          ruleIdentifier: rule,
          action: { forward: { targetGroups } },
        }),
      ),
    );
  }
}
