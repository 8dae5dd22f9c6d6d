import type jsonata from 'jsonata';

/** Names that an expression reads from outside itself. */
export interface References {
  /** Names of free variables, built-in functions included, without the dollar sign. */
  readonly variables: ReadonlySet<string>;
  /** Members of `$states` that the expression reads; `''` where it reads `$states` as a whole. */
  readonly statesMembers: ReadonlySet<string>;
  /** Names read from a context item that does not exist, such as `phone` in `{% phone %}`. */
  readonly topLevelNames: ReadonlySet<string>;
}

// The published types leave out most of what jsonata's parser makes.
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly focus?: string;
  readonly index?: string;
  readonly steps?: readonly Node[];
  readonly [field: string]: unknown;
}

class Scope {
  readonly #outer: Scope | undefined;
  readonly #names = new Set<string>();

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  bind(name: unknown): void {
    if (typeof name === 'string') this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#outer?.has(name) ?? false);
  }
}

/** Walks the syntax tree of an expression. */
export function referencesOf(ast: jsonata.ExprNode): References {
  const walker = new Walker();
  walker.visit(ast as unknown as Node, new Scope(), false);
  return walker;
}

class Walker implements References {
  readonly variables = new Set<string>();
  readonly statesMembers = new Set<string>();
  readonly topLevelNames = new Set<string>();

  /** `item`: whether there is a context item that names can be read from. */
  visit(node: Node, scope: Scope, item: boolean): void {
    switch (node.type) {
      case 'path':
        this.#path(node, scope, item);
        return;
      case 'variable':
        this.#variable(node, scope, undefined);
        break;
      case 'name':
      case 'wildcard':
      case 'descendant':
        if (!item) this.topLevelNames.add(node.type === 'name' ? String(node.value) : String(node.type));
        break;
      case 'block':
        this.#children(node, new Scope(scope), item);
        return;
      case 'bind':
        this.#bind(node, scope, item);
        return;
      case 'lambda':
        this.#lambda(node, scope, item);
        return;
      case 'transform':
      case 'sort':
        this.#children(node, scope, true);
        return;
    }
    this.#children(node, scope, item);
  }

  #path(node: Node, scope: Scope, item: boolean): void {
    const steps = node.steps ?? [];
    const inner = new Scope(scope);
    steps.forEach((step, i) => {
      if (step.type === 'variable') {
        this.#variable(step, inner, steps[i + 1]);
        this.#children(step, inner, true);
      } else this.visit(step, inner, item || i > 0);
      inner.bind(step.focus);
      inner.bind(step.index);
    });
    for (const [field, value] of Object.entries(node)) {
      if (field !== 'steps') this.#any(value, inner, true);
    }
  }

  #variable(node: Node, scope: Scope, nextStep: Node | undefined): void {
    const name = String(node.value);
    if (name === '' || scope.has(name)) return;
    this.variables.add(name);
    if (name === 'states') {
      this.statesMembers.add(nextStep?.type === 'name' ? String(nextStep.value) : '');
    }
  }

  #bind(node: Node, scope: Scope, item: boolean): void {
    const target = node.lhs as Node;
    const value = node.rhs as Node;
    // a function may call itself by its name
    if (value.type === 'lambda') scope.bind(target.value);
    this.visit(value, scope, item);
    scope.bind(target.value);
  }

  #lambda(node: Node, scope: Scope, item: boolean): void {
    const inner = new Scope(scope);
    for (const parameter of node.arguments as Node[]) inner.bind(parameter.value);
    this.visit(node.body as Node, inner, item);
  }

  #children(node: Node, scope: Scope, item: boolean): void {
    for (const [field, value] of Object.entries(node)) {
      // predicates, stages and groupings run on each value of their node
      const perValue = field === 'predicate' || field === 'stages' || field === 'group';
      this.#any(value, scope, item || perValue);
    }
  }

  #any(value: unknown, scope: Scope, item: boolean): void {
    if (Array.isArray(value)) for (const entry of value) this.#any(entry, scope, item);
    else if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
      this.visit(value as Node, scope, item);
    }
  }
}
