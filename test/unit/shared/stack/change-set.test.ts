import * as fc from 'fast-check';
import {
  objectionsToPin,
  objectionsToUpdate,
  removedBy,
  type StackChange,
} from '../../../../shared/stack/change-set.ts';
import { typesWithoutData } from '../../../../shared/stack/types-without-data.ts';
import { statefulResourceTypes } from '../../fixtures/stateful-resource-types.ts';

fc.configureGlobal({ seed: 1 });

function change(changes: Partial<StackChange> = {}): StackChange {
  return {
    action: 'Modify',
    logicalId: 'Thing',
    type: 'AWS::Lambda::Function',
    replacement: 'False',
    scope: ['Properties'],
    nested: false,
    ...changes,
  };
}
const alias = (changes: Partial<StackChange> = {}) =>
  change({ logicalId: 'CreateOrderAliaslive', type: 'AWS::Lambda::Alias', ...changes });

describe('a pin', () => {
  const pinned = new Set(['CreateOrderAliaslive', 'ListOrdersAliaslive']);

  it.each<[string, StackChange[]]>([
    ['nothing', []],
    ['one of its aliases', [alias()]],
    ['all of its aliases', [alias(), alias({ logicalId: 'ListOrdersAliaslive' })]],
    ['an alias of which replacement does not apply', [alias({ replacement: undefined })]],
    ['an alias and its UpdatePolicy', [alias({ scope: ['Properties', 'UpdatePolicy'] })]],
  ])('may change %s', (_, changes) => {
    expect(objectionsToPin(changes, pinned)).toEqual([]);
  });

  it.each<[string, StackChange, string]>([
    [
      'an alias that is not pinned',
      alias({ logicalId: 'GetOrderAliaslive' }),
      'GetOrderAliaslive (AWS::Lambda::Alias) would be changed',
    ],
    [
      'an alias that would be replaced',
      alias({ replacement: 'True' }),
      'CreateOrderAliaslive (AWS::Lambda::Alias) would be changed and replaced',
    ],
    [
      'an alias that may be replaced',
      alias({ replacement: 'Conditional' }),
      'CreateOrderAliaslive (AWS::Lambda::Alias) would be changed and may be replaced',
    ],
    [
      'an alias that would be removed',
      alias({ action: 'Remove', replacement: undefined }),
      'CreateOrderAliaslive (AWS::Lambda::Alias) would be removed',
    ],
    [
      'an alias that would be added',
      alias({ action: 'Add', replacement: undefined }),
      'CreateOrderAliaslive (AWS::Lambda::Alias) would be added',
    ],
    [
      'something of another type under the id of an alias',
      alias({ type: 'AWS::Lambda::Function' }),
      'CreateOrderAliaslive (AWS::Lambda::Function) would be changed',
    ],
    [
      'a function whose description came back with question marks',
      change({ logicalId: 'CreateOrder' }),
      'CreateOrder (AWS::Lambda::Function) would be changed',
    ],
    [
      'tags',
      change({ logicalId: 'CreateOrder', scope: ['Tags'] }),
      'CreateOrder (AWS::Lambda::Function) would be changed',
    ],
    [
      'a version that would be published',
      change({ action: 'Add', logicalId: 'V2', type: 'AWS::Lambda::Version', replacement: undefined }),
      'V2 (AWS::Lambda::Version) would be added',
    ],
    [
      'a nested stack',
      change({ logicalId: 'Nested', type: 'AWS::CloudFormation::Stack', nested: true }),
      'Nested (AWS::CloudFormation::Stack) would be changed',
    ],
    [
      'what CloudFormation does not know beforehand',
      change({ action: 'Dynamic', logicalId: 'Macro', type: 'Custom::Macro' }),
      'Macro (Custom::Macro) may be changed in a way that CloudFormation does not know beforehand',
    ],
  ])('may not change %s', (_, one, objection) => {
    expect(objectionsToPin([alias(), one], pinned)).toEqual([objection]);
  });
});

