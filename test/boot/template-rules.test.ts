import { problemsOfEvaluating } from './stack-of.ts';

function problemsWith(rule: string, parameters = {}): string[] {
  const sections = `Parameters: { Stage: { Type: String, Default: test } }\nRules: { OnlyLive: ${rule} }`;
  return problemsOfEvaluating('a', { sections, parameters });
}

const live = '{ "Fn::Equals": [!Ref Stage, live] }';

describe('checkRules', () => {
  it('lets a template pass whose assertions hold', () => {
    const rule = `{ Assertions: [{ Assert: ${live}, AssertDescription: Only live. }] }`;
    expect(problemsWith(rule, { Stage: 'live' })).toEqual([]);
  });

  it('notes an assertion that does not hold, in its own words', () => {
    const rule = `{ Assertions: [{ Assert: ${live}, AssertDescription: Only live. }] }`;
    expect(problemsWith(rule)).toEqual(['Rules.OnlyLive.Assertions[0]: Only live.']);
  });

  it('reads pseudo parameters', () => {
    const rule = '{ Assertions: [{ Assert: { "Fn::Equals": [!Ref AWS::Region, us-east-1] } }] }';
    expect(problemsWith(rule)).toEqual(['Rules.OnlyLive.Assertions[0]: does not hold']);
  });

  it('asserts nothing where the condition of the rule does not hold', () => {
    const rule = `{ RuleCondition: ${live}, Assertions: [{ Assert: { "Fn::Not": [${live}] } }] }`;
    expect(problemsWith(rule)).toEqual([]);
    expect(problemsWith(rule, { Stage: 'live' })).toEqual(['Rules.OnlyLive.Assertions[0]: does not hold']);
  });

  it.each([
    ['{ Assert: true }', 'Rules.OnlyLive: must be a mapping with a list of Assertions'],
    ['{ Assertions: [{}] }', 'Rules.OnlyLive.Assertions[0]: must be a mapping with an Assert, not a mapping'],
    [
      '{ Assertions: [{ Assert: { "Fn::Equals": [!Ref Missing, a] } }] }',
      'Rules.OnlyLive.Assertions[0].Assert.Fn::Equals[0]: there is no parameter or resource Missing',
    ],
  ])('refuses %s', (rule, problem) => {
    expect(problemsWith(rule)).toContain(problem);
  });
});
