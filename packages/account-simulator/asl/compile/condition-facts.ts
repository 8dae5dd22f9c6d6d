import type jsonata from 'jsonata';

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [field: string]: unknown;
}

/** A text, number, boolean or null in an expression. */
export type Literal = string | number | boolean | null;

/** The known fact about a value or condition. `absent`: it has no value at all. */
type Fact =
  | { readonly is: Literal | 'absent'; readonly exactly: true }
  | { readonly not: ReadonlySet<Literal>; readonly exactly: false; readonly exists: boolean };

/** The result of an assignment for a variable: its value, its members, or nothing known. */
export type Assigned = { readonly literal: Literal } | { readonly members: readonly string[] } | undefined;

const EXISTS: Fact = { not: new Set(), exactly: false, exists: true };

/** Functions whose result differs from call to call. */
const IMPURE = new Set(['random', 'uuid', 'now', 'millis', 'shuffle']);

/**
 * Facts about variables, from the conditions on a way through a machine. A value's key is its path: `deployment.kind`; any
 * other condition's key is its text.
 */
export class Facts {
  readonly #facts: ReadonlyMap<string, Fact>;
  /** Equal for equal facts. */
  readonly key: string;

  constructor(facts: ReadonlyMap<string, Fact> = new Map()) {
    this.#facts = facts;
    this.key = [...facts]
      .map(
        ([name, fact]) =>
          `${name}=${JSON.stringify(fact.exactly ? fact.is : [fact.exists, [...fact.not].sort()])}`,
      )
      .sort()
      .join(';');
  }

  /** The facts after assignments: facts about the old values are dropped, and assigned literals are added. */
  assigned(values: ReadonlyMap<string, Assigned>): Facts {
    if (values.size === 0) return this;
    const kept = [...this.#facts].filter(([name]) => !variablesIn(name).some((each) => values.has(each)));
    const facts = new Map<string, Fact>(kept);
    for (const [name, value] of values) {
      if (value === undefined) continue;
      if ('literal' in value) facts.set(name, { is: value.literal, exactly: true });
      else for (const member of value.members) facts.set(`${name}.${member}`, EXISTS);
    }
    return new Facts(facts);
  }

  /** Whether an expression is `$a.b` and certainly has no value. */
  isAbsent(ast: jsonata.ExprNode): boolean {
    return this.#value(nameOf(ast as unknown as Node)) === 'absent';
  }

  /** Whether a condition is certainly true or certainly false. */
  holds(ast: jsonata.ExprNode): boolean | undefined {
    return this.#holds(ast as unknown as Node);
  }

  /** The facts once a condition has evaluated to `truth`; undefined where it cannot. */
  given(ast: jsonata.ExprNode, truth: boolean): Facts | undefined {
    return this.#given(ast as unknown as Node, truth);
  }

  #holds(node: Node): boolean | undefined {
    const { type, value } = node;
    if (type === 'block' && (node.expressions as Node[]).length === 1) {
      return this.#holds((node.expressions as [Node])[0]);
    }
    if (type === 'value') return value === true;
    if (type === 'binary' && (value === 'and' || value === 'or')) {
      const sides = [node.lhs, node.rhs].map((side) => this.#holds(side as Node));
      const decides = value === 'or';
      if (sides.includes(decides)) return decides;
      return sides.includes(undefined) ? this.#known(node) : !decides;
    }
    const negated = argumentOf(node, 'not');
    if (negated !== undefined) {
      const inner = this.#holds(negated);
      return inner === undefined ? undefined : !inner;
    }
    const exists = argumentOf(node, 'exists');
    if (exists !== undefined) {
      const name = nameOf(exists);
      const known = this.#value(name);
      if (known !== undefined) return known !== 'absent';
      const fact = name === undefined ? undefined : this.#facts.get(name);
      return (fact !== undefined && !fact.exactly && fact.exists) || this.#known(node);
    }
    const compared = comparison(node);
    if (compared !== undefined) return this.#compare(compared);
    const name = nameOf(node);
    const known = this.#value(name);
    if (known !== undefined) return known !== 'absent' && Boolean(known);
    return this.#known(node);
  }

  #known(node: Node): boolean | undefined {
    const fact = this.#facts.get(textOf(node));
    return fact?.exactly ? fact.is === true : undefined;
  }

