import type { PolicyStatement } from '../../deploy/policy-statement.ts';
import type { ResourcePolicySpec } from '../../deploy/stack-spec.ts';
import { checkConditionKeys } from './condition-keys.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { Policy } from './policy.ts';

/** What an AWS service wants to do with a resource of the stack. */
export interface ServiceRequest {
  /** `events.amazonaws.com` */
  readonly service: string;
  readonly action: string;
  /** ARN of the resource. */
  readonly resource: string;
  /** ARN of the rule or alarm on whose behalf it acts. */
  readonly sourceArn: string;
}

/** Whether the policies of a resource let a service act, which has no role of its own; notes what allowed it. */
export function mayAct(
  { service, action, resource, sourceArn }: ServiceRequest,
  policies: readonly ResourcePolicySpec[],
  usage: PermissionUsage,
): boolean {
  const request = {
    action,
    resources: [resource],
    context: { 'aws:SourceArn': sourceArn, 'aws:SecureTransport': 'true' },
  };
  const decisions = policies.map(({ logicalId, statements }) => {
    // The positions of statements are kept, so that what is used can be told.
    const policy = new Policy(statements.map((one) => (isAbout(one, service) ? one : nothing(one))));
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
