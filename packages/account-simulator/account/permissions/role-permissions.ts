import type { RoleSpec } from '../../deploy/stack-spec.ts';
import type { PermissionUsage } from './permission-usage.ts';
import { type Decision, type Policy, policyOf } from './policy.ts';

/** Decides the requests of one role. Each decision is made once: the same request has the same answer. */
export class RolePermissions {
  readonly #role: RoleSpec;
  readonly #policy: Policy;
  readonly #usage: PermissionUsage;
  readonly #decisions = new Map<string, Decision>();

  constructor(role: RoleSpec, usage: PermissionUsage) {
    this.#role = role;
    this.#policy = policyOf(role.statements);
    this.#usage = usage;
    usage.register(role.logicalId, role.statements);
  }

  /** Condition keys, in lower case, that decisions depend on. */
  get contextKeys(): readonly string[] {
    return this.#policy.contextKeys;
  }

  decide(action: string, resource: string, context: Readonly<Record<string, string>>): Decision {
    const key = `${action} ${resource}${this.#relevant(context)}`;
    let decision = this.#decisions.get(key);
    if (!decision) {
      decision = this.#policy.evaluate({ action, resources: [resource], context });
      this.#decisions.set(key, decision);
      this.#usage.use(this.#role.logicalId, decision.by);
    }
    return decision;
  }

  #relevant(context: Readonly<Record<string, string>>): string {
    const { contextKeys } = this.#policy;
    if (contextKeys.length === 0) return '';
    const relevant = Object.entries(context).filter(([key]) => contextKeys.includes(key.toLowerCase()));
    return ` ${JSON.stringify(relevant)}`;
  }
}