  #compare({ name, literals, equal }: Comparison): boolean | undefined {
    const known = this.#value(name);
    // nothing equals an absent value, and nothing differs from it
    if (known === 'absent') return false;
    if (known !== undefined) return literals.includes(known) === equal;
    const fact = this.#facts.get(name);
    // a value that equals none of the literals may be absent: then it does not differ from them either
    const excluded = fact !== undefined && !fact.exactly && literals.every((each) => fact.not.has(each));
    return excluded && equal ? false : undefined;
  }

  /** The value of `a.b.c` where it is known; a member of a literal is absent. */
  #value(name: string | undefined): Literal | 'absent' | undefined {
    if (name === undefined) return undefined;
    const own = this.#facts.get(name);
    if (own?.exactly) return own.is;
    const parts = name.split('.');
    for (let i = 1; i < parts.length; i += 1) {
      const outer = this.#facts.get(parts.slice(0, i).join('.'));
      if (outer?.exactly) return 'absent';
    }
    return undefined;
  }

  #given(node: Node, truth: boolean): Facts | undefined {
    const already = this.#holds(node);
    if (already !== undefined) return already === truth ? this : undefined;
    const { type, value } = node;
    if (type === 'block' && (node.expressions as Node[]).length === 1) {
      return this.#given((node.expressions as [Node])[0], truth);
    }
    if (type === 'binary' && (value === 'and' || value === 'or')) {
      // both sides are known where all of them had to come out the same way
      if (truth === (value === 'and')) {
        const left = this.#given(node.lhs as Node, truth);
        return left === undefined ? undefined : left.#given(node.rhs as Node, truth);
      }
      const [left, right] = [this.#holds(node.lhs as Node), this.#holds(node.rhs as Node)];
      if (left !== undefined) return this.#given(node.rhs as Node, truth);
      if (right !== undefined) return this.#given(node.lhs as Node, truth);
      return this.#remember(node, truth);
    }
    const negated = argumentOf(node, 'not');
    if (negated !== undefined) return this.#given(negated, !truth);
    const compared = comparison(node);
    if (compared !== undefined) return this.#givenComparison(compared, truth);
    return this.#remember(node, truth);
  }

  /** The facts with the outcome of the whole condition added. */
  #remember(node: Node, truth: boolean): Facts {
    return isImpure(node) ? this : this.#with(textOf(node), { is: truth, exactly: true });
  }

  #givenComparison({ name, literals, equal }: Comparison, truth: boolean): Facts {
    if (truth === equal) {
      // a value that does not differ from a literal may be absent
      return equal && literals.length === 1
        ? this.#with(name, { is: literals[0] as Literal, exactly: true })
        : this;
    }
    const fact = this.#facts.get(name);
    const before = fact !== undefined && !fact.exactly ? [...fact.not] : [];
    const exists = fact !== undefined && !fact.exactly && fact.exists;
    return this.#with(name, { not: new Set([...before, ...literals]), exactly: false, exists });
  }

  #with(name: string, fact: Fact): Facts {
    return new Facts(new Map([...this.#facts, [name, fact]]));
  }
}

interface Comparison {
  readonly name: string;
  readonly literals: readonly Literal[];
  /** False for `!=`. */
  readonly equal: boolean;
}

/** `$a.b = "x"`, `$a.b != "x"` and `$a.b in ["x", "y"]`. */
function comparison(node: Node): Comparison | undefined {
  if (node.type !== 'binary') return undefined;
  const operator = String(node.value);
  const name = nameOf(node.lhs as Node);
  const literals = operator === 'in' ? literalsOf(node.rhs as Node) : literalsOf(node.rhs as Node, true);
  if (name === undefined || literals === undefined || !['=', '!=', 'in'].includes(operator)) return undefined;
  return { name, literals, equal: operator !== '!=' };
}

function literalsOf(node: Node, single = false): readonly Literal[] | undefined {
  if (node.type === 'string' || node.type === 'number' || node.type === 'value')
    return [node.value as Literal];
  if (single || node.type !== 'unary' || node.value !== '[') return undefined;
  const items = (node.expressions as Node[]).map((item) => literalsOf(item, true));
  return items.every((item) => item !== undefined) ? items.flat() : undefined;
}

/** `a.b.c` of `$a.b.c`; undefined for any other node, and for `$states`, whose value differs in each state. */
function nameOf(node: Node): string | undefined {
  const steps = node.type === 'path' ? (node.steps as Node[]) : [node];
  const [first, ...rest] = steps;
  const plain = steps.every(({ stages, predicate, group, focus, index }) =>
    [stages, predicate, group, focus, index].every((part) => part === undefined),
  );
  if (!plain || node.group !== undefined || first?.type !== 'variable') return undefined;
  if (first.value === 'states' || first.value === '' || !rest.every(({ type }) => type === 'name'))
    return undefined;
  return steps.map(({ value }) => String(value)).join('.');
}

/** The argument of `$not(...)` or `$exists(...)`. */
function argumentOf(node: Node, name: string): Node | undefined {
  if (node.type !== 'function' || (node.procedure as Node).value !== name) return undefined;
  const [argument, more] = node.arguments as Node[];
  return more === undefined ? argument : undefined;
}

function textOf(node: Node): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'position' ? undefined : value));
}

function isImpure(node: Node): boolean {
  // the value of `$states` differs from state to state
  return variablesIn(textOf(node)).some((name) => IMPURE.has(name) || name === 'states');
}

/** Variables that a fact is about: the first part of `a.b`, or every variable in the text of a condition. */
function variablesIn(name: string): string[] {
  if (!name.startsWith('{')) return [name.split('.')[0] as string];
  return [...name.matchAll(/"value":"([^"]*)","type":"variable"/g)].map(([, variable = '']) => variable);
}
