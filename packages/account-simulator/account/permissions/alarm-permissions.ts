import type { StackSpec } from '../../deploy/stack-spec.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { mayAct } from './service-access.ts';

const actions = ['AlarmActions', 'OKActions', 'InsufficientDataActions'] as const;

/**
 * Records for every alarm whether CloudWatch may publish to the topics of its actions. A topic without a policy lets the
 * account's own alarms publish; the topic's own policy replaces that default. On AWS, the notification of an alarm that may
 * not publish is lost.
 *
 * Source: CloudWatch user guide, "Notify users on alarm changes"; SNS developer guide, "Cases for Amazon SNS access
 * control".
 */
export function checkAlarmTopics(
  { alarms, topics, resourcePolicies }: Pick<StackSpec, 'alarms' | 'topics' | 'resourcePolicies'>,
  usage: PermissionUsage,
): void {
  for (const { logicalId, arn: sourceArn, properties } of alarms) {
    const named = new Set(actions.flatMap((list) => properties[list] ?? []));
    for (const { arn: resource } of topics.filter(({ arn }) => named.has(arn))) {
      const policies = resourcePolicies.filter(({ resources }) => resources.includes(resource));
      if (policies.length === 0) continue;
      const request = {
        service: 'cloudwatch.amazonaws.com',
        action: 'sns:Publish',
        resource,
        sourceArn,
      };
      if (!mayAct(request, policies, usage)) {
        usage.deny({ owner: logicalId, action: request.action, resource });
      }
    }
  }
}
