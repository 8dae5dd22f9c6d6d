import { StackRegistry } from '../../../account/cloudformation/stack-registry.ts';
import { resolveResource } from '../../../account/cloudformation/stack-scope.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';
import { type DocumentedInput, documentedInputs, Refused, templateOf } from './documented-inputs.ts';

/** The simulated CloudFormation's answer to an input. */
function answerOf(input: DocumentedInput): unknown {
  const registry = new StackRegistry(new SeededRandom('stacks'), '111122223333', 'eu-west-1');
  const text = templateOf(input);
  const Parameters = Object.entries(input.parameters ?? {}).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  try {
    const stack = registry.newStack('my-stack', 0, (id) =>
      registry.define(id, 'my-stack', registry.parse(text), text, { Parameters }, undefined),
    );
    stack.resources.set('Motto', {
      logicalId: 'Motto',
      type: 'AWS::SSM::Parameter',
      physicalId: '/motto',
      properties: {},
      attributes: { Value: 'hello' },
      updatePolicy: undefined,
      deletionPolicy: undefined,
      updateReplacePolicy: undefined,
      status: 'CREATE_COMPLETE',
      reason: undefined,
      updatedAt: 0,
      dirty: false,
    });
    const Value = stack.definition.outputs[0]?.value ?? null;
    return resolveResource(stack, { Type: 'any', Properties: { Value } }).properties.Value;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
    return new Refused(error.message);
  }
}

it.each(documentedInputs)('CloudFormation answers $value as documented: $source', (input) => {
  expect(answerOf(input)).toEqual(input.answer);
});
