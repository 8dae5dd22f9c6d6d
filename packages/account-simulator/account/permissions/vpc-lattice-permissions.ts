import type { GetRuleRequest, GetTargetGroupRequest } from '@aws-sdk/client-vpc-lattice';
import { on, type Requirement, type Requirements } from './required-permission.ts';

/** Permissions for calls of VPC Lattice. Source: Service Authorization Reference, "Amazon VPC Lattice". */
export const vpcLatticePermissions: Requirements = {
  GetRule: onRule('GetRule'),
  UpdateRule: onRule('UpdateRule'),
  GetTargetGroup: ({ targetGroupIdentifier }: GetTargetGroupRequest, scope) => [
    on('vpc-lattice:GetTargetGroup', scope.arn('vpc-lattice', `targetgroup/${targetGroupIdentifier}`)),
  ],
};

function onRule(operation: string): Requirement {
  return ({ serviceIdentifier, listenerIdentifier, ruleIdentifier }: GetRuleRequest, scope) => [
    on(
      `vpc-lattice:${operation}`,
      scope.arn(
        'vpc-lattice',
        `service/${serviceIdentifier}/listener/${listenerIdentifier}/rule/${ruleIdentifier}`,
      ),
    ),
  ];
}
