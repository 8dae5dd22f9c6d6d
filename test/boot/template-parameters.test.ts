import { evaluate, problemsOfEvaluating } from './stack-of.ts';

function declare(declaration: string): string {
  return `Parameters: { Stage: ${declaration} }`;
}

describe('resolveParameters', () => {
  it('takes the given value before the default', () => {
    const sections = declare('{ Type: String, Default: test }');
    expect(evaluate('!Ref Stage', { sections })).toBe('test');
    expect(evaluate('!Ref Stage', { sections, parameters: { Stage: 'live' } })).toBe('live');
  });

  it('gives numbers as text and lists as lists, as Ref does', () => {
    expect(evaluate('!Ref Stage', { sections: declare('{ Type: Number, Default: 3 }') })).toBe('3');
    const list = declare('{ Type: CommaDelimitedList, Default: "a, b" }');
    expect(evaluate('!Ref Stage', { sections: list })).toEqual(['a', 'b']);
  });

  it.each([
    ['{ Type: String }', {}, 'has no default and was given no value'],
    ['{ Type: String, AllowedValues: [a, b] }', { Stage: 'c' }, '"c" is not allowed; allowed are: a, b'],
    [
      '{ Type: String, AllowedPattern: "[a-z]+" }',
      { Stage: 'ab1' },
      '"ab1" does not match the pattern [a-z]+',
    ],
    ['{ Type: String, MinLength: 3 }', { Stage: 'ab' }, '"ab" is too small: the length must be at least 3'],
    ['{ Type: Number, MaxValue: 9 }', { Stage: 10 }, '"10" is too large: the value must be at most 9'],
    ['{ Type: Number }', { Stage: 'ten' }, '"ten" is not a number'],
    [
      '{ Type: String, AllowedValues: [a], ConstraintDescription: only a }',
      { Stage: 'b' },
      '"b" is not allowed; allowed are: a (only a)',
    ],
  ])('refuses a bad value of %s', (declaration, parameters, reason) => {
    expect(problemsOfEvaluating('a', { sections: declare(declaration), parameters })).toEqual([
      `Parameters.Stage: ${reason}`,
    ]);
  });

  it('refuses a value for a parameter that is not declared, and names those that are', () => {
    const sections = declare('{ Type: String, Default: a }');
    expect(problemsOfEvaluating('a', { sections, parameters: { Staeg: 'a' } })).toEqual([
      'Parameters.Staeg: was given a value but is not declared; declared are: Stage',
    ]);
  });

  it('refuses a type whose value only AWS could look up', () => {
    const sections = declare("{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /a }");
    expect(problemsOfEvaluating('a', { sections }).join()).toContain('is not simulated');
  });
});
