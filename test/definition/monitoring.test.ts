import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import {
  namespace,
  releaseFigures,
  releaseSets,
  sweepFigures,
  sweepSets,
} from '../../shared/telemetry/figures.ts';
import { resourcesOf, root, template, templateText } from './product-template.ts';

const propertiesOf = (id: string) => template.Resources[id].Properties;

/** A metric that an alarm or the dashboard reads. */
interface Looked {
  readonly at: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

const key = ({ namespace: space, name, dimensions }: Omit<Looked, 'at'>) =>
  `${space} ${name} by ${[...dimensions].sort().join(', ') || 'nothing'}`;

/** Every metric that the coordinator writes: by its functions, and by the filters of its log group. */
const written = new Set(
  [
    ...Object.keys(releaseFigures).flatMap((name) => releaseSets.map((dimensions) => ({ name, dimensions }))),
    ...Object.keys(sweepFigures).flatMap((name) => sweepSets.map((dimensions) => ({ name, dimensions }))),
    ...resourcesOf('AWS::Logs::MetricFilter').flatMap((id) =>
      (
        propertiesOf(id).MetricTransformations as { MetricName: string; Dimensions?: { Key: string }[] }[]
      ).map(({ MetricName: name, Dimensions = [] }) => ({
        name,
        dimensions: Dimensions.map(({ Key }) => Key),
      })),
    ),
  ].map((metric) => key({ namespace, ...metric })),
);

/** Metrics of AWS under their documented names, with their dimensions. */
const ofAws = new Set([
  'AWS/SQS ApproximateNumberOfMessagesVisible by QueueName',
  'AWS/States ExecutionsFailed by StateMachineArn',
  'AWS/States ExecutionsTimedOut by StateMachineArn',
  'AWS/States ConsumedCapacity by ServiceMetric',
]);

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly title: string; readonly metrics?: unknown[][]; readonly query?: string };
}

const [dashboard = ''] = resourcesOf('AWS::CloudWatch::Dashboard');
const { widgets } = JSON.parse(propertiesOf(dashboard).DashboardBody['Fn::Sub']) as { widgets: Widget[] };
const expressionsOf = ({ properties: { metrics = [] } }: Widget) =>
  metrics
    .map((metric) => metric.at(-1) as { id?: string; expression?: string })
    .filter((one) => one.expression);

const searches = widgets.flatMap((widget) =>
  expressionsOf(widget).flatMap(({ expression = '' }) => {
    const [, space, dimensions = '', name = ''] =
      /SEARCH\('\{([^,}]+),([^}]+)\} MetricName="([^"]+)"/.exec(expression) ?? [];
    return space
      ? [{ at: widget.properties.title, namespace: space, name, dimensions: dimensions.split(',') }]
      : [];
  }),
);

const onDashboard: Looked[] = widgets.flatMap(({ properties: { title, metrics = [] } }) =>
  metrics.flatMap((metric) => {
    const [space, name, ...rest] = metric.filter((part) => typeof part === 'string') as string[];
    if (space === undefined || name === undefined) return [];
    return [{ at: title, namespace: space, name, dimensions: rest.filter((_, index) => index % 2 === 0) }];
  }),
);

interface AlarmMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: { readonly Name: string }[];
}

const alarms = resourcesOf('AWS::CloudWatch::Alarm');
const inAlarms: Looked[] = alarms.flatMap((at) => {
  const properties = propertiesOf(at);
  const metrics: AlarmMetric[] = properties.Metrics
    ? properties.Metrics.flatMap(
        (one: { MetricStat?: { Metric: AlarmMetric } }) => one.MetricStat?.Metric ?? [],
      )
    : [properties];
  return metrics.map(({ Namespace, MetricName, Dimensions = [] }) => ({
    at,
    namespace: Namespace,
    name: MetricName,
    dimensions: Dimensions.map(({ Name }) => Name),
  }));
});

it('reads only metrics that are written, with their dimensions', () => {
  const looked = [...onDashboard, ...searches, ...inAlarms];
  expect(looked.length).toBeGreaterThan(30);
  expect(searches).toHaveLength(2);
  const unknown = looked.filter((metric) => !written.has(key(metric)) && !ofAws.has(key(metric)));
  expect(unknown).toEqual([]);
});

