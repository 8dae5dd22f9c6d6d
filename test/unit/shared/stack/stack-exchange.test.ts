// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import { plainValue } from '../../../../shared/stack/plain-value.ts';
import { exchangeOf, hasExchange } from '../../../../shared/stack/stack-exchange.ts';
import type { StackTemplate } from '../../../../shared/stack/stack-template.ts';

const stackId = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-cart/0a1b2c3d';
const template = (Outputs: object, rest: object = {}): StackTemplate => ({ Resources: {}, Outputs, ...rest });
const output = (Name: unknown, Value: unknown = { Ref: 'Table' }, rest = {}) => ({
  Value,
  Export: { Name },
  ...rest,
});
const exported = (name: string, value = 'shop-cart-Table-1', id = stackId) => ({ name, value, stackId: id });

function exchange(from: StackTemplate, to: StackTemplate, exports = [exported('cart-table')], saved = {}) {
  const { givesUp, exportsAgain, imports } = exchangeOf({
    from,
    to,
    exports,
    goal: { parameters: Object.entries(saved).map(([key, value]) => ({ key, value: String(value) })) },
    state: { stackId, parameters: [{ key: 'Stage', value: 'prod' }] },
    physicalIds: new Map([['Table', 'shop-cart-Table-1']]),
  });
  return { givesUp: Object.fromEntries(givesUp), exportsAgain: [...exportsAgain], imports: [...imports] };
}
const nothing = { givesUp: {}, exportsAgain: [], imports: [] };

it.each<[string, StackTemplate, StackTemplate, ReturnType<typeof exchange>]>([
  [
    'an export that stays',
    template({ A: output('cart-table') }),
    template({ B: output('cart-table') }),
    nothing,
  ],
  [
    'an export that vanishes',
    template({ A: output('cart-table') }),
    template({}),
    { ...nothing, givesUp: { 'cart-table': 'vanish' } },
  ],
  [
    'an export with another value',
    template({ A: output('cart-table') }),
    template({ A: output('cart-table', 'another') }),
    { ...nothing, givesUp: { 'cart-table': 'change' } },
  ],
  [
    'an export whose value is written otherwise and comes to the same',
    template({ A: output('cart-table') }),
    template({ A: output('cart-table', { 'Fn::Sub': '${Table}' }) }),
    nothing,
  ],
  [
    'an export whose value cannot be told, and is written as before',
    template({ A: output('cart-table', { 'Fn::GetAtt': ['Table', 'Arn'] }) }),
    template({ A: output('cart-table', { 'Fn::GetAtt': ['Table', 'Arn'] }) }),
    nothing,
  ],
  [
    'an export whose value cannot be told, and is written otherwise',
    template({ A: output('cart-table') }),
    template({ A: output('cart-table', { 'Fn::GetAtt': ['Table', 'Arn'] }) }),
    { ...nothing, givesUp: { 'cart-table': 'change' } },
  ],
  [
    'an export under another name',
    template({ A: output('cart-table') }),
    template({ A: output({ 'Fn::Join': ['-', ['cart', 'tables']] }) }),
    { ...nothing, givesUp: { 'cart-table': 'vanish' }, exportsAgain: ['cart-tables'] },
  ],
  [
    'a name that cannot be told: nothing counts as vanished',
    template({ A: output('cart-table') }),
    template({ A: output({ 'Fn::Select': [0, ['cart-table']] }) }),
    nothing,
  ],
  [
    'imports, wherever they stand',
    template({}),
    template(
      { A: { Value: { 'Fn::Sub': ['${X}', { X: { 'Fn::ImportValue': 'stock-queue' } }] } } },
      {
        Resources: {
          One: { Type: 'T', Properties: { List: [{ 'Fn::ImportValue': { 'Fn::Sub': '${Stage}-url' } }] } },
        },
      },
    ),
    { ...nothing, givesUp: { 'cart-table': 'vanish' }, imports: ['prod-url', 'stock-queue'] },
  ],
])('finds %s', (_, from, to, expected) => {
  const parameters = { Parameters: { Stage: { Type: 'String' } } };
  const found = exchange({ ...from, ...parameters }, { ...to, ...parameters });
  expect({ ...found, imports: found.imports.sort() }).toEqual(expected);
});

it('resolves a name with the saved parameters, not the current ones', () => {
  const Parameters = { Stage: { Type: 'String' } };
  const both = template({ A: output({ 'Fn::Sub': '${AWS::StackName}-${Stage}' }) }, { Parameters });
  const live = [exported('shop-cart-prod')];
  expect(exchange(both, both, live)).toEqual(nothing);
  expect(exchange(both, both, live, { Stage: 'beta' })).toEqual({
    ...nothing,
    givesUp: { 'shop-cart-prod': 'vanish' },
    exportsAgain: ['shop-cart-beta'],
  });
});

it('ignores the exports of other stacks', () => {
  expect(exchange(template({}), template({}), [exported('a', 'x', `${stackId}2`)])).toEqual(nothing);
});

it('is empty where a template neither exports nor imports', () => {
  expect(hasExchange(template({ A: { Value: 'x' } }))).toBe(false);
  expect(hasExchange(template({ A: output('x') }))).toBe(true);
  expect(hasExchange(template({ A: { Value: { 'Fn::ImportValue': 'x' } } }))).toBe(true);
});

it.each<[unknown, string | undefined]>([
  ['a', 'a'],
  [3, '3'],
  [true, 'true'],
  [{ Ref: 'AWS::Region' }, 'eu-west-1'],
  [{ Ref: 'Unknown' }, undefined],
  [{ 'Fn::Sub': 'a-${AWS::Region}' }, 'a-eu-west-1'],
  [{ 'Fn::Sub': '${!AWS::Region}' }, '${AWS::Region}'],
  [{ 'Fn::Sub': ['${X}-${AWS::Region}', { X: { Ref: 'AWS::Region' } }] }, 'eu-west-1-eu-west-1'],
  [{ 'Fn::Sub': '${Queue.Arn}' }, undefined],
  [{ 'Fn::Join': ['/', ['a', { Ref: 'AWS::Region' }]] }, 'a/eu-west-1'],
  [{ 'Fn::Join': ['/', ['a', { Ref: 'Unknown' }]] }, undefined],
  [{ 'Fn::FindInMap': ['Names', { Ref: 'AWS::Region' }, 'table'] }, 'tables'],
  [{ 'Fn::FindInMap': ['Names', 'elsewhere', 'table'] }, undefined],
  [{ 'Fn::GetAtt': ['A', 'Arn'] }, undefined],
  [null, undefined],
])('%j becomes %j', (value, expected) => {
  const scope = {
    values: new Map([['AWS::Region', 'eu-west-1']]),
    mappings: { Names: { 'eu-west-1': { table: 'tables' } } },
  };
  expect(plainValue(value, scope)).toBe(expected);
});
