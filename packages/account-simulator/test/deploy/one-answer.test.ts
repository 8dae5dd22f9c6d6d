import { documentedInputs, Refused, templateOf } from '../account/template/documented-inputs.ts';
import { problemsOf, stackOf } from './stack-of.ts';

it.each(documentedInputs)('a rehearsal answers $value as CloudFormation does: $source', (input) => {
  const { answer, parameters = {} } = input;
  const text = templateOf(input);
  const problems = problemsOf(text, { parameters });
  if (answer instanceof Refused) {
    expect(problems).toContainEqual(expect.stringMatching(/^[\w.:[\]]+: /));
    expect(problems.map((problem) => problem.replace(/^[\w.:[\]]+: /, ''))).toContain(answer.message);
  } else {
    expect(problems).toEqual([]);
    expect(stackOf(text, { parameters }).outputs.Value).toEqual(answer);
  }
});
