import fc from 'fast-check';
import { evaluate, Policy } from '../../../account/permissions/policy.ts';
import type { PolicyStatement } from '../../../deploy/policy-statement.ts';

const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledger';

function allow(Action: string | string[], Resource: string | string[], Condition?: object): PolicyStatement {
  return {
    Effect: 'Allow',
    Action: [Action].flat(),
    Resource: [Resource].flat(),
    ...(Condition && { Condition: Condition as NonNullable<PolicyStatement['Condition']> }),
  };
}

function deny(...rest: Parameters<typeof allow>): PolicyStatement {
  return { ...allow(...rest), Effect: 'Deny' };
}

function decide(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string | string[],
  context: Record<string, string> = {},
) {
  return evaluate(statements, { action, resources: [resource].flat(), context });
}

describe('evaluate', () => {
  it('allows a request that a statement names, and returns the statement', () => {
    const statements = [
      allow('s3:GetObject', '*'),
      allow(['dynamodb:Query', 'dynamodb:GetItem'], ['x', table]),
    ];

    expect(decide(statements, 'dynamodb:GetItem', table)).toEqual({
      allowed: true,
      by: [{ statement: 1, action: 1, resource: 1 }],
      reason: 'allowed',
    });
  });

  it('refuses a request that no statement names', () => {
    expect(decide([allow('dynamodb:GetItem', table)], 'dynamodb:PutItem', table)).toEqual({
      allowed: false,
      by: [],
      reason: 'no-statement',
      refused: table,
    });
    expect(decide([], 'dynamodb:PutItem', table).allowed).toBe(false);
  });

  it('lets a Deny override every Allow, wherever it is', () => {
    const statements = [deny('dynamodb:Delete*', '*'), allow('*', '*')];
    expect(decide(statements, 'dynamodb:DeleteItem', table)).toMatchObject({
      allowed: false,
      by: [{ statement: 0 }],
      reason: 'explicit-deny',
    });
    expect(decide([...statements].reverse(), 'dynamodb:DeleteItem', table).reason).toBe('explicit-deny');
    expect(decide(statements, 'dynamodb:GetItem', table).allowed).toBe(true);
  });

  it('allows several resources only where each is allowed', () => {
    const statements = [allow('ssm:GetParameters', ['a', 'b']), allow('ssm:GetParameters', 'c')];
    expect(decide(statements, 'ssm:GetParameters', ['a', 'c']).by).toHaveLength(2);
    expect(decide(statements, 'ssm:GetParameters', ['a', 'd', 'c'])).toMatchObject({
      allowed: false,
      refused: 'd',
    });
  });

  it.each([
    ['dynamodb:*', 'dynamodb:GetItem', true],
    ['dynamodb:Get*', 'dynamodb:GetItem', true],
    ['dynamodb:?etItem', 'dynamodb:GetItem', true],
    ['*', 'dynamodb:GetItem', true],
    ['DynamoDB:getitem', 'dynamodb:GetItem', true],
    ['dynamodb:Get', 'dynamodb:GetItem', false],
    ['dynamodb:GetIte?m', 'dynamodb:GetItem', false],
    ['dynamodb.GetItem', 'dynamodb:GetItem', false],
  ])('with the action %s: %s → %s', (pattern, action, expected) => {
    expect(decide([allow(pattern, '*')], action, table).allowed).toBe(expected);
  });

  it.each([
    ['*', '*', true],
    ['*', table, true],
    [table, table, true],
    [table.toUpperCase(), table, false],
    ['arn:aws:dynamodb:eu-west-1:111122223333:table/*', table, true],
    ['arn:aws:dynamodb:*:*:table/l?dger', table, true],
    ['arn:aws:dynamodb:*:table/ledger', table, true],
    ['arn:aws:dynamodb:eu*1:111122223333:table/ledger', table, true],
    ['arn:aws:dynamodb:eu*3333:table/ledger', table, false],
    ['arn:aws:dynamodb:eu-west-1?111122223333:table/ledger', table, false],
    [`${table}.`, table, false],
    ['arn:aws:s3:::bucket/plans/*', 'arn:aws:s3:::bucket/plans/a/b.json', true],
    ['arn:aws:s3:::bucket/plans/*', 'arn:aws:s3:::bucket/plan', false],
    [
      'arn:aws:codedeploy:eu-west-1:1:deploymentgroup:*',
      'arn:aws:codedeploy:eu-west-1:1:deploymentgroup:a/b',
      true,
    ],
    ['arn:aws:codedeploy:eu-west-1:1:deploymentgroup:*', '*', false],
    ['arn:aws:lambda:eu-west-1:1:function:f', 'arn:aws:lambda:eu-west-1:1:function:f:live', false],
    ['arn:aws:lambda:eu-west-1:1:function:f*', 'arn:aws:lambda:eu-west-1:1:function:f:live', true],
    ['arn:aws:states:eu-west-1:1:execution:m:*', 'arn:aws:states:eu-west-1:1:execution:m/Map:7', false],
    ['arn:aws:states:eu-west-1:1:execution:m/*', 'arn:aws:states:eu-west-1:1:execution:m/Map:7', true],
  ])('with the resource %s: %s → %s', (pattern, resource, expected) => {
    expect(decide([allow('*', pattern)], 'a:b', resource).allowed).toBe(expected);
  });

  const variable = (key: string) => `$\{${key}}`;

  it('inserts the values of policy variables, and matches nothing where one is missing', () => {
    const statements = [allow('s3:GetObject', `arn:aws:s3:::bucket/${variable('aws:PrincipalAccount')}/*`)];
    const resource = 'arn:aws:s3:::bucket/1111/x';
    expect(decide(statements, 's3:GetObject', resource, { 'aws:principalaccount': '1111' }).allowed).toBe(
      true,
    );
    expect(decide(statements, 's3:GetObject', resource, { 'aws:principalaccount': '*' }).allowed).toBe(false);
    expect(decide(statements, 's3:GetObject', resource).allowed).toBe(false);
  });

  it('takes escaped wildcards as plain characters', () => {
    const statements = [allow('s3:GetObject', `arn:aws:s3:::bucket/${variable('*')}${variable('$')}`)];
    expect(decide(statements, 's3:GetObject', 'arn:aws:s3:::bucket/*$').allowed).toBe(true);
    expect(decide(statements, 's3:GetObject', 'arn:aws:s3:::bucket/ab').allowed).toBe(false);
  });

  it('refuses unsimulated features by name', () => {
    const withCondition = (operator: string) => () =>
      new Policy([allow('*', '*', { [operator]: { a: ['1'] } })]);
    expect(withCondition('ForAnyValue:StringEquals')).toThrow('ForAnyValue:StringEquals is not simulated');
    expect(withCondition('NumericLessThan')).toThrow('NumericLessThan is not simulated');
    expect(withCondition('IpAddress')).toThrow('IpAddress is not simulated');
    expect(() => new Policy([allow('*', variable("aws:x, 'none'"))])).toThrow(
      'default value is not simulated',
    );
  });
});

