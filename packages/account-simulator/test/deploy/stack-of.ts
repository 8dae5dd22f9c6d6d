import type { ParameterValues } from '../../deploy/stack.ts';
import { readStack } from '../../deploy/stack.ts';
import type { StackSpec } from '../../deploy/stack-spec.ts';
import { TemplateError } from '../../deploy/template-problem.ts';

interface Options {
  readonly parameters?: ParameterValues;
  readonly files?: Readonly<Record<string, string>>;
}

/** The stack `my-stack` that a template text describes. */
export function stackOf(text: string, { parameters = {}, files = {} }: Options = {}): StackSpec {
  return readStack({
    file: 'template.yaml',
    text,
    parameters,
    place: { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'my-stack' },
    readText: (path) => files[path],
  });
}

/** The problems of a template, one `path: reason` each. */
export function problemsOf(text: string, options: Options = {}): string[] {
  try {
    stackOf(text, options);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.problems.map(({ path, reason }) => `${path}: ${reason}`);
  }
  return [];
}

/** The value of a template's output `Value`. */
export function evaluate(value: string, { sections = '', parameters = {} } = {}) {
  const text = `${sections}\n${queue}\nOutputs: { Value: { Value: ${value} } }`;
  return stackOf(text, { parameters }).outputs.Value;
}

/** The problems of the template that {@link evaluate} would use. */
export function problemsOfEvaluating(value: string, { sections = '', parameters = {} } = {}) {
  return problemsOf(`${sections}\n${queue}\nOutputs: { Value: { Value: ${value} } }`, { parameters });
}

const queue = 'Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } } }';
