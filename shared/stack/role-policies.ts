import { referencesIn } from './references.ts';
import type { TemplateResource } from './stack-template.ts';

/** Whether a resource is a separate policy of a role, by the role's logical id. */
export function isPolicyOf({ Type, Properties }: TemplateResource, role: string): boolean {
  return policyTypes.has(Type) && referencesIn([Properties?.Roles, Properties?.RoleName]).has(role);
}

const policyTypes: ReadonlySet<string> = new Set([
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::ManagedPolicy',
]);
