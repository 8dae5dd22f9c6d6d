import type jsonata from 'jsonata';
import type { Facts } from '../compile/condition-facts.ts';

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [field: string]: unknown;
}

/**
 * Variables that an expression needs, by name. A variable is not needed where the expression only asks whether it exists,
 * reads it after finding that it exists, or reads it in a branch that `facts` exclude.
 */
export function variablesNeeded(ast: jsonata.ExprNode, facts: Facts): ReadonlySet<string> {
  const reader = new NeedReader(facts);
  reader.visit(ast as unknown as Node, new Set());
  return reader.needed;
}

class NeedReader {
  readonly needed = new Set<string>();
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** `bound`: names that the expression binds itself, or that are known to exist. */
  visit(node: Node, bound: ReadonlySet<string>): void {
    switch (node.type) {
      case 'variable':
        if (!bound.has(String(node.value)) && node.value !== '') this.needed.add(String(node.value));
        break;
      case 'path':
        this.#path(node, bound);
        return;
      case 'block':
        this.#block(node, bound);
        return;
      case 'bind': {
        const target = String((node.lhs as Node).value);
        this.visit(node.rhs as Node, (node.rhs as Node).type === 'lambda' ? plus(bound, [target]) : bound);
        return;
      }
      case 'lambda': {
        const parameters = (node.arguments as Node[]).map(({ value }) => String(value));
        this.visit(node.body as Node, plus(bound, parameters));
        return;
      }
      case 'condition':
        this.#condition(node, bound);
        return;
      case 'binary':
        if (node.value !== 'and') break;
        this.visit(node.lhs as Node, bound);
        this.visit(node.rhs as Node, plus(bound, existing(node.lhs as Node, true)));
        return;
      case 'function':
        if ((node.procedure as Node).value === 'exists') {
          this.#children(node.arguments, plus(bound, existing(node, true)));
          return;
        }
    }
    this.#children(Object.values(node), bound);
  }

  #path(node: Node, bound: ReadonlySet<string>): void {
    let inner = bound;
    for (const step of node.steps as Node[]) {
      this.visit(step, inner);
      inner = plus(inner, [step.focus, step.index].filter((name) => name !== undefined).map(String));
    }
    this.#children(node.group, inner);
  }

  #block(node: Node, bound: ReadonlySet<string>): void {
    let inner = bound;
    for (const expression of node.expressions as Node[]) {
      this.visit(expression, inner);
      if (expression.type === 'bind') inner = plus(inner, [String((expression.lhs as Node).value)]);
    }
  }

  #condition(node: Node, bound: ReadonlySet<string>): void {
    const condition = node.condition as Node;
    this.visit(condition, bound);
    const truth = this.#facts.holds(condition as unknown as jsonata.ExprNode);
    if (truth !== false) this.visit(node.then as Node, plus(bound, existing(condition, true)));
    if (truth !== true && node.else !== undefined) {
      this.visit(node.else as Node, plus(bound, existing(condition, false)));
    }
  }

  #children(value: unknown, bound: ReadonlySet<string>): void {
    if (Array.isArray(value)) for (const item of value) this.#children(item, bound);
    else if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
      if ('type' in value) this.visit(value as Node, bound);
      else this.#children(Object.values(value), bound);
    }
  }
}

function plus(names: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> {
  return more.length === 0 ? names : new Set([...names, ...more]);
}

/** Variables that exist if a condition evaluates to `truth`: `$x` of `$exists($x.y)`. */
function existing(node: Node, truth: boolean): string[] {
  if (node.type === 'block' && (node.expressions as Node[]).length === 1) {
    return existing((node.expressions as [Node])[0], truth);
  }
  if (node.type === 'binary' && node.value === (truth ? 'and' : 'or')) {
    return [...existing(node.lhs as Node, truth), ...existing(node.rhs as Node, truth)];
  }
  if (node.type !== 'function') return [];
  const [argument] = node.arguments as [Node?];
  const name = (node.procedure as Node).value;
  if (argument === undefined) return [];
  if (name === 'not') return existing(argument, !truth);
  if (name !== 'exists' || !truth) return [];
  const first = argument.type === 'path' ? (argument.steps as Node[])[0] : argument;
  return first?.type === 'variable' ? [String(first.value)] : [];
}
