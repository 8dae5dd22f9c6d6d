import { AwsError } from '../service.ts';

/** A source of values by time: a metric, or an expression over metrics. */
export type ValueAt = (start: number, end: number) => number | undefined;

/** A parsed expression. */
export interface MetricMath {
  /** The ids in the expression. */
  readonly ids: readonly string[];
  /** The expression's value at a time, from the values of the ids; undefined if it has no data point there. */
  evaluate(read: (id: string) => number | undefined): number | undefined;
}

type Node =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'minus'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node };

const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|(.))/y;

/**
 * Parses the arithmetic of metric math: `+ - * /`, unary minus, parentheses, numbers and ids. A missing value counts as 0
 * where another value of the expression exists, and a division by zero drops the data point (CloudWatch User Guide, "Math
 * expressions with metrics", basic arithmetic functions).
 *
 * @throws AwsError for functions, `^`, comparisons, arrays and queries, by name, and for an expression without a
 *   metric, which is no time series
 */
export function parseMetricMath(expression: string): MetricMath {
  const root = new Parser(expression).parse();
  const ids = new Set<string>();
  collectIds(root, ids);
  if (ids.size === 0) throw refusal(expression, 'the result is a number, not a time series');
  return { ids: [...ids], evaluate: (read) => evaluate(root, read).value };
}

class Parser {
  readonly #expression: string;
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(expression: string) {
    this.#expression = expression;
    const text = expression.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (match === null) break;
      this.#tokens.push((match[1] ?? match[2] ?? match[3]) as string);
    }
  }

  parse(): Node {
    const node = this.#sum();
    if (this.#peek() !== undefined) throw this.#unexpected();
    return node;
  }

  #sum(): Node {
    let left = this.#product();
    while (this.#peek() === '+' || this.#peek() === '-') {
      left = { kind: 'binary', operator: this.#take(), left, right: this.#product() };
    }
    return left;
  }

  #product(): Node {
    let left = this.#factor();
    while (this.#peek() === '*' || this.#peek() === '/') {
      left = { kind: 'binary', operator: this.#take(), left, right: this.#factor() };
    }
    return left;
  }

  #factor(): Node {
    const token = this.#peek();
    if (token === undefined) throw refusal(this.#expression, 'it ends too early');
    if (token === '-') {
      this.#take();
      return { kind: 'minus', operand: this.#factor() };
    }
    if (token === '(') {
      this.#take();
      const inner = this.#sum();
      if (this.#peek() !== ')') throw this.#unexpected();
      this.#take();
      return inner;
    }
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(this.#take()) };
    if (/^[a-z]/.test(token)) return { kind: 'id', id: this.#take() };
    throw this.#unexpected();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string {
    const token = this.#tokens[this.#next] as string;
    this.#next += 1;
    return token;
  }

  #unexpected(): AwsError {
    const token = this.#peek();
    return refusal(
      this.#expression,
      token === undefined ? 'it ends too early' : `"${token}" is not simulated`,
    );
  }
}

/** `series`: the value belongs to a time series, whose missing points count as 0 beside points that are there. */
interface Value {
  readonly value: number | undefined;
  readonly series: boolean;
}

function evaluate(node: Node, read: (id: string) => number | undefined): Value {
  switch (node.kind) {
    case 'number':
      return { value: node.value, series: false };
    case 'id':
      return { value: read(node.id), series: true };
    case 'minus': {
      const { value, series } = evaluate(node.operand, read);
      return { value: value === undefined ? undefined : -value, series };
    }
    case 'binary': {
      const left = evaluate(node.left, read);
      const right = evaluate(node.right, read);
      const series = left.series || right.series;
      const present =
        (left.series && left.value !== undefined) || (right.series && right.value !== undefined);
      if (series && !present) return { value: undefined, series };
      return { value: apply(node.operator, left.value ?? 0, right.value ?? 0), series };
    }
  }
}

function apply(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return right === 0 ? undefined : left / right;
  }
}

function collectIds(node: Node, ids: Set<string>): void {
  if (node.kind === 'id') ids.add(node.id);
  if (node.kind === 'minus') collectIds(node.operand, ids);
  if (node.kind === 'binary') {
    collectIds(node.left, ids);
    collectIds(node.right, ids);
  }
}

function refusal(expression: string, reason: string): AwsError {
  return new AwsError(
    'InvalidParameterValueException',
    `The rehearsal cannot evaluate the expression ${JSON.stringify(expression)}: ${reason}.`,
  );
}
