import type { StackSpec } from '../../deploy/stack-spec.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { mayAct } from './service-access.ts';

/**
 * Records for every rule whether the policies of its dead-letter queues let EventBridge send events there. Without that, AWS
 * loses the event, and no error appears anywhere.
 *
 * Source: EventBridge user guide, "Using dead-letter queues to process undelivered events", permissions.
 */
export function checkDeadLetterQueues(
  { rules, queues, resourcePolicies }: Pick<StackSpec, 'rules' | 'queues' | 'resourcePolicies'>,
  usage: PermissionUsage,
): void {
  for (const rule of rules) {
    const arns = rule.targets.flatMap(({ deadLetterArn }) => deadLetterArn ?? []);
    for (const resource of new Set(arns)) {
      const names = queues
        .filter(({ arn }) => arn === resource)
        .flatMap(({ url, name }) => [url, name, resource]);
      const policies = resourcePolicies.filter(({ resources }) =>
        resources.some((one) => names.includes(one)),
      );
      const request = {
        service: 'events.amazonaws.com',
        action: 'sqs:SendMessage',
        resource,
        sourceArn: rule.arn,
      };
      if (!mayAct(request, policies, usage)) {
        usage.deny({ owner: rule.logicalId, action: request.action, resource });
      }
    }
  }
}
