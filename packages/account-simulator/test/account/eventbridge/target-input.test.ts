import type { BusEvent } from '../../../account/eventbridge/event.ts';
import { compileTargetInput, type TargetInput } from '../../../account/eventbridge/target-input.ts';

const event: BusEvent = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2015-11-11T21:29:54Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
  detail: { 'instance-id': 'i-0123456789', state: 'RUNNING', count: 2, said: 'a "b"', tags: ['x', 'y'] },
};
const context = {
  ruleArn: 'arn:aws:events:us-east-1:123456789012:rule/example',
  ruleName: 'example',
  ingestionTime: '2015-11-11T21:29:55.000Z',
};
const input = (target: TargetInput) => compileTargetInput(target)(event, context);
const paths = {
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  resource: '$.resources[0]',
  detail: '$.detail',
  count: "$['detail']['count']",
  said: '$.detail.said',
  gone: '$.detail.gone',
};
const transform = (InputTemplate: string) =>
  input({ InputTransformer: { InputPathsMap: paths, InputTemplate } });

describe('compileTargetInput', () => {
  it('is the whole event by default', () => {
    expect(input({})).toBe(event);
  });

  it('is a fixed JSON text', () => {
    expect(input({ Input: '{"service":"orders"}' })).toEqual({ service: 'orders' });
  });

  it('is a part of the event', () => {
    expect(input({ InputPath: '$.detail' })).toEqual(event.detail);
    expect(input({ InputPath: '$.detail.tags[1]' })).toBe('y');
    expect(input({ InputPath: '$' })).toEqual(event);
    expect(input({ InputPath: '$.detail.gone' })).toBeUndefined();
  });

  // The examples of "Input transformation".
  it.each([
    ['"instance <instance> is in <state>"', 'instance i-0123456789 is in RUNNING'],
    ['"instance \\"<instance>\\" is in <state>"', 'instance "i-0123456789" is in RUNNING'],
    ['{"instance": <instance>, "state": <state>}', { instance: 'i-0123456789', state: 'RUNNING' }],
    [
      '{"instance": <instance>, "state": "<state>", "status": "instance \\"<instance>\\" is in <state>"}',
      {
        instance: 'i-0123456789',
        state: 'RUNNING',
        status: 'instance "i-0123456789" is in RUNNING',
      },
    ],
    [
      '{"instance": <instance>, "state": [9, <state>, true], "Transformed": "Yes"}',
      { instance: 'i-0123456789', state: [9, 'RUNNING', true], Transformed: 'Yes' },
    ],
    [
      '{"ruleArn": <aws.events.rule-arn>, "ruleName": <aws.events.rule-name>, "at": <aws.events.event.ingestion-time>}',
      { ruleArn: context.ruleArn, ruleName: 'example', at: context.ingestionTime },
    ],
    ['"<aws.events.rule-name> triggered"', 'example triggered'],
    ['{"original": <aws.events.event.json>}', { original: event }],
    ['{"count": <count>, "resource": <resource>}', { count: 2, resource: event.resources[0] }],
    ['{"text": "<said> <<state>>"}', expect.anything()],
  ])('transforms %s', (template, expected) => {
    if (template.includes('<said>')) {
      // EventBridge does not escape a value inside a string; quotes break the JSON.
      expect(() => transform(template)).toThrow(
        expect.objectContaining({ code: 'INVALID_JSON', retry: false }),
      );
    } else {
      expect(transform(template)).toEqual(expected);
    }
  });

  it('gives the event without its detail', () => {
    const { detail: _detail, ...rest } = event;
    expect(transform('{"envelope": <aws.events.event>}')).toEqual({ envelope: rest });
  });

  it('removes the quotes of an object inside a string', () => {
    expect(transform('"Detail is <detail>"')).toContain('{instance-id:i-0123456789,state:RUNNING');
  });

  it('leaves out missing values', () => {
    expect(transform('{"gone": "<gone>"}')).toEqual({ gone: '' });
    expect(() => transform('{"gone": <gone>}')).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
  });

  it.each<[TargetInput, string]>([
    [{ Input: '{}', InputPath: '$' }, 'only one of'],
    [{ Input: 'not json' }, 'not JSON'],
    [{ Input: `"${'x'.repeat(8_192)}"` }, '8192'],
    [{ InputPath: 'detail' }, 'does not begin with $'],
    [{ InputPath: '$.detail[*]' }, '"[*]"'],
    [{ InputPath: '$..state' }, '"..state"'],
    [{ InputTransformer: { InputTemplate: '<unknown>' } }, '<unknown>'],
    [{ InputTransformer: { InputPathsMap: { 'aws.events.x': '$' }, InputTemplate: '1' } }, 'reserved'],
    [
      {
        InputTransformer: {
          InputPathsMap: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`p${i}`, '$'])),
          InputTemplate: '1',
        },
      },
      '100 paths',
    ],
  ])('refuses %#', (target, reason) => {
    expect(() => compileTargetInput(target)).toThrow(reason);
  });
});
