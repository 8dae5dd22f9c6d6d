import type { PolicyStatement } from '../../boot/policy-statement.ts';
import type { ResourcePolicySpec, StackSpec } from '../../boot/stack-spec.ts';
import { checkConditionKeys } from './condition-keys.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { Policy } from './policy.ts';

const eventBridge = 'events.amazonaws.com';

/**
 * Notes for every rule whether the policies of its dead-letter queues let EventBridge put events there. On AWS an
 * event is lost where they do not, without an error anywhere.
 *
 * Source: EventBridge user guide, "Using dead-letter queues to process undelivered events", permissions.
 */
export function checkDeadLetterQueues(
  { rules, queues, resourcePolicies }: Pick<StackSpec, 'rules' | 'queues' | 'resourcePolicies'>,
  usage: PermissionUsage,
): void {
  for (const { logicalId, statements } of resourcePolicies) usage.register(logicalId, statements);
  for (const rule of rules) {
    const arns = rule.targets.flatMap(({ deadLetterArn }) => deadLetterArn ?? []);
    for (const arn of new Set(arns)) {
      const names = queues.filter((queue) => queue.arn === arn).flatMap(({ url, name }) => [url, name, arn]);
      const policies = resourcePolicies.filter(({ resources }) =>
        resources.some((one) => names.includes(one)),
      );
      if (!maySend(policies, arn, rule.arn, usage)) {
        usage.deny({ owner: rule.logicalId, action: 'sqs:SendMessage', resource: arn });
      }
    }
  }
}

function maySend(
  policies: readonly ResourcePolicySpec[],
  queueArn: string,
  ruleArn: string,
  usage: PermissionUsage,
): boolean {
  const request = {
    action: 'sqs:SendMessage',
    resources: [queueArn],
    context: { 'aws:SourceArn': ruleArn },
  };
  const decisions = policies.map(({ logicalId, statements }) => {
    // The positions of statements are kept, so that what is used can be told.
    const policy = new Policy(statements.map((one) => (isAbout(one, eventBridge) ? one : nothing(one))));
    checkConditionKeys(policy.contextKeys, logicalId);
    const decision = policy.evaluate(request);
    usage.use(logicalId, decision.by);
    return decision;
  });
  return (
    decisions.some(({ allowed }) => allowed) && decisions.every(({ reason }) => reason !== 'explicit-deny')
  );
}

function isAbout({ Principal }: PolicyStatement, service: string): boolean {
  if (Principal === '*') return true;
  const services = (Principal as { readonly Service?: unknown } | undefined)?.Service;
  return [services].flat().includes(service);
}

function nothing(statement: PolicyStatement): PolicyStatement {
  return { ...statement, Action: [] };
}
