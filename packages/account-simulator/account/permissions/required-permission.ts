import type { Change, ExecuteChangeSetInput, UpdateStackInput } from '@aws-sdk/client-cloudformation';
import type { MissingRights } from '../cloudformation/simulated-cloudformation.ts';
import type { AwsError } from '../service.ts';

/** A permission that a call requires. */
export interface RequiredPermission {
  /** IAM actions; any one of them is enough, and a refusal names the first. */
  readonly actions: readonly [string, ...string[]];
  /** ARN of the resource; `*` where the action has no resources. */
  readonly resource: string;
  /** Values of the service's own condition keys. */
  readonly context?: Readonly<Record<string, string>>;
  /** The refusal, where it is not the usual one of the called service. */
  readonly refusal?: (message: string) => AwsError;
}

/** Facts of the account, besides a call's input, on which its permissions depend. */
export interface PermissionScope {
  /** ARN of a resource of this account and Region: `arn('dynamodb', 'table/ledger')`. */
  arn(service: string, resource: string): string;
  /** Application and group of a deployment, if there is such a deployment. */
  deploymentGroup(deploymentId: string): { readonly application: string; readonly group: string } | undefined;
  /** The group's deployment configuration, for a deployment that names none. */
  groupConfig(application: string, group: string): string | undefined;
  /** The customer managed key of a SecureString; AWS's managed key requires no permission of the caller. */
  parameterKey(name: string): { readonly keyId: string; readonly tier: string } | undefined;
  /** A stack, by name or id, with the service role of its last deployment. */
  stack(nameOrId: string): { readonly roleArn?: string } | undefined;
  /** A change set, by its id or by its name and its stack. */
  changeSet(
    nameOrId: string,
    stack: string | undefined,
  ): { readonly stackId: string; readonly name: string; readonly roleArn?: string } | undefined;
  /** The changes that an update or the execution of a change set would make; none where it would be refused. */
  stackChanges(input: UpdateStackInput | ExecuteChangeSetInput): readonly Change[];
  /** Whether the rights to update an alias suffice to change it through a stack without a service role. */
  readonly pinRights: 'denied' | 'allowed';
  /** The result of an update without a service role whose caller lacks a right to change a resource. */
  readonly missingRights: MissingRights;
}

/** The permissions for a call of one operation; `input` has the SDK's shape. */
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