describe('conditions', () => {
  const rule = 'arn:aws:events:eu-west-1:1:rule/stopped';

  it.each<[string, Record<string, Record<string, string[]>>, Record<string, string>, boolean]>([
    ['StringEquals', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['StringEquals of another value', { StringEquals: { k: ['a', 'b'] } }, { k: 'c' }, false],
    ['StringEquals in another case', { StringEquals: { k: ['a'] } }, { k: 'A' }, false],
    ['StringEquals of a wildcard', { StringEquals: { k: ['a*'] } }, { k: 'ab' }, false],
    ['StringEquals of a missing key', { StringEquals: { k: ['a'] } }, {}, false],
    ['a key in another case', { StringEquals: { 'AWS:Key': ['a'] } }, { 'aws:kEY': 'a' }, true],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { k: ['a'] } }, { k: 'A' }, true],
    ['StringNotEquals', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }, true],
    ['StringNotEquals of one of its values', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    ['StringNotEquals of a missing key', { StringNotEquals: { k: ['a'] } }, {}, true],
    ['StringLike', { StringLike: { k: ['plans/*'] } }, { k: 'plans/1:2' }, true],
    ['StringNotLike', { StringNotLike: { k: ['plans/*'] } }, { k: 'plans/1' }, false],
    ['StringEqualsIfExists of a missing key', { StringEqualsIfExists: { k: ['a'] } }, {}, true],
    ['StringEqualsIfExists of another value', { StringEqualsIfExists: { k: ['a'] } }, { k: 'b' }, false],
    ['Bool', { Bool: { k: ['True'] } }, { k: 'true' }, true],
    ['Bool of the other value', { Bool: { k: ['false'] } }, { k: 'true' }, false],
    ['Null of a missing key', { Null: { k: ['true'] } }, {}, true],
    ['Null of a key that is there', { Null: { k: ['true'] } }, { k: 'a' }, false],
    ['ArnLike', { ArnLike: { k: ['arn:aws:events:*:1:rule/*'] } }, { k: rule }, true],
    ['ArnLike over a component', { ArnLike: { k: ['arn:aws:events:*:rule/*'] } }, { k: rule }, false],
    ['ArnEquals with a wildcard', { ArnEquals: { k: ['arn:aws:events:eu-*:1:rule/s*'] } }, { k: rule }, true],
    ['ArnNotLike', { ArnNotLike: { k: ['arn:aws:events:*:2:rule/*'] } }, { k: rule }, true],
    ['two operators', { Bool: { s: ['true'] }, StringEquals: { k: ['a'] } }, { s: 'true', k: 'b' }, false],
    ['two keys', { StringEquals: { k: ['a'], l: ['b'] } }, { k: 'a', l: 'b' }, true],
    ['two keys of which one differs', { StringEquals: { k: ['a'], l: ['b'] } }, { k: 'a', l: 'c' }, false],
  ])('%s', (_, condition, context, expected) => {
    expect(decide([allow('*', '*', condition)], 'a:b', '*', context).allowed).toBe(expected);
  });

  it('is part of a Deny too', () => {
    const statements = [allow('*', '*'), deny('*', '*', { Bool: { 'aws:SecureTransport': ['false'] } })];
    expect(decide(statements, 'a:b', '*', { 'aws:SecureTransport': 'true' }).allowed).toBe(true);
    expect(decide(statements, 'a:b', '*', { 'aws:SecureTransport': 'false' }).allowed).toBe(false);
  });
});

