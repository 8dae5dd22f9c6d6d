import { compilePattern, type Pattern, type RequestContext } from './pattern.ts';

/** A `Condition` of a statement, as the template has it: operator → key → values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A compiled condition. */
export interface Condition {
  /** Condition keys in the condition, in lower case. */
  readonly keys: readonly string[];
  holds(context: RequestContext): boolean;
}

interface Operator {
  /** Reads one value of the policy. */
  compile(expected: string): Pattern;
  /** True for `…Not…`: none of the values may match, and a missing key is accepted. */
  readonly negated?: true;
}

const equals: Operator = { compile: (expected) => compilePattern(expected, 'exact') };
const like: Operator = { compile: (expected) => compilePattern(expected, 'like') };
const equalsIgnoringCase: Operator = {
  compile: (expected) => compilePattern(expected, 'exact', { ignoreCase: true }),
};
const arnLike: Operator = { compile: compileArn };

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: equals,
  StringNotEquals: { ...equals, negated: true },
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringNotEqualsIgnoreCase: { ...equalsIgnoringCase, negated: true },
  StringLike: like,
  StringNotLike: { ...like, negated: true },
  Bool: equalsIgnoringCase,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  ArnNotEquals: { ...arnLike, negated: true },
  ArnNotLike: { ...arnLike, negated: true },
};

/**
 * Compiles a condition: every key of every operator must hold, for one of its values.
 *
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Each key has one value here, so the set operators
 * (`ForAllValues:`, `ForAnyValue:`) are refused, as are numbers, dates, addresses and blobs.
 *
 * @throws Error for an operator that is not simulated, naming it
 */
export function compileCondition(block: ConditionBlock): Condition {
  const parts = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compilePart(operator, key.toLowerCase(), values)),
  );
  return {
    keys: parts.flatMap(({ keys }) => keys),
    holds: (context) => parts.every((part) => part.holds(context)),
  };
}

function compilePart(name: string, key: string, values: readonly string[]): Condition {
  if (name === 'Null') {
    return {
      keys: [key],
      holds: (context) => values.some((value) => (value.toLowerCase() === 'true') !== context.has(key)),
    };
  }
  const isOptional = name.endsWith('IfExists');
  const operator = operators[isOptional ? name.slice(0, -'IfExists'.length) : name];
  if (!operator) throw new Error(`The condition operator ${name} is not simulated`);
  const { negated = false } = operator;
  const patterns = values.map((value) => operator.compile(value));
  return {
    keys: [key, ...patterns.flatMap((pattern) => pattern.keys)],
    holds(context) {
      const actual = context.get(key);
      if (actual === undefined) return isOptional || negated;
      return patterns.some((pattern) => pattern.matches(actual, context)) !== negated;
    },
  };
}

/** The six components of an ARN are compared one by one; the last contains all remaining colons. */
function compileArn(expected: string): Pattern {
  // A colon within a policy variable separates nothing.
  const patterns = sixOf(expected.split(/:(?![^{]*\})/)).map((part) => compilePattern(part, 'like'));
  return {
    keys: patterns.flatMap(({ keys }) => keys),
    matches(actual, context) {
      const components = sixOf(actual.split(':'));
      return (
        components.length === patterns.length &&
        patterns.every((pattern, at) => pattern.matches(components[at] as string, context))
      );
    },
  };
}

function sixOf(parts: readonly string[]): readonly string[] {
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