it('leaves out no metric that is written, by its environment', () => {
  const seen = new Set([...onDashboard, ...inAlarms].map(({ name }) => name));
  expect(
    [...Object.keys(releaseFigures), ...Object.keys(sweepFigures)].filter((name) => !seen.has(name)),
  ).toEqual([]);
});

it('calculates with metrics beside it, each with one id', () => {
  for (const widget of widgets) {
    const ids = (widget.properties.metrics ?? []).flatMap(
      (metric) => (metric.at(-1) as { id?: string }).id ?? [],
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const { expression = '' } of expressionsOf(widget)) {
      const used = expression.startsWith('SEARCH') ? [] : (expression.match(/\b[a-z]\w*\b/g) ?? []);
      expect(used.filter((id) => !ids.includes(id))).toEqual([]);
    }
  }
});

it('has widgets side by side, none over another, in a grid of 24', () => {
  const cells = widgets.flatMap(({ x, y, width, height }) =>
    Array.from(
      { length: width * height },
      (_, cell) => `${x + (cell % width)} ${y + Math.floor(cell / width)}`,
    ),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24);
});

it('may be mailed by each alarm', () => {
  const [policy = ''] = resourcesOf('AWS::SNS::TopicPolicy');
  const [{ Condition }] = propertiesOf(policy).PolicyDocument.Statement;
  const sources = Condition.ArnEquals['aws:SourceArn'].map(
    (source: { 'Fn::GetAtt': [string] }) => source['Fn::GetAtt'][0],
  );
  expect(sources.sort()).toEqual([...alarms].sort());
});

describe('a saved query', () => {
  const queries = resourcesOf('AWS::Logs::QueryDefinition');
  const fields = [
    ...[
      '@timestamp',
      'timestamp',
      'level',
      'message',
      'step',
      'environment',
      'requestId',
      'incident',
      'release',
    ],
    ...['deployment', 'service', 'target', 'attempt', 'wave', 'decision', 'why', 'error', 'ms', 'call'],
    ...['httpStatus', 'tries'],
  ];

  it.each(queries)('%s reads fields that lines have', (id) => {
    const text: string = propertiesOf(id).QueryString;
    const named = new Set([...text.matchAll(/ as (\w+)/g)].map(([, name]) => name));
    const functions = ['count', 'latest', 'pct', 'max', 'avg'];
    const words = [
      'fields',
      'filter',
      'sort',
      'asc',
      'desc',
      'limit',
      'stats',
      'by',
      'as',
      'in',
      'or',
      'and',
    ];
    const used = text.replaceAll(/"[^"]*"/g, '').match(/@?[a-zA-Z]\w*/g) ?? [];
    expect(used.filter((word) => ![...fields, ...functions, ...words, ...named].includes(word))).toEqual([]);
    expect(propertiesOf(id).LogGroupNames).toEqual([{ Ref: 'FunctionsLogGroup' }]);
  });

  it('names existing steps', () => {
    const named = queries.flatMap((id) => {
      const [, list = ''] = /step in \[([^\]]+)\]/.exec(propertiesOf(id).QueryString) ?? [];
      return [...list.matchAll(/"(\w+)"/g)].map(([, step]) => `${step}Function`);
    });
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((id) => !template.Resources[id])).toEqual([]);
  });
});

it('has its own name for a second coordinator', () => {
  const place = {
    accountId: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    stackName: 'coordinator',
  };
  const given = { Environment: 'prod', StakeholderEmail: 'on-call@example.com' };
  expect(() => loadStack(path.join(root, 'template.yaml'), given, place)).not.toThrow();
  const named = ['AWS::Logs::QueryDefinition', 'AWS::CloudWatch::Dashboard']
    .flatMap(resourcesOf)
    .map(propertiesOf);
  for (const { Name, DashboardName } of named)
    expect((Name ?? DashboardName)['Fn::Sub']).toMatch(/^\$\{Name\}/);
  expect(templateText.match(/^ {2}\w+Query:/gm)).toHaveLength(5);
});
