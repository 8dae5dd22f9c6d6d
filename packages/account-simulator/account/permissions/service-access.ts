import type { PolicyStatement } from '../../deploy/policy-statement.ts';
import type { ResourcePolicySpec } from '../../deploy/stack-spec.ts';
import { checkConditionKeys } from './condition-keys.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { Policy } from './policy.ts';

/** An AWS service's request on a resource of the stack. */
export interface ServiceRequest {
  /** `events.amazonaws.com` */
  readonly service: string;
  readonly action: string;
  /** ARN of the resource. */
  readonly resource: string;
  /** ARN of the rule or alarm on whose behalf the service acts. */
  readonly sourceArn: string;
}

/** Whether a resource's policies let a service without a role act; records the statements that allowed it. */
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
    // The positions of statements are kept, so that the used statements can be reported.
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
