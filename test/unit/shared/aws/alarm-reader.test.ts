import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { AlarmReader } from '../../../../shared/aws/alarm-reader.ts';

const cloudWatch = mockClient(CloudWatchClient);
const reader = new AlarmReader(new CloudWatchClient({}));

beforeEach(() => cloudWatch.reset());

describe('the metrics that an alarm looks at', () => {
  const of = (...names: string[]) =>
    names.map((Value, index) => ({ Name: ['FunctionName', 'Resource', 'ExecutedVersion'][index], Value }));
  const stat = (Id: string, Namespace: string, ...names: string[]) => ({
    Id,
    MetricStat: {
      Metric: { Namespace, MetricName: 'Errors', Dimensions: of(...names) },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const metrics = async (alarm: object) => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ MetricAlarms: [{ AlarmName: 'a', StateValue: 'OK', ...alarm }] });
    return (await reader.details(['a']))[0]?.metrics;
  };

  it.each<[string, object, object[] | undefined]>([
    [
      'of Lambda',
      { MetricName: 'Errors', Namespace: 'AWS/Lambda', Dimensions: of('f', 'f:live', '5') },
      [{ function: 'f', resource: 'f:live', version: '5' }],
    ],
    ['of all functions', { MetricName: 'Errors', Namespace: 'AWS/Lambda' }, [{}]],
    ['of others', { MetricName: '5XXError', Namespace: 'AWS/ApiGateway' }, undefined],
    [
      'of an expression of Lambda',
      {
        Metrics: [stat('e', 'AWS/Lambda', 'f'), stat('i', 'AWS/Lambda', 'g'), { Id: 'x', Expression: 'e/i' }],
      },
      [{ function: 'f' }, { function: 'g' }],
    ],
    [
      'of an expression with others',
      { Metrics: [stat('e', 'AWS/Lambda', 'f'), stat('i', 'Shop'), { Id: 'x', Expression: 'e+i' }] },
      undefined,
    ],
    [
      'that an expression searches',
      { Metrics: [{ Id: 'x', Expression: "SUM(SEARCH('{AWS/Lambda,FunctionName} Errors', 'Sum'))" }] },
      undefined,
    ],
    [
      'that a query selects beside one of Lambda',
      {
        Metrics: [
          stat('e', 'AWS/Lambda', 'f'),
          { Id: 'x', Expression: 'SELECT SUM(Errors) FROM "AWS/Lambda"' },
        ],
      },
      undefined,
    ],
  ])('are those %s', async (_, alarm, found) => {
    expect(await metrics(alarm)).toEqual(found);
  });

  it('are not known of a composite alarm', async () => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ CompositeAlarms: [{ AlarmName: 'a', StateValue: 'OK', AlarmRule: 'ALARM("b")' }] });
    expect((await reader.details(['a']))[0]?.metrics).toBeUndefined();
  });
});