describe('the rest', () => {
  it.each<[string, Partial<StackChange>]>([
    ['a function', {}],
    ['a role', { type: 'AWS::IAM::Role' }],
    ['a type without data of which replacement does not apply', { replacement: undefined }],
    ['a type without data in several ways', { scope: ['Properties', 'Metadata', 'UpdatePolicy', 'Tags'] }],
    ['the tags of a table', { type: 'AWS::DynamoDB::Table', scope: ['Tags'] }],
    ['the tags of an unknown type', { type: 'Acme::Data::Store', scope: ['Tags'] }],
  ])('may change %s', (_, changes) => {
    expect(objectionsToUpdate([change(changes)])).toEqual([]);
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'Acme::Data::Store'])('may add a %s', (type) => {
    const added = change({ action: 'Add', type, replacement: undefined, scope: [] });
    expect(objectionsToUpdate([added])).toEqual([]);
  });

  it('may add the rebuilt versions, and no other', () => {
    const version = (logicalId: string) =>
      change({ action: 'Add', logicalId, type: 'AWS::Lambda::Version', replacement: undefined });
    expect(objectionsToUpdate([version('V4'), version('V5')], new Set(['V4']))).toEqual([
      'V5 (AWS::Lambda::Version) would be added',
    ]);
  });

  it.each(['AWS::Lambda::Version', 'AWS::Lambda::Permission', 'AWS::Events::Rule'])(
    'may remove a %s',
    (type) => {
      const removed = change({ action: 'Remove', type, replacement: undefined, scope: [] });
      expect(objectionsToUpdate([removed])).toEqual([]);
    },
  );

  it.each<[string, Partial<StackChange>, string]>([
    [
      'replace a type without data',
      { replacement: 'True' },
      'Thing (AWS::Lambda::Function) would be changed and replaced',
    ],
    [
      'perhaps replace a type without data',
      { replacement: 'Conditional' },
      'Thing (AWS::Lambda::Function) would be changed and may be replaced',
    ],
    [
      'change a table, which may lose data by a plain change',
      { type: 'AWS::DynamoDB::Table' },
      'Thing (AWS::DynamoDB::Table) would be changed',
    ],
    [
      'change tags and more of a table',
      { type: 'AWS::DynamoDB::Table', scope: ['Tags', 'Properties'] },
      'Thing (AWS::DynamoDB::Table) would be changed',
    ],
    [
      'change nobody knows what of a table',
      { type: 'AWS::DynamoDB::Table', scope: [] },
      'Thing (AWS::DynamoDB::Table) would be changed',
    ],
    [
      'replace a table for its tags',
      { type: 'AWS::DynamoDB::Table', scope: ['Tags'], replacement: 'True' },
      'Thing (AWS::DynamoDB::Table) would be changed and replaced',
    ],
    [
      'perhaps replace a table for its tags',
      { type: 'AWS::DynamoDB::Table', scope: ['Tags'], replacement: 'Conditional' },
      'Thing (AWS::DynamoDB::Table) would be changed and may be replaced',
    ],
    [
      'remove a table, though it may be retained',
      { action: 'Remove', type: 'AWS::DynamoDB::Table', replacement: undefined, scope: [] },
      'Thing (AWS::DynamoDB::Table) would be removed',
    ],
    ['change an unknown type', { type: 'Acme::Data::Store' }, 'Thing (Acme::Data::Store) would be changed'],
    [
      'remove an unknown type',
      { action: 'Remove', type: 'Acme::Data::Store', replacement: undefined },
      'Thing (Acme::Data::Store) would be removed',
    ],
    ['change a custom resource', { type: 'Custom::Migration' }, 'Thing (Custom::Migration) would be changed'],
    [
      'add a custom resource, which does what its function does',
      { action: 'Add', type: 'Custom::Migration', replacement: undefined },
      'Thing (Custom::Migration) would be added',
    ],
    [
      'publish a version, which old code is refused or gets a new number for',
      { action: 'Add', type: 'AWS::Lambda::Version', replacement: undefined },
      'Thing (AWS::Lambda::Version) would be added',
    ],
    [
      'change the tags of a custom resource',
      { type: 'AWS::CloudFormation::CustomResource', scope: ['Tags'] },
      'Thing (AWS::CloudFormation::CustomResource) would be changed',
    ],
    [
      'change a nested stack',
      { type: 'AWS::CloudFormation::Stack', nested: true },
      'Thing (AWS::CloudFormation::Stack) would be changed',
    ],
    [
      'change the tags of a nested stack, and so all in it',
      { type: 'AWS::CloudFormation::Stack', scope: ['Tags'] },
      'Thing (AWS::CloudFormation::Stack) would be changed',
    ],
    [
      'add a nested stack',
      { action: 'Add', type: 'AWS::CloudFormation::Stack', replacement: undefined },
      'Thing (AWS::CloudFormation::Stack) would be added',
    ],
    [
      'change what has a change set of its own',
      { nested: true },
      'Thing (AWS::Lambda::Function) would be changed',
    ],
    [
      'do what CloudFormation does not know beforehand',
      { action: 'Dynamic' },
      'Thing (AWS::Lambda::Function) may be changed in a way that CloudFormation does not know beforehand',
    ],
    ['import anything', { action: 'Import' }, 'Thing (AWS::Lambda::Function) would be imported'],
    [
      'set back what drifted',
      { action: 'SyncWithActual' },
      'Thing (AWS::Lambda::Function) would be set back to what its template says',
    ],
    [
      'do what is not known yet',
      { action: 'Teleport' },
      'Thing (AWS::Lambda::Function) would see the change Teleport',
    ],
  ])('may not %s', (_, changes, objection) => {
    expect(objectionsToUpdate([change(), change(changes)])).toEqual([objection]);
  });

  it('needs its stack policy to allow the removals of the change set', () => {
    const changes = [
      change(),
      change({ action: 'Remove', logicalId: 'Rule', type: 'AWS::Events::Rule' }),
      change({ action: 'Add', logicalId: 'Alarm', type: 'AWS::CloudWatch::Alarm' }),
      change({ action: 'Remove', logicalId: 'V5', type: 'AWS::Lambda::Version' }),
    ];
    expect(removedBy(changes)).toEqual(['Rule', 'V5']);
  });
});