describe('the laws of evaluation', () => {
  const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 'sns:Publish');
  const actionPattern = fc.constantFrom('s3:GetObject', 'S3:getobject', 's3:*', 's3:?utObject', '*', 'sns:*');
  const resource = fc.constantFrom('arn:aws:s3:::b/x', 'arn:aws:s3:::b/y', 'arn:aws:sns:r:1:t', '*');
  const resourcePattern = fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/x', 'arn:aws:sns:*:1:t');
  const condition = fc.constantFrom(
    undefined,
    { StringEquals: { k: ['a'] } },
    { StringNotLike: { k: ['a*'] } },
    { Null: { k: ['true'] } },
  );
  const statement = fc
    .tuple(
      fc.constantFrom('Allow' as const, 'Deny' as const),
      fc.array(actionPattern, { minLength: 1, maxLength: 2 }),
      fc.array(resourcePattern, { minLength: 1, maxLength: 2 }),
      condition,
    )
    .map(([Effect, actions, resources, block]) => ({ ...allow(actions, resources, block), Effect }));
  const statements = fc.array(statement, { maxLength: 5 });
  const request = fc.record({
    action,
    resources: fc.uniqueArray(resource, { minLength: 1, maxLength: 3 }),
    context: fc.constantFrom({}, { k: 'a' }, { k: 'b' }) as fc.Arbitrary<Record<string, string>>,
  });

  it('never refuses because of one more Allow', () => {
    fc.assert(
      fc.property(statements, statement, fc.nat(5), request, (before, added, at, asked) => {
        const after = [...before.slice(0, at), { ...added, Effect: 'Allow' as const }, ...before.slice(at)];
        return !evaluate(before, asked).allowed || evaluate(after, asked).allowed;
      }),
    );
  });

  it('never allows because of one more Deny', () => {
    fc.assert(
      fc.property(statements, statement, fc.nat(5), request, (before, added, at, asked) => {
        const after = [...before.slice(0, at), { ...added, Effect: 'Deny' as const }, ...before.slice(at)];
        return evaluate(before, asked).allowed || !evaluate(after, asked).allowed;
      }),
    );
  });

  it('does not depend on the order of the statements', () => {
    fc.assert(
      fc.property(statements, request, (given, asked) => {
        const turned = evaluate([...given].reverse(), asked);
        expect(turned.reason).toBe(evaluate(given, asked).reason);
      }),
    );
  });

  it('allows a set of resources exactly where it allows each of them', () => {
    fc.assert(
      fc.property(statements, request, (given, asked) => {
        const each = asked.resources.map((one) => evaluate(given, { ...asked, resources: [one] }).allowed);
        expect(evaluate(given, asked).allowed).toBe(each.every(Boolean));
      }),
    );
  });
});
