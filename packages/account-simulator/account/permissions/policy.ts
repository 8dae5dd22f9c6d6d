import type { PolicyStatement } from '../../deploy/policy-statement.ts';
import { type Condition, compileCondition } from './condition.ts';
import { compilePattern, type Pattern, type RequestContext } from './pattern.ts';

/** A request to be decided. */
export interface AccessRequest {
  /** IAM action: `s3:GetObject`. */
  readonly action: string;
  /** ARNs; `*` for an action without resources. All must be allowed. */
  readonly resources: readonly string[];
  /** Values of condition keys; an absent key has no value. */
  readonly context: Readonly<Record<string, string>>;
}

/** A statement that applied to a request, with its matching action and resource (positions from 0). */
export interface StatementMatch {
  readonly statement: number;
  readonly action: number;
  readonly resource: number;
}

/** The answer to a request. */
export interface Decision {
  readonly allowed: boolean;
  /** The statements that allow or deny the request; none where no statement applied. */
  readonly by: readonly StatementMatch[];
  readonly reason: 'allowed' | 'explicit-deny' | 'no-statement';
  /** The first resource that is refused. */
  readonly refused?: string;
}

interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly Pattern[];
  readonly resources: readonly Pattern[];
  readonly condition: Condition | undefined;
}

/**
 * The compiled statements of an identity. A request is allowed only by an Allow, and a Deny overrides every Allow (IAM User
 * Guide, "Policy evaluation logic").
 *
 * @throws Error for a condition operator or policy variable that is not simulated
 */
export class Policy {
  /** Condition keys, in lower case, that decisions depend on. */
  readonly contextKeys: readonly string[];
  readonly #statements: readonly CompiledStatement[];

  constructor(statements: readonly PolicyStatement[]) {
    this.#statements = statements.map((statement) => ({
      effect: statement.Effect,
      actions: statement.Action.map((action) => compilePattern(action, 'like', { ignoreCase: true })),
      resources: statement.Resource.map((resource) => compilePattern(resource, 'resource')),
      condition: statement.Condition && compileCondition(statement.Condition),
    }));
    const keys = this.#statements.flatMap(({ resources, condition }) => [
      ...resources.flatMap((resource) => resource.keys),
      ...(condition?.keys ?? []),
    ]);
    this.contextKeys = [...new Set(keys)].sort();
  }

  evaluate({ action, resources, context }: AccessRequest): Decision {
    const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
    const applying = resources.map((resource) => ({
      resource,
      by: this.#applying(action, resource, values),
    }));
    for (const { resource, by } of applying) {
      const denying = by.filter(({ statement }) => this.#statements[statement]?.effect === 'Deny');
      if (denying.length > 0) {
        return { allowed: false, by: denying, reason: 'explicit-deny', refused: resource };
      }
    }
    const missing = applying.find(({ by }) => by.length === 0);
    if (missing) return { allowed: false, by: [], reason: 'no-statement', refused: missing.resource };
    return { allowed: true, by: applying.flatMap(({ by }) => by), reason: 'allowed' };
  }

  #applying(action: string, resource: string, context: RequestContext): StatementMatch[] {
    return this.#statements.flatMap(({ actions, resources, condition }, statement) => {
      const actionAt = actions.findIndex((pattern) => pattern.matches(action, context));
      if (actionAt < 0) return [];
      const resourceAt = resources.findIndex((pattern) => pattern.matches(resource, context));
      if (resourceAt < 0 || condition?.holds(context) === false) return [];
      return [{ statement, action: actionAt, resource: resourceAt }];
    });
  }
}

const compiled = new WeakMap<readonly PolicyStatement[], Policy>();

/** The policy of a list of statements, which must not change afterwards; the same list is compiled once. */
export function policyOf(statements: readonly PolicyStatement[]): Policy {
  let policy = compiled.get(statements);
  if (!policy) {
    policy = new Policy(statements);
    compiled.set(statements, policy);
  }
  return policy;
}

/** Decides a request by the statements of one identity. */
export function evaluate(statements: readonly PolicyStatement[], request: AccessRequest): Decision {
  return policyOf(statements).evaluate(request);
}
