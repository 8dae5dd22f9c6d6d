import { compileEventPattern } from '../../../account/eventbridge/event-pattern.ts';

const event = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'CodeDeploy Deployment State-change Notification',
  source: 'aws.codedeploy',
  account: '123456789012',
  time: '2026-10-02T18:43:48Z',
  region: 'eu-west-1',
  resources: [
    'arn:aws:codedeploy:eu-west-1:123456789012:application:shop',
    'arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:shop/orders',
  ],
  detail: {
    application: 'shop',
    deploymentId: 'd-123456789',
    state: 'FAILURE',
    path: 'dir/file.png',
    star: 'a*b\\c',
    empty: '',
    nothing: null,
    yes: true,
    'c-count': 5,
    'd-count': 9,
    'x-limit': 301.8,
    address: '10.0.0.123',
    address6: '2001:db8::1',
    tags: ['blue', 'green'],
    none: [],
    nested: { deep: { value: 1 } },
    items: [
      { name: 'a', price: 1 },
      { name: 'b', price: 2 },
    ],
  },
};

const matches = (pattern: object) => compileEventPattern(pattern)(event);
const detail = (field: string, ...wanted: unknown[]) => matches({ detail: { [field]: wanted } });

describe('compileEventPattern', () => {
  it("matches the coordinator's pattern for deployments", () => {
    const pattern = {
      source: ['aws.codedeploy'],
      'detail-type': ['CodeDeploy Deployment State-change Notification'],
      detail: { state: ['START', 'FAILURE', 'STOP'], application: [{ prefix: 'sh' }] },
    };
    expect(matches(pattern)).toBe(true);
    expect(compileEventPattern(pattern)({ ...event, source: 'aws.ecs' })).toBe(false);
    // The event's state is FAILURE; a pattern with the API's status never matches.
    expect(matches({ ...pattern, detail: { state: ['FAILED', 'STOPPED'] } })).toBe(false);
  });

  // Field, a matching value, a value that must not match: the operators of "Comparison operators for use in event patterns".
  it.each<[string, string, unknown, unknown]>([
    ['a string', 'state', 'FAILURE', 'failure'],
    ['a number', 'c-count', 5, '5'],
    ['true', 'yes', true, 'true'],
    ['null', 'nothing', null, ''],
    ['empty', 'empty', '', null],
    ['prefix', 'deploymentId', { prefix: 'd-' }, { prefix: 'D-' }],
    [
      'prefix ignoring case',
      'application',
      { prefix: { 'equals-ignore-case': 'SH' } },
      { prefix: { 'equals-ignore-case': 'HO' } },
    ],
    ['suffix', 'path', { suffix: '.png' }, { suffix: '.PNG' }],
    [
      'suffix ignoring case',
      'path',
      { suffix: { 'equals-ignore-case': '.PNG' } },
      { suffix: { 'equals-ignore-case': '.jpg' } },
    ],
    ['equals-ignore-case', 'state', { 'equals-ignore-case': 'failure' }, { 'equals-ignore-case': 'fail' }],
    ['wildcard', 'path', { wildcard: 'dir/*.png' }, { wildcard: 'dir/*.jpg' }],
    ['wildcard, anchored', 'path', { wildcard: '*file*' }, { wildcard: 'file*' }],
    ['wildcard, literal characters', 'star', { wildcard: 'a\\*b\\\\*' }, { wildcard: 'a\\*\\*' }],
    ['wildcard, no regular expression', 'path', { wildcard: '*.png' }, { wildcard: '*xpng' }],
    ['anything-but a string', 'state', { 'anything-but': 'START' }, { 'anything-but': 'FAILURE' }],
    ['anything-but a number', 'c-count', { 'anything-but': 123 }, { 'anything-but': 5 }],
    [
      'anything-but strings',
      'state',
      { 'anything-but': ['START', 'STOP'] },
      { 'anything-but': ['STOP', 'FAILURE'] },
    ],
    ['anything-but numbers', 'c-count', { 'anything-but': [100, 200] }, { 'anything-but': [5, 200] }],
    [
      'anything-but a prefix',
      'state',
      { 'anything-but': { prefix: 'ST' } },
      { 'anything-but': { prefix: 'FAIL' } },
    ],
    [
      'anything-but prefixes',
      'state',
      { 'anything-but': { prefix: ['ST', 'S'] } },
      { 'anything-but': { prefix: ['ST', 'FA'] } },
    ],
    [
      'anything-but a suffix',
      'path',
      { 'anything-but': { suffix: '.txt' } },
      { 'anything-but': { suffix: ['.txt', '.png'] } },
    ],
    [
      'anything-but ignoring case',
      'state',
      { 'anything-but': { 'equals-ignore-case': ['start'] } },
      { 'anything-but': { 'equals-ignore-case': 'Failure' } },
    ],
    [
      'anything-but a wildcard',
      'path',
      { 'anything-but': { wildcard: '*/lib/*' } },
      { 'anything-but': { wildcard: ['*/lib/*', 'dir/*'] } },
    ],
    ['numeric range', 'c-count', { numeric: ['>', 0, '<=', 5] }, { numeric: ['>', 0, '<', 5] }],
    ['numeric less', 'd-count', { numeric: ['<', 10] }, { numeric: ['<', 9] }],
    ['numeric equal', 'x-limit', { numeric: ['=', 3.018e2] }, { numeric: ['=', 3.018e3] }],
    ['numeric, not of strings', 'd-count', { numeric: ['>=', 9] }, { numeric: ['>', 9] }],
    ['cidr', 'address', { cidr: '10.0.0.0/24' }, { cidr: '10.0.1.0/24' }],
    ['cidr of IPv6', 'address6', { cidr: '2001:db8::/32' }, { cidr: '2001:db9::/32' }],
    ['exists', 'state', { exists: true }, { exists: false }],
    ['does not exist', 'missing', { exists: false }, { exists: true }],
    ['an array, one of whose elements matches', 'tags', 'green', 'red'],
    ['an array, with an operator', 'tags', { prefix: 'bl' }, { prefix: 'ye' }],
    ['an empty array, which has no value', 'none', { exists: false }, { exists: true }],
    ['an intermediate node, which is no value', 'nested', { exists: false }, { exists: true }],
    [
      'anything-but, where one element differs',
      'tags',
      { 'anything-but': 'blue' },
      { 'anything-but': ['blue', 'green'] },
    ],
  ])('matches %s', (_what, field, wanted, unwanted) => {
    expect(detail(field, wanted)).toBe(true);
    expect(detail(field, unwanted)).toBe(false);
    // A list is an "or": one element that matches is enough.
    expect(detail(field, unwanted, wanted)).toBe(true);
  });

  it('does not match a missing field, not even with anything-but', () => {
    expect(detail('missing', { 'anything-but': 'x' })).toBe(false);
    expect(detail('missing', null)).toBe(false);
    expect(matches({ detail: { nested: { other: { value: [1] } } } })).toBe(false);
  });

  it('goes into nested objects, and into arrays of objects within the same element', () => {
    expect(matches({ detail: { nested: { deep: { value: [1] } } } })).toBe(true);
    expect(matches({ detail: { items: { name: ['b'], price: [2] } } })).toBe(true);
    expect(matches({ detail: { items: { name: ['a'], price: [2] } } })).toBe(false);
  });

  it('combines fields with "and", $or with "or"', () => {
    const either = (count: number, limit: number) => ({
      detail: {
        state: ['FAILURE'],
        $or: [{ 'c-count': [{ numeric: ['=', count] }] }, { 'x-limit': [limit] }],
      },
    });
    expect(matches(either(5, 0))).toBe(true);
    expect(matches(either(0, 301.8))).toBe(true);
    expect(matches(either(0, 0))).toBe(false);
    expect(matches({ ...either(5, 0), source: ['aws.ecs'] })).toBe(false);
  });

  it('does not find inherited members', () => {
    expect(detail('constructor', { exists: true })).toBe(false);
  });

  it.each<[string, object, string]>([
    ['an empty pattern', {}, 'at least one field'],
    ['a bare value', { source: 'aws.codedeploy' }, '"source": must be an object or an array'],
    ['an empty list', { detail: { state: [] } }, '"detail.state"'],
    ['an empty object', { detail: {} }, '"detail"'],
    ['an unknown operator', { detail: { state: ['a', { regex: '.*' }] } }, '"detail.state[1].regex"'],
    ['two operators in one', { detail: { state: [{ prefix: 'a', suffix: 'b' }] } }, 'exactly one operator'],
    ['a list in a list', { detail: { state: [['a']] } }, '"detail.state[0]"'],
    ['a prefix that is no string', { source: [{ prefix: 1 }] }, '"source[0].prefix"'],
    ['a prefix of another operator', { source: [{ prefix: { suffix: 'a' } }] }, 'equals-ignore-case'],
    ['exists of a string', { source: [{ exists: 'true' }] }, 'true or false'],
    ['mixed anything-but', { source: [{ 'anything-but': ['a', 1] }] }, 'only strings or only numbers'],
    ['anything-but nothing', { source: [{ 'anything-but': [] }] }, 'only strings or only numbers'],
    [
      'anything-but exists',
      { source: [{ 'anything-but': { exists: true } }] },
      'cannot be used with anything-but',
    ],
    ['half a comparison', { a: [{ numeric: ['>'] }] }, 'pairs of operator and number'],
    ['an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, '"!="'],
    ['a number too large', { a: [{ numeric: ['<', 6e9] }] }, '6000000000'],
    ['consecutive wildcards', { a: [{ wildcard: 'a**b' }] }, 'consecutive'],
    ['another escape', { a: [{ wildcard: 'a\\nb' }] }, 'backslash'],
    ['no range of addresses', { a: [{ cidr: '10.0.0.0/33' }] }, '10.0.0.0/33'],
    ['$or of one', { $or: [{ a: [1] }] }, 'two or more'],
    [
      'too many combinations',
      Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((name) => [
          name,
          { $or: Array.from({ length: 6 }, (_, i) => ({ x: [i] })) },
        ]),
      ),
      '1000 rule combinations',
    ],
  ])('refuses %s', (_what, pattern, reason) => {
    expect(() => compileEventPattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'InvalidEventPatternException',
        message: expect.stringContaining(reason),
      }),
    );
  });
});
