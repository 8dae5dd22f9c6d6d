/** Values of condition keys by key in lower case: IAM's keys are not case-sensitive. */
export type RequestContext = ReadonlyMap<string, string>;

/** A text of a policy that is compared with values. */
export interface Pattern {
  /** Condition keys, in lower case, whose values the pattern includes: `${aws:PrincipalAccount}`. */
  readonly keys: readonly string[];
  matches(value: string, context: RequestContext): boolean;
}

/**
 * The meaning of a pattern's wildcards.
 *
 * - `like`: `*` for any characters, `?` for one.
 * - `resource`: the same within a segment of an ARN; only a `*` at the end of its segment matches across colons.
 * - `exact`: nothing; they are ordinary characters.
 *
 * Source: IAM User Guide, "IAM JSON policy elements: Resource" and "… Condition operators".
 */
export type PatternKind = 'like' | 'resource' | 'exact';

/** A policy variable, wildcards, one wildcard for one character, or the text between them. */
const tokens = /\$\{[^}]*\}|\*+|\?|\$|[^*?$]+/g;
/** Variables for characters that would otherwise have a meaning (IAM User Guide, "policy elements: Variables"). */
const literal = /^\$\{[*?$]\}$/;

/**
 * Compiles a pattern, once if it has no policy variables.
 *
 * @throws Error for a variable with a default value, which is not simulated
 */
export function compilePattern(text: string, kind: PatternKind, { ignoreCase = false } = {}): Pattern {
  const flags = ignoreCase ? 'is' : 's';
  const keys = variablesOf(text);
  if (keys.length > 0) {
    return {
      keys,
      // A variable without a value makes the pattern match nothing.
      matches: (value, context) =>
        keys.every((key) => context.has(key)) &&
        new RegExp(`^${sourceOf(text, kind, context)}$`, flags).test(value),
    };
  }
  if (text === '*' && kind !== 'exact') return { keys, matches: () => true };
  const expression = new RegExp(`^${sourceOf(text, kind)}$`, flags);
  return { keys, matches: (value) => expression.test(value) };
}

function variablesOf(text: string): string[] {
  const variables = (text.match(tokens) ?? []).filter(isVariable);
  const withDefault = variables.find((variable) => variable.includes(','));
  if (withDefault !== undefined) throw new Error(`A default value is not simulated: ${withDefault}`);
  return variables.map(keyOf);
}

function isVariable(token: string): boolean {
  return token.startsWith('${') && !literal.test(token);
}

function keyOf(variable: string): string {
  return variable.slice(2, -1).toLowerCase();
}

function sourceOf(text: string, kind: PatternKind, context?: RequestContext): string {
  return text.replace(tokens, (token, at: number) => {
    if (isVariable(token)) return literally(context?.get(keyOf(token)) ?? '');
    if (literal.test(token)) return literally(token.charAt(2));
    if (kind === 'exact') return literally(token);
    const oneCharacter = kind === 'resource' ? '[^:]' : '.';
    if (token === '?') return oneCharacter;
    if (!token.startsWith('*')) return literally(token);
    const next = text.charAt(at + token.length);
    return kind === 'like' || next === '' || next === ':' ? '.*' : `${oneCharacter}*`;
  });
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
