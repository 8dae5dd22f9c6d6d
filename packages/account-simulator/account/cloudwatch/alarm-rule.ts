import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';

/** The rule of a composite alarm. */
export interface AlarmRule {
  /** Names of the alarms in the rule. */
  readonly children: readonly string[];
  /** Whether the rule holds for the given states of its children. */
  holds(stateOf: (name: string) => StateValue | undefined): boolean;
}

type Test = (stateOf: (name: string) => StateValue | undefined) => boolean;

const TOKEN = /\s*(?:([()])|"([^"]*)"|([^\s()"]+))/y;
const STATES: Readonly<Record<string, StateValue>> = {
  ALARM: 'ALARM',
  OK: 'OK',
  INSUFFICIENT_DATA: 'INSUFFICIENT_DATA',
};

/**
 * Parses an alarm rule: `ALARM(x)`, `OK(x)`, `INSUFFICIENT_DATA(x)` of a name or ARN, `TRUE`, `FALSE`, combined with `AND`,
 * `OR`, `NOT` and parentheses; NOT binds before AND, AND before OR (CloudWatch API Reference, PutCompositeAlarm, AlarmRule).
 *
 * @throws AwsError naming the place for anything else, `AT_LEAST` included
 */
export function parseAlarmRule(rule: string): AlarmRule {
  return new Parser(rule).parse();
}

class Parser {
  readonly #rule: string;
  readonly #tokens: { readonly text: string; readonly quoted: boolean }[] = [];
  readonly #children = new Set<string>();
  #next = 0;

  constructor(rule: string) {
    this.#rule = rule;
    const text = rule.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (match === null) throw this.#refusal('a quote is not closed');
      this.#tokens.push({
        text: (match[1] ?? match[2] ?? match[3]) as string,
        quoted: match[2] !== undefined,
      });
    }
  }

  parse(): AlarmRule {
    const test = this.#or();
    if (this.#next < this.#tokens.length) {
      throw this.#refusal(`"${this.#tokens[this.#next]?.text}" is unexpected`);
    }
    return { children: [...this.#children], holds: test };
  }

  #or(): Test {
    let left = this.#and();
    while (this.#accept('OR')) {
      const [a, b] = [left, this.#and()];
      left = (stateOf) => a(stateOf) || b(stateOf);
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    while (this.#accept('AND')) {
      const [a, b] = [left, this.#not()];
      left = (stateOf) => a(stateOf) && b(stateOf);
    }
    return left;
  }

  #not(): Test {
    if (this.#accept('NOT')) {
      const inner = this.#not();
      return (stateOf) => !inner(stateOf);
    }
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('TRUE')) return () => true;
    if (this.#accept('FALSE')) return () => false;
    const token = this.#tokens[this.#next];
    const wanted = token === undefined || token.quoted ? undefined : STATES[token.text];
    if (wanted === undefined) throw this.#refusal(`"${token?.text ?? 'its end'}" is not simulated here`);
    this.#next += 1;
    this.#expect('(');
    const name = this.#name();
    this.#expect(')');
    return (stateOf) => stateOf(name) === wanted;
  }

  #name(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || (!token.quoted && /^[()]$/.test(token.text))) {
      throw this.#refusal('an alarm name is missing');
    }
    this.#next += 1;
    const name = token.text.replace(/^arn:[^:]+:cloudwatch:[^:]*:\d+:alarm:/, '');
    this.#children.add(name);
    return name;
  }

  #accept(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.quoted || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#refusal(`"${text}" is missing`);
  }

  #refusal(reason: string): AwsError {
    return new AwsError(
      'ValidationException',
      `AlarmRule ${JSON.stringify(this.#rule)} was not understood: ${reason}.`,
    );
  }
}
