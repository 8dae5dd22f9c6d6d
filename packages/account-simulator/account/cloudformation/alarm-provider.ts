import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { newPhysicalName } from './physical-name.ts';
import type { ResourceProvider } from './resource-provider.ts';

/** CloudWatch, as stacks create alarms in it. Each method may throw an AwsError to fail the resource. */
export interface AlarmStore {
  /** Creates an alarm; an existing alarm of that name is changed and keeps its state. */
  putMetric(input: PutMetricAlarmInput): void;
  putComposite(input: PutCompositeAlarmInput): void;
  delete(name: string): void;
  arn(name: string): string;
}

type Properties = Readonly<Record<string, unknown>>;

/** AWS::CloudWatch::Alarm: its properties are the members of PutMetricAlarm. */
export function metricAlarmProvider(alarms: AlarmStore, random: SeededRandom): ResourceProvider {
  const put = (input: Properties) => alarms.putMetric(input as unknown as PutMetricAlarmInput);
  return alarmProvider(alarms, random, [3, 5], put);
}

/** AWS::CloudWatch::CompositeAlarm: its properties are the members of PutCompositeAlarm. */
export function compositeAlarmProvider(alarms: AlarmStore, random: SeededRandom): ResourceProvider {
  const put = (input: Properties) => alarms.putComposite(input as unknown as PutCompositeAlarmInput);
  // Earlier than the alarms in its rule: CloudWatch does not delete an alarm that a composite alarm refers to.
  return alarmProvider(alarms, random, [1, 2], put);
}

function alarmProvider(
  alarms: AlarmStore,
  random: SeededRandom,
  seconds: ResourceProvider['seconds'],
  put: (input: Properties) => void,
): ResourceProvider {
  const write = (AlarmName: string, properties: Properties) =>
    put({ ...(typed(properties) as Properties), AlarmName });
  return {
    seconds,
    create: ({ stack, logicalId, type, properties }) => {
      const name = newPhysicalName(stack.name, logicalId, type, properties, random);
      write(name, properties);
      return { physicalId: name, attributes: { Arn: alarms.arn(name) } };
    },
    update: ({ properties }, { physicalId }) => {
      write(physicalId, properties);
      return undefined;
    },
    delete: ({ physicalId }) => alarms.delete(physicalId),
  };
}

const numbers: ReadonlySet<string> = new Set([
  'ActionsSuppressorExtensionPeriod',
  'ActionsSuppressorWaitPeriod',
  'DatapointsToAlarm',
  'EvaluationPeriods',
  'Period',
  'Threshold',
]);
const booleans: ReadonlySet<string> = new Set(['ActionsEnabled', 'ReturnData']);

/** The value with its numbers and booleans typed: a template may write them as text, and parameters always are text. */
function typed(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => typed(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item, key)]));
  }
  if (typeof value !== 'string') return value;
  if (numbers.has(name)) return Number(value);
  return booleans.has(name) ? value === 'true' : value;
}
