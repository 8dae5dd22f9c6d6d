import { readEmbeddedMetrics } from '../../../account/cloudwatch/embedded-metrics.ts';

const at = Date.parse('2026-01-05T09:00:00Z');
const directive = {
  Namespace: 'Shop',
  Dimensions: [[], ['Service']],
  Metrics: [{ Name: 'Orders', Unit: 'Count' }],
};
const line = (changes: object = {}, root: object = {}) =>
  JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [{ ...directive, ...changes }] },
    Service: 'orders',
    Orders: 3,
    ...root,
  });

it('makes a point for each metric and each set of dimensions', () => {
  const point = { namespace: 'Shop', name: 'Orders', unit: 'Count', value: 3, at };
  expect(readEmbeddedMetrics(line(), at)).toEqual([
    { ...point, dimensions: {} },
    { ...point, dimensions: { Service: 'orders' } },
  ]);
});

it.each(['plain text', '"_aws"', '{"level": "INFO"}', 'null'])('makes none of %s', (text) => {
  expect(readEmbeddedMetrics(text, at)).toEqual([]);
});

it.each([
  [line({ Namespace: '' }), /Namespace/],
  [line({ Metrics: Array(101).fill({ Name: 'Orders' }) }), /at most 100/],
  [line({ Dimensions: [Array(31).fill('Service')] }), /30 dimensions/],
  [line({ Dimensions: [['Region']] }), /dimension Region/],
  [line({}, { Service: '' }), /dimension Service/],
  [line({}, { Orders: '3' }), /metric Orders has no number/],
  [line({}, { _aws: { Timestamp: at - 15 * 86_400_000, CloudWatchMetrics: [] } }), /too far/],
  [line({}, { _aws: { Timestamp: at + 3 * 3_600_000, CloudWatchMetrics: [] } }), /too far/],
  [line({}, { _aws: { CloudWatchMetrics: [] } }), /whole number/],
])('refuses a line from which CloudWatch makes no metric', (text, problem) => {
  expect(() => readEmbeddedMetrics(text, at)).toThrow(problem);
});
