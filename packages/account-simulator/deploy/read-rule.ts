import { isMap } from '../account/template/template-value.ts';
import type { PropertyReader } from './property-reader.ts';
import type { Named, RuleSpec, ScheduleSpec, TargetSpec } from './stack-spec.ts';

/** Reads a rule of the default event bus. */
export function readRule(properties: PropertyReader, identity: Named): RuleSpec {
  properties.oneOf('EventBusName', ['default'], 'default');
  const pattern = properties.raw('EventPattern');
  const schedule = properties.optionalText('ScheduleExpression');
  if (pattern === undefined && schedule === undefined) {
    properties.refuse('', 'needs an EventPattern or a ScheduleExpression');
  }
  const targets = properties.maps('Targets').map(readTarget);
  if (targets.length === 0) properties.refuse('Targets', 'is required: a rule without targets does nothing');
  return {
    ...identity,
    enabled: properties.oneOf('State', ['ENABLED', 'DISABLED'], 'ENABLED') === 'ENABLED',
    targets,
    ...(pattern === undefined
      ? {}
      : { eventPattern: isMap(pattern) ? pattern : readPatternText(properties) }),
    ...(schedule === undefined ? {} : { scheduleExpression: schedule }),
  };
}

function readPatternText(properties: PropertyReader) {
  properties.refuse('EventPattern', 'must be a mapping');
  return {};
}

/** Reads a schedule of EventBridge Scheduler. */
export function readSchedule(properties: PropertyReader, identity: Named): ScheduleSpec {
  properties.map('FlexibleTimeWindow').only(['Mode']).oneOf('Mode', ['OFF']);
  return {
    ...identity,
    enabled: properties.oneOf('State', ['ENABLED', 'DISABLED'], 'ENABLED') === 'ENABLED',
    scheduleExpression: properties.text('ScheduleExpression'),
    timezone: properties.oneOf('ScheduleExpressionTimezone', ['UTC'], 'UTC'),
    target: readTarget(properties.map('Target')),
  };
}

const targetProperties = [
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'DeadLetterConfig',
  'RetryPolicy',
];

function readTarget(target: PropertyReader): TargetSpec {
  target.only(targetProperties);
  const inputs = ['Input', 'InputPath', 'InputTransformer'].filter((name) => target.has(name));
  if (inputs.length > 1) target.refuse(inputs[1] as string, `cannot stand beside ${inputs[0]}`);
  const retry = target.map('RetryPolicy').only(['MaximumRetryAttempts', 'MaximumEventAgeInSeconds']);
  const deadLetter = target.map('DeadLetterConfig').only(['Arn']);
  const transformer = target.map('InputTransformer').only(['InputPathsMap', 'InputTemplate']);
  const paths = transformer.map('InputPathsMap');
  const optional = {
    roleArn: target.optionalText('RoleArn'),
    input: target.optionalText('Input'),
    inputPath: target.optionalText('InputPath'),
    deadLetterArn: target.has('DeadLetterConfig') ? deadLetter.text('Arn') : undefined,
    inputTransformer: target.has('InputTransformer')
      ? {
          inputPathsMap: Object.fromEntries(paths.keys().map((name) => [name, paths.text(name)])),
          inputTemplate: transformer.text('InputTemplate'),
        }
      : undefined,
  };
  return {
    id: target.text('Id', 'target'),
    arn: target.text('Arn'),
    // EventBridge's defaults: 24 hours and 185 attempts (Amazon EventBridge User Guide, "Event retry policy").
    maximumRetryAttempts: retry.whole('MaximumRetryAttempts', 0, 185, 185),
    maximumEventAgeSeconds: retry.whole('MaximumEventAgeInSeconds', 60, 86_400, 86_400),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as object),
  };
}
