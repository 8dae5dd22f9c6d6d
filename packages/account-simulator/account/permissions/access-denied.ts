import { AwsError } from '../service.ts';
import type { Decision } from './policy.ts';

/** The facts in a refusal's message. */
export interface Refusal {
  /** ARN of the assumed role's session. */
  readonly user: string;
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  readonly reason: Exclude<Decision['reason'], 'allowed'>;
}

/** The errors for a missing permission of the services that differ from {@link usual}. */
const refusals: Readonly<Record<string, { readonly name: string; readonly statusCode: number }>> = {
  cloudformation: { name: 'AccessDenied', statusCode: 403 },
  cloudwatch: { name: 'AccessDenied', statusCode: 403 },
  'api-gateway': { name: 'AccessDeniedException', statusCode: 403 },
  apigatewayv2: { name: 'AccessDeniedException', statusCode: 403 },
  lambda: { name: 'AccessDeniedException', statusCode: 403 },
  s3: { name: 'AccessDenied', statusCode: 403 },
  'vpc-lattice': { name: 'AccessDeniedException', statusCode: 403 },
  sns: { name: 'AuthorizationErrorException', statusCode: 403 },
};

/** Services of the JSON protocol answer 400 ("Common errors" of their API references). */
const usual = { name: 'AccessDeniedException', statusCode: 400 };

/** A service's error for a missing permission. */
export function accessDenied(service: string, message: string): AwsError {
  const { name, statusCode } = refusals[service] ?? usual;
  return new AwsError(name, message, statusCode);
}

/**
 * AWS's message for a missing permission (IAM User Guide, "Troubleshoot access denied error messages"); S3 puts the resource
 * in quotation marks (S3 user guide, "Troubleshoot access denied (403 Forbidden) errors").
 */
export function refusalMessage(service: string, { user, action, resource, reason }: Refusal): string {
  const quoted = service === 's3' ? `"${resource}"` : resource;
  const where = resource === '*' ? '' : ` on resource: ${quoted}`;
  const why =
    reason === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action}${where} ${why}`;
}
