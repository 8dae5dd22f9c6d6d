import { guardingPolicy } from '../../../../shared/stack/guarding-policy.ts';

const all = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
const guard = { Effect: 'Deny', Action: ['Update:Delete', 'Update:Replace'], Principal: '*', Resource: '*' };
const own = { Effect: 'Deny', Action: 'Update:*', Principal: '*', Resource: 'LogicalResourceId/Table' };

it.each<[string, string | undefined, readonly object[]]>([
  ['allows every other update where there is none', undefined, [all, guard]],
  ['holds the one statement of the own policy', JSON.stringify({ Statement: own }), [own, guard]],
  [
    'holds all statements of the own policy, in their order',
    JSON.stringify({ Statement: [all, own] }),
    [all, own, guard],
  ],
  ['allows every other update where the own policy says nothing', '{}', [all, guard]],
])('%s', (_, policy, Statement) => {
  expect(JSON.parse(guardingPolicy(policy, []))).toEqual({ Statement });
});

it.each([
  [['Rule'], ['LogicalResourceId/Rule']],
  [
    ['Rule', 'RulePermission'],
    ['LogicalResourceId/Rule', 'LogicalResourceId/RulePermission'],
  ],
])("allows the deletion of the change set's removals, and nothing else: %j", (removed, NotResource) => {
  const { Resource: _, ...bare } = guard;
  expect(JSON.parse(guardingPolicy(undefined, removed))).toEqual({
    Statement: [all, { ...bare, NotResource }],
  });
});

it("keeps the denials of the stack's own policy, though the change set removes the resource", () => {
  const { Statement } = JSON.parse(guardingPolicy(JSON.stringify({ Statement: [all, own] }), ['Table']));
  expect(Statement).toContainEqual(own);
});

it('refuses an invalid own policy rather than disable it', () => {
  expect(() => guardingPolicy('Statement:', [])).toThrow(SyntaxError);
});
