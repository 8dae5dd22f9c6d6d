import type { StackSpec } from '../../deploy/stack-spec.ts';
import { AwsError, type Caller } from '../service.ts';
import type { AccountIdentity } from '../wire/account-identity.ts';
import type { WireCall } from '../wire/wire.ts';
import { accessDenied, refusalMessage } from './access-denied.ts';
import { rightsOfCaller } from './cloudformation-permissions.ts';
import { checkConditionKeys, globalContext } from './condition-keys.ts';
import type { PermissionUsage } from './permission-usage.ts';
import type { PermissionScope, RequiredPermission } from './required-permission.ts';
import { requiredPermissions } from './required-permissions.ts';
import { RolePermissions } from './role-permissions.ts';

/** The stack and account for which permissions are decided. */
export interface PermissionsParts {
  readonly stack: Pick<StackSpec, 'roles' | 'functions' | 'machines'>;
  readonly identity: AccountIdentity;
  readonly scope: PermissionScope;
  readonly usage: PermissionUsage;
}

interface Restricted {
  readonly permissions: RolePermissions;
  /** ARN of the assumed role's session. */
  readonly user: string;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Decides by the roles of a template whether its functions and machines may make a call. Persons, deployment tools and AWS's
 * own services have no role in the template and may do everything.
 *
 * @throws Error for a condition, operator or condition key that is not simulated
 */
export class Permissions {
  readonly #scope: PermissionScope;
  readonly #usage: PermissionUsage;
  readonly #restricted = new Map<string, Restricted>();

  constructor({ stack, identity, scope, usage }: PermissionsParts) {
    this.#scope = scope;
    this.#usage = usage;
    for (const role of stack.roles) {
      const permissions = new RolePermissions(role, usage);
      checkConditionKeys(permissions.contextKeys, role.logicalId);
      const named = [...stack.functions, ...stack.machines].find((one) => one.logicalId === role.logicalId);
      const roleName = role.roleArn.slice(role.roleArn.lastIndexOf('/') + 1);
      // Lambda names the session after the function; Step Functions generates a name.
      const user = `arn:aws:sts::${identity.accountId}:assumed-role/${roleName}/${named?.name ?? roleName}`;
      const context = globalContext(role.roleArn, identity);
      this.#restricted.set(role.logicalId, { permissions, user, context });
    }
  }

  /**
   * Checks a call against the caller's role.
   *
   * @throws AwsError with the service's refusal, or `UnsupportedOperation`
   */
  check(call: Pick<WireCall, 'service' | 'operation' | 'input' | 'caller'>): void {
    if (call.caller.resource === undefined) return;
    for (const required of requiredPermissions(call, this.#scope)) {
      this.require(call.caller, required, call.service);
    }
  }

  /** The resources that a call is about to change and that CloudFormation may not change with the caller's rights. */
  deniedStackChanges({ operation, input, caller }: Pick<WireCall, 'operation' | 'input' | 'caller'>): {
    readonly logicalId: string;
    readonly reason: string;
  }[] {
    if (caller.resource === undefined) return [];
    if (operation !== 'UpdateStack' && operation !== 'ExecuteChangeSet') return [];
    return rightsOfCaller(input, this.#scope).flatMap(({ logicalId, required }) => {
      const reason = this.#refusal(caller, required);
      return reason === undefined ? [] : [{ logicalId, reason }];
    });
  }

  #refusal(caller: Caller, required: readonly RequiredPermission[]): string | undefined {
    try {
      for (const one of required) this.require(caller, one, 'cloudformation');
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error.message;
      throw error;
    }
  }

  /** @throws AwsError with the refusal of `service`, where the caller lacks the permission */
  require(
    caller: Caller,
    { actions, resource, context, refusal }: RequiredPermission,
    service: string,
  ): void {
    if (caller.resource === undefined) return;
    const { permissions, user, context: global } = this.#of(caller.resource);
    const values = context ? { ...global, ...context } : global;
    const decisions = actions.map((action) => permissions.decide(action, resource, values));
    if (decisions.some(({ allowed }) => allowed)) return;
    const [action] = actions;
    this.#usage.deny({ owner: caller.resource, action, resource });
    const reason = decisions[0]?.reason === 'explicit-deny' ? 'explicit-deny' : 'no-statement';
    const message = refusalMessage(service, { user, action, resource, reason });
    throw refusal ? refusal(message) : accessDenied(service, message);
  }

  #of(logicalId: string): Restricted {
    const restricted = this.#restricted.get(logicalId);
    if (restricted) return restricted;
    throw new Error(`No role of the template is that of ${logicalId}`);
  }
}
