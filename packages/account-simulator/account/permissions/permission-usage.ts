import type { PolicyStatement } from '../../deploy/policy-statement.ts';
import type { StatementMatch } from './policy.ts';

/** One action or one resource of one statement: the smallest part of a policy that may be unused. */
export interface Grant {
  /** Logical id of the function or machine that has the role, or of a resource policy. */
  readonly owner: string;
  /** Position of the statement in the role's policies, from 0. */
  readonly statement: number;
  readonly element: 'Action' | 'Resource';
  /** Position in the element, from 0. */
  readonly at: number;
  /** The value in this environment: another environment has other names in it. */
  readonly value: string;
}

/** The reason why no run can use a grant; undefined for a grant that some run should use. */
export type Excuse = (grant: Grant, statement: PolicyStatement) => string | undefined;

/** A grant that no request needed. */
export interface UnusedGrant extends Grant {
  /** The reason why no run can use it, if there is one. */
  readonly reason?: string;
}

/** A refused request. */
export interface Denial {
  readonly owner: string;
  readonly action: string;
  readonly resource: string;
}

/** The grants that requests needed, and the refused requests. */
export class PermissionUsage {
  readonly #grants = new Map<string, Grant>();
  readonly #used = new Set<string>();
  readonly #statements = new Map<string, readonly PolicyStatement[]>();
  readonly #denials = new Map<string, Denial>();

  /** Registers the statements of an owner. */
  register(owner: string, statements: readonly PolicyStatement[]): void {
    this.#statements.set(owner, statements);
    for (const [statement, { Effect, Action, Resource }] of statements.entries()) {
      // A Deny is never needed.
      if (Effect === 'Deny') continue;
      for (const [at, value] of Action.entries()) {
        this.#add({ owner, statement, element: 'Action', at, value });
      }
      for (const [at, value] of Resource.entries()) {
        this.#add({ owner, statement, element: 'Resource', at, value });
      }
    }
  }

  /** Records the statements that decided a request. */
  use(owner: string, matches: readonly StatementMatch[]): void {
    for (const { statement, action, resource } of matches) {
      this.#used.add(grantKey({ owner, statement, element: 'Action', at: action }));
      this.#used.add(grantKey({ owner, statement, element: 'Resource', at: resource }));
    }
  }

  /** Adds the grants used and the requests refused in another account with the same template. */
  merge(other: PermissionUsage): void {
    for (const [key, grant] of other.#grants) if (!this.#grants.has(key)) this.#grants.set(key, grant);
    for (const key of other.#used) this.#used.add(key);
    for (const [owner, statements] of other.#statements) this.#statements.set(owner, statements);
    for (const [key, denial] of other.#denials) this.#denials.set(key, denial);
  }

  deny(denial: Denial): void {
    this.#denials.set(`${denial.owner} ${denial.action} ${denial.resource}`, denial);
  }

  /** The used grants, in the order of the template. */
  used(): readonly Grant[] {
    return [...this.#grants].filter(([key]) => this.#used.has(key)).map(([, grant]) => grant);
  }

  /** The unused grants, in the order of the template, with the excuse where `excuse` returns one. */
  unused(excuse: Excuse = () => undefined): readonly UnusedGrant[] {
    return [...this.#grants]
      .filter(([key]) => !this.#used.has(key))
      .map(([, grant]) => {
        const statement = this.#statements.get(grant.owner)?.[grant.statement];
        const reason = statement && excuse(grant, statement);
        return reason === undefined ? grant : { ...grant, reason };
      });
  }

  /** The refused requests, each once, in the order of the first occurrence. */
  denials(): readonly Denial[] {
    return [...this.#denials.values()];
  }

  #add(grant: Grant): void {
    const key = grantKey(grant);
    if (!this.#grants.has(key)) this.#grants.set(key, grant);
  }
}

/** The identity of a grant in every environment. */
export function grantKey({ owner, statement, element, at }: Omit<Grant, 'value'>): string {
  return `${owner} ${statement} ${element} ${at}`;
}
