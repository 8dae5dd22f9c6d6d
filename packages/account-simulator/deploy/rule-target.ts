import type { SimulatedAccount } from '../account/account.ts';
import type { RuleTarget } from '../account/eventbridge/event-bridge.ts';
import type { SeededRandom } from '../random/seeded-random.ts';
import type { StackSpec, TargetSpec } from './stack-spec.ts';

/**
 * The target of a rule or schedule: delivers the input made from an event.
 *
 * A function is invoked asynchronously; a machine is started under the target's role; a queue or topic receives a message.
 * The event bus retries failed deliveries.
 */
export function makeTarget(spec: TargetSpec, stack: StackSpec, account: SimulatedAccount): RuleTarget {
  const { deadLetterArn, input, inputPath, inputTransformer } = spec;
  return {
    id: spec.id,
    arn: spec.arn,
    receive: receiverOf(spec, stack, account),
    retryPolicy: {
      MaximumRetryAttempts: spec.maximumRetryAttempts,
      MaximumEventAgeInSeconds: spec.maximumEventAgeSeconds,
    },
    ...(input === undefined ? {} : { Input: input }),
    ...(inputPath === undefined ? {} : { InputPath: inputPath }),
    ...(inputTransformer === undefined
      ? {}
      : {
          InputTransformer: {
            InputPathsMap: inputTransformer.inputPathsMap,
            InputTemplate: inputTransformer.inputTemplate,
          },
        }),
    ...(deadLetterArn === undefined
      ? {}
      : {
          deadLetter: ({ event, attributes }) =>
            account.send(deadLetterArn, JSON.stringify(event), attributes),
        }),
  };
}

function receiverOf(spec: TargetSpec, stack: StackSpec, account: SimulatedAccount): RuleTarget['receive'] {
  const { arn, roleArn } = spec;
  if (account.lambdaRuntime.has(arn)) {
    return (input) => account.lambdaRuntime.invokeLater(arn, JSON.stringify(input));
  }
  if (stack.machines.some((machine) => machine.arn === arn)) {
    const resource = stack.roles.find((role) => role.roleArn === roleArn)?.logicalId;
    const caller = { principal: roleArn ?? 'events.amazonaws.com', ...(resource && { resource }) };
    const names = account.random.fork(`execution-names/${spec.id}`);
    return (input, event) =>
      account.wire.call(
        'sfn',
        'StartExecution',
        { stateMachineArn: arn, name: executionName(event.id, names), input: JSON.stringify(input) },
        caller,
      );
  }
  if (account.queue(arn)) return (input) => account.send(arn, JSON.stringify(input));
  const caller = { principal: 'events.amazonaws.com' };
  return (input) =>
    account.wire.call('sns', 'Publish', { TopicArn: arn, Message: JSON.stringify(input) }, caller);
}

/**
 * EventBridge names the execution it starts after the event, with a suffix of its own. The form of the suffix is not
 * documented; a new one for each delivery means that an event delivered twice starts two executions.
 */
function executionName(eventId: string, names: SeededRandom): string {
  return `${eventId}_${names.uuid()}`;
}
