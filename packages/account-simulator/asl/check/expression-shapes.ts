import type jsonata from 'jsonata';

/** The members of a value: any, none (text, a number), or exactly these. */
export type Shape = 'any' | 'none' | { readonly [member: string]: Shape };

/** Reads by an expression of values whose shape is known. */
export interface ShapeReport {
  /** Reads of members that do not exist, as `$states.context.Execution has no member 'Ids'`. */
  readonly problems: readonly string[];
  /** Every value that is read, as `$states.context.Task.Token`. */
  readonly reads: ReadonlySet<string>;
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [field: string]: unknown;
}

/** A value with its shape and its path in the expression; `path` is undefined where it is unknown. */
interface Value {
  readonly shape: Shape;
  readonly path: string | undefined;
}

type Bindings = ReadonlyMap<string, Value>;

const unknown: Value = { shape: 'any', path: undefined };

/** Follows an expression through the members of `$states`, also where parts of it are passed on in variables. */
export function readShapes(ast: jsonata.ExprNode, states: Shape): ShapeReport {
  const reader = new ShapeReader();
  const bindings = new Map([['states', { shape: states, path: '$states' }]]);
  reader.read(reader.visit(ast as unknown as Node, bindings, unknown));
  return reader;
}

class ShapeReader implements ShapeReport {
  readonly problems: string[] = [];
  readonly reads = new Set<string>();

  read({ path }: Value): void {
    if (path !== undefined) this.reads.add(path);
  }

  /** The value of a node; names are read from `item`. */
  visit(node: Node, bindings: Bindings, item: Value): Value {
    switch (node.type) {
      case 'path':
        return this.#path(node, bindings, item);
      case 'variable':
        return this.#staged(node, bindings, bindings.get(String(node.value)) ?? unknown);
      case 'name':
        return this.#staged(node, bindings, this.#member(item, String(node.value)));
      case 'block':
        return this.#block(node, bindings, item);
      case 'bind':
        return this.visit(node.rhs as Node, bindings, item);
      case 'lambda': {
        const inner = new Map(bindings);
        for (const parameter of node.arguments as Node[]) inner.set(String(parameter.value), unknown);
        return this.#all([node.body], inner, item);
      }
      case 'condition': {
        this.#all([node.condition], bindings, item);
        const [yes, no] = [node.then, node.else].map((branch) =>
          branch === undefined ? unknown : this.visit(branch as Node, bindings, item),
        ) as [Value, Value];
        this.read(yes);
        this.read(no);
        return unknown;
      }
      case 'function':
        return this.#function(node, bindings, item);
    }
    return this.#all(Object.values(node), bindings, item);
  }

  #path(node: Node, bindings: Bindings, item: Value): Value {
    const inner = new Map(bindings);
    let value = item;
    for (const step of node.steps as Node[]) {
      value = this.visit(step, inner, value);
      if (typeof step.focus === 'string') inner.set(step.focus, value);
      if (typeof step.index === 'string') inner.set(step.index, unknown);
    }
    if (node.group === undefined) return value;
    this.read(value);
    return this.#all([node.group], inner, value);
  }

  #block(node: Node, bindings: Bindings, item: Value): Value {
    const inner = new Map(bindings);
    let value = unknown;
    for (const expression of node.expressions as Node[]) {
      value = this.visit(expression, inner, item);
      if (expression.type === 'bind') inner.set(String((expression.lhs as Node).value), value);
      else if (expression !== (node.expressions as Node[]).at(-1)) this.read(value);
    }
    return value;
  }

  #function(node: Node, bindings: Bindings, item: Value): Value {
    const [object, key] = node.arguments as [Node?, Node?];
    const name = (node.procedure as Node).value;
    if (name === 'lookup' && object !== undefined && key?.type === 'string') {
      return this.#member(this.visit(object, bindings, item), String(key.value));
    }
    return this.#all([node.procedure, node.arguments], bindings, item);
  }

  /** Visits the predicates and stages of a step, which see the step's value. */
  #staged(node: Node, bindings: Bindings, value: Value): Value {
    this.#all([node.stages, node.predicate], bindings, value);
    return value;
  }

  #member({ shape, path }: Value, name: string): Value {
    if (shape === 'any') return { shape, path: undefined };
    const inner = shape !== 'none' && Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (inner !== undefined) return { shape: inner, path: `${path}.${name}` };
    this.problems.push(`${path} has no member '${name}'`);
    return unknown;
  }

  #all(values: readonly unknown[], bindings: Bindings, item: Value): Value {
    for (const value of values) {
      if (Array.isArray(value)) this.#all(value, bindings, item);
      else if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
        this.read(this.visit(value as Node, bindings, item));
      }
    }
    return unknown;
  }
}