describe('for every change', () => {
  const anyChange = fc.record<StackChange>({
    action: fc.constantFrom('Add', 'Modify', 'Remove', 'Import', 'Dynamic', 'SyncWithActual', 'Other'),
    logicalId: fc.constantFrom('A', 'B', 'C'),
    type: fc.oneof(
      fc.constantFrom(...statefulResourceTypes),
      fc.constantFrom(...typesWithoutData),
      fc.constantFrom('Custom::Thing', 'AWS::CloudFormation::CustomResource', 'Acme::Data::Store'),
    ),
    replacement: fc.constantFrom('True', 'False', 'Conditional', undefined),
    scope: fc.subarray(['Properties', 'Metadata', 'Tags', 'UpdatePolicy', 'DeletionPolicy']),
    nested: fc.boolean(),
  });

  it('lets a type with data be added, or its tags be changed, and nothing else', () => {
    fc.assert(
      fc.property(anyChange, (one) => {
        fc.pre(!typesWithoutData.has(one.type) && objectionsToUpdate([one]).length === 0);
        const isOfTags = one.action === 'Modify' && one.scope.join() === 'Tags';
        expect(one.action === 'Add' || isOfTags).toBe(true);
        expect(['False', undefined]).toContain(one.action === 'Add' ? undefined : one.replacement);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets nothing be replaced that is changed', () => {
    fc.assert(
      fc.property(anyChange, (one) => {
        fc.pre(one.action === 'Modify' && ['True', 'Conditional'].includes(one.replacement ?? ''));
        expect(objectionsToUpdate([one])).toHaveLength(1);
        expect(objectionsToPin([one], new Set(['A', 'B', 'C']))).toHaveLength(1);
      }),
    );
  });

  it('names as many objections to several changes as to each of them, in their order', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (changes) => {
        expect(objectionsToUpdate(changes)).toEqual(changes.flatMap((one) => objectionsToUpdate([one])));
        const pinned = new Set(['A']);
        expect(objectionsToPin(changes, pinned)).toEqual(
          changes.flatMap((one) => objectionsToPin([one], pinned)),
        );
      }),
    );
  });

  it('lets a pin do nothing that is forbidden to the rest', () => {
    const ofAlias = anyChange.map((one) => alias({ ...one, type: 'AWS::Lambda::Alias', nested: false }));
    fc.assert(
      fc.property(ofAlias, (one) => {
        fc.pre(objectionsToPin([one], new Set(['A', 'B'])).length === 0);
        expect(objectionsToUpdate([one])).toEqual([]);
      }),
    );
  });
});
