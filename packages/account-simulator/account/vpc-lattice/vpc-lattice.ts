import type {
  DeleteTargetGroupRequest,
  GetRuleRequest,
  GetTargetGroupRequest,
  UpdateRuleRequest,
  WeightedTargetGroup,
} from '@aws-sdk/client-vpc-lattice';
import { AwsError, type SimulatedService } from '../service.ts';
import { unsupported } from '../wire/unsupported.ts';

/** A rule's place: the ids of its service, listener and rule. */
export interface RulePlace {
  readonly service: string;
  readonly listener: string;
  readonly rule: string;
}

/** The largest weight of a target group, and the most groups of a rule (VPC Lattice API reference, ForwardAction). */
const mostWeight = 999;
const mostGroups = 10;

/**
 * VPC Lattice, limited to the weights of listener rules. Services, listeners, rules and target groups are created from
 * within the simulation; requests do not pass through it.
 *
 * Source: Amazon VPC Lattice API reference.
 */
export class VpcLattice implements SimulatedService {
  readonly operations = {
    GetRule: (input: GetRuleRequest) => this.#shape(placeOf(input)),
    UpdateRule: (input: UpdateRuleRequest) => this.#update(input),
    GetTargetGroup: ({ targetGroupIdentifier = '' }: GetTargetGroupRequest) => {
      if (!this.#groups.has(targetGroupIdentifier)) throw notFound(targetGroupIdentifier, 'TARGET_GROUP');
      return { id: targetGroupIdentifier, status: 'ACTIVE' };
    },
    DeleteTargetGroup: ({ targetGroupIdentifier = '' }: DeleteTargetGroupRequest) => {
      if (!this.#groups.has(targetGroupIdentifier)) throw notFound(targetGroupIdentifier, 'TARGET_GROUP');
      const isUsed = [...this.#rules.values()].some((groups) =>
        groups.some((one) => one.targetGroupIdentifier === targetGroupIdentifier),
      );
      if (isUsed) {
        throw new AwsError('ConflictException', `Target group ${targetGroupIdentifier} is in use`, 409, {
          resourceId: targetGroupIdentifier,
          resourceType: 'TARGET_GROUP',
        });
      }
      this.#groups.delete(targetGroupIdentifier);
      return { id: targetGroupIdentifier, status: 'DELETE_IN_PROGRESS' };
    },
  };
  readonly #rules = new Map<string, readonly WeightedTargetGroup[]>();
  readonly #groups = new Set<string>();

  /** Creates a rule that forwards to target groups, and the groups. */
  createRule(place: RulePlace, weights: Readonly<Record<string, number>>): void {
    for (const group of Object.keys(weights)) this.#groups.add(group);
    this.#rules.set(
      keyOf(place),
      Object.entries(weights).map(([targetGroupIdentifier, weight]) => ({ targetGroupIdentifier, weight })),
    );
  }

  /** For tests and reports: the weights of a rule by target group. */
  weights(place: RulePlace): Readonly<Record<string, number>> {
    const groups = this.#rules.get(keyOf(place)) ?? [];
    return Object.fromEntries(groups.map((one) => [one.targetGroupIdentifier ?? '', one.weight ?? 100]));
  }

  /** For tests and reports. */
  hasTargetGroup(targetGroup: string): boolean {
    return this.#groups.has(targetGroup);
  }

  #update({ action, match, priority, ...input }: UpdateRuleRequest): object {
    const place = placeOf(input as GetRuleRequest);
    this.#find(place);
    const groups = action?.forward?.targetGroups;
    if (!groups || match || priority !== undefined) {
      throw unsupported('vpc-lattice', 'UpdateRule', 'anything but the target groups of a rule');
    }
    if (groups.length < 1 || groups.length > mostGroups) {
      throw invalid(`A rule forwards to 1 to ${mostGroups} target groups.`);
    }
    for (const { targetGroupIdentifier = '', weight = 100 } of groups) {
      if (!this.#groups.has(targetGroupIdentifier)) throw notFound(targetGroupIdentifier, 'TARGET_GROUP');
      if (weight < 0 || weight > mostWeight) throw invalid(`A weight is 0 to ${mostWeight}: ${weight}`);
    }
    this.#rules.set(keyOf(place), groups);
    return this.#shape(place);
  }

  #shape(place: RulePlace): object {
    return {
      id: place.rule,
      isDefault: false,
      action: { forward: { targetGroups: [...this.#find(place)] } },
    };
  }

  #find(place: RulePlace): readonly WeightedTargetGroup[] {
    const groups = this.#rules.get(keyOf(place));
    if (groups) return groups;
    throw notFound(place.rule, 'RULE');
  }
}

function placeOf({
  serviceIdentifier: service = '',
  listenerIdentifier: listener = '',
  ruleIdentifier: rule = '',
}: GetRuleRequest): RulePlace {
  return { service, listener, rule };
}

function keyOf({ service, listener, rule }: RulePlace): string {
  return `${service}/${listener}/${rule}`;
}

function notFound(resourceId: string, resourceType: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${resourceType} ${resourceId} not found`, 404, {
    resourceId,
    resourceType,
  });
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message, 400, { reason: 'fieldValidationFailed' });
}
