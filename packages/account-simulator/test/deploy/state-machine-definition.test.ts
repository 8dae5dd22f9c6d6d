// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation and of definitions
import { readDefinition } from '../../deploy/state-machine-definition.ts';
import { ProblemList } from '../../deploy/template-problem.ts';

function read(text: string, substitutions: Record<string, string> = {}) {
  const problems = new ProblemList('template.yaml');
  const definition = readDefinition(
    text,
    substitutions,
    'a.asl.yaml',
    'Resources.Run.DefinitionSubstitutions',
    problems,
  );
  return {
    definition,
    problems: problems.problems.map(({ file, path, reason }) => `${file} ${path}: ${reason}`),
  };
}

describe('readDefinition', () => {
  it('replaces before it parses, so that an unquoted placeholder can be a number', () => {
    const text = 'Seconds: ${Seconds}\nText: "${Seconds}"\nArn: ${Arn}';
    expect(read(text, { Seconds: '15', Arn: 'arn:aws:sns:eu-west-1:1:a' })).toEqual({
      definition: { Seconds: 15, Text: '15', Arn: 'arn:aws:sns:eu-west-1:1:a' },
      problems: [],
    });
  });

  it('replaces placeholders in a replacement', () => {
    expect(read('{"A": "${Outer}"}', { Outer: 'x${Inner}', Inner: 'y' }).definition).toEqual({ A: 'xy' });
  });

  it('leaves JSONata alone', () => {
    expect(read('A: "{% $merge([{}, $states.input]) %}"').problems).toEqual([]);
  });

  it('refuses a placeholder without a value, at its place in the definition', () => {
    expect(read('States: { A: { Resource: "${NoArn}" } }').problems).toEqual([
      'a.asl.yaml States.A.Resource: ${NoArn} has no value in DefinitionSubstitutions',
    ]);
  });

  it('refuses a value that no placeholder uses', () => {
    expect(read('StartAt: A', { Unused: 'x' }).problems).toEqual([
      'template.yaml Resources.Run.DefinitionSubstitutions.Unused: ${Unused} does not occur in a.asl.yaml',
    ]);
  });

  it('refuses values that contain each other', () => {
    expect(read('A: ${A}', { A: '${B}', B: '${A}' }).problems.join()).toContain(
      'hold each other in a circle',
    );
  });

  it('refuses a definition that is not a mapping', () => {
    expect(read('[1, 2]').problems).toEqual(['a.asl.yaml : must be a mapping, not a list']);
  });
});
