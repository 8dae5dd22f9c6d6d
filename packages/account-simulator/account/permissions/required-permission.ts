import type { Change, ExecuteChangeSetInput, UpdateStackInput } from '@aws-sdk/client-cloudformation';
import type { MissingRights } from '../cloudformation/simulated-cloudformation.ts';
import type { AwsError } from '../service.ts';

/** A permission somebody needs for a call. */
export interface RequiredPermission {
  /** IAM actions; any one of them is enough, and a refusal names the first. */
  readonly actions: readonly [string, ...string[]];
  /** ARN of what it is needed on; `*` where the action knows no resources. */
  readonly resource: string;
  /** Values of the service's own condition keys. */
  readonly context?: Readonly<Record<string, string>>;
  /** The refusal, where it is not the usual one of the service that is called. */
  readonly refusal?: (message: string) => AwsError;
}

/** What the permissions for a call depend on, besides its input. */
export interface PermissionScope {
  /** ARN of a resource of this account and Region: `arn('dynamodb', 'table/ledger')`. */
  arn(service: string, resource: string): string;
  /** Application and group of a deployment, if there is such a deployment. */
  deploymentGroup(deploymentId: string): { readonly application: string; readonly group: string } | undefined;
  /** The deployment configuration a group uses where a deployment names none. */
  groupConfig(application: string, group: string): string | undefined;
  /** The customer's own key that a SecureString is encrypted with; AWS's key asks nothing of the caller. */
  parameterKey(name: string): { readonly keyId: string; readonly tier: string } | undefined;
  /** A stack, by name or id, with the service role it was last deployed with. */
  stack(nameOrId: string): { readonly roleArn?: string } | undefined;
  /** A change set, by its id or by its name and its stack. */
  changeSet(
    nameOrId: string,
    stack: string | undefined,
  ): { readonly stackId: string; readonly name: string; readonly roleArn?: string } | undefined;
  /** What an update or the execution of a change set would change; nothing where it would be refused. */
  stackChanges(input: UpdateStackInput | ExecuteChangeSetInput): readonly Change[];
  /** Whether the rights to update an alias suffice to change it through a stack without a service role. */
  readonly pinRights: 'denied' | 'allowed';
  /** What becomes of an update without a service role whose caller lacks a right to change a resource. */
  readonly missingRights: MissingRights;
}

/** What a call of one operation requires; `input` has the SDK's shape. */
export type Requirement = (input: never, scope: PermissionScope) => readonly RequiredPermission[];

/** The requirements of a service's operations, by API name. */
export type Requirements = Readonly<Record<string, Requirement>>;

/** One action on one resource, the ordinary case. */
export function on(
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
): RequiredPermission {
  return { actions: [action], resource, ...(context && { context }) };
}
