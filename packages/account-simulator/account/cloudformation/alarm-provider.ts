import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { newPhysicalName } from './physical-name.ts';
import type { ResourceProvider } from './resource-provider.ts';

/** CloudWatch as stacks make alarms in it. Each may throw an AwsError to fail the resource. */
export interface AlarmStore {
  /** Makes an alarm, or changes the one of its name and keeps its state. */
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
  // Sooner than the alarms of its rule: CloudWatch deletes none that a composite alarm refers to.
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

/** The value with numbers and booleans as such, which a template may write as text, and parameters always give as text. */
function typed(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => typed(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item, key)]));
  }
  if (typeof value !== 'string') return value;
  if (numbers.has(name)) return Number(value);
  return booleans.has(name) ? value === 'true' : value;
}
