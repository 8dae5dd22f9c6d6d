// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import * as fc from 'fast-check';
import { compareTemplates, type Finding } from '../../../../shared/stack/compare-templates.ts';
import { restTemplate } from '../../../../shared/stack/rest-template.ts';
import type { StackTemplate, TemplateResource } from '../../../../shared/stack/stack-template.ts';

fc.configureGlobal({ seed: 1 });

type Resources = Record<string, TemplateResource>;
const template = (Resources: Resources): StackTemplate => ({ Resources });
const compare = (saved: Resources, live: Resources) => compareTemplates(template(saved), template(live));

const fn = (Properties: Record<string, unknown> = {}): Resources => ({
  Add: { Type: 'AWS::Lambda::Function', Properties },
  AddAliaslive: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Add' }, Name: 'live' } },
});
const role = (Properties: Record<string, unknown> = {}, rest = {}): Resources => ({
  AddRole: { Type: 'AWS::IAM::Role', Properties, ...rest },
});
const table = (Properties: Record<string, unknown> = {}, rest = {}): Resources => ({
  Sessions: { Type: 'AWS::DynamoDB::Table', Properties, ...rest },
});
const withRole = fn({ Role: { 'Fn::GetAtt': ['AddRole', 'Arn'] } });
const inEnvironment = (value: unknown) => fn({ Environment: { Variables: { NAME: value } } });
const withTable = inEnvironment({ Ref: 'Sessions' });
const named = { TableName: 'sessions' };
const one = (Type: string, Properties: Record<string, unknown> = {}, rest = {}): Resources => ({
  One: { Type, Properties, ...rest },
});
const ofAlias = { FunctionName: { Ref: 'AddAliaslive' } };
const api: Resources = { Api: { Type: 'AWS::ApiGateway::RestApi' } };
const permission = (rest = {}): Resources => ({
  GetPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: { Ref: 'AddAliaslive' },
      Principal: 'apigateway.amazonaws.com',
      // As SAM writes it.
      SourceArn: {
        'Fn::Sub': [
          'arn:aws:execute-api:eu-west-1:111122223333:${__ApiId__}/${__Stage__}/GET/cart',
          { __ApiId__: { Ref: 'Api' }, __Stage__: '*' },
        ],
      },
    },
    ...rest,
  },
});

const certain = (of: string, reason: string, mendedByStack: boolean): Finding => ({
  verdict: 'certain',
  of,
  reason,
  mendedByStack,
});
const atRisk = (reason: string, of = 'Add'): Finding => ({ verdict: 'at-risk', of, reason });

describe('certain breaks', () => {
  const gone = 'in its environment, Sessions (AWS::DynamoDB::Table) is gone';
  it.each<[string, Resources, Resources, Finding[]]>([
    [
      'a role with a name of its own is gone',
      { ...withRole, ...role({ RoleName: 'add' }) },
      fn(),
      [certain('Add', 'its role AddRole (AWS::IAM::Role) is gone', true)],
    ],
    [
      'a role that CloudFormation named is gone: it would come back under another name',
      { ...withRole, ...role() },
      fn(),
      [certain('Add', 'its role AddRole (AWS::IAM::Role) is gone', false)],
    ],
    [
      'a role was replaced by one of another name',
      { ...withRole, ...role({ RoleName: 'add' }) },
      { ...withRole, ...role({ RoleName: 'add-2' }) },
      [certain('Add', 'its role AddRole (AWS::IAM::Role) is gone', false)],
    ],
    [
      'a table in the environment is gone',
      { ...withTable, ...table(named) },
      fn(),
      [certain('Add', gone, true)],
    ],
    [
      'a table in the environment, which CloudFormation named, is gone',
      { ...withTable, ...table() },
      fn(),
      [certain('Add', gone, false)],
    ],
    [
      'the environment has the ARN of what is gone',
      { ...inEnvironment({ 'Fn::GetAtt': ['Sessions', 'Arn'] }), ...table(named) },
      fn(),
      [certain('Add', gone, true)],
    ],
    [
      'the environment has a text with the name of what is gone',
      { ...inEnvironment({ 'Fn::Sub': 'tables/${Sessions}' }), ...table(named) },
      fn(),
      [certain('Add', gone, true)],
    ],
    [
      'something else goes by the logical id of what is gone',
      { ...withTable, ...table(named) },
      { ...fn(), Sessions: { Type: 'AWS::SQS::Queue' } },
      [certain('Add', gone, false)],
    ],
    [
      'what is gone was to be kept only in a snapshot',
      { ...withTable, ...table(named, { DeletionPolicy: 'Snapshot' }) },
      fn(),
      [certain('Add', gone, true)],
    ],
    [
      'the permission of an API to call a path is gone',
      { ...fn(), ...api, ...permission() },
      { ...fn(), ...api },
      [
        atRisk('the permission GetPermission is gone'),
        certain('Api', 'the permission GetPermission, by which it calls its function, is gone', true),
      ],
    ],
  ])('%s', (_, saved, live, findings) => {
    expect(compare(saved, live)).toEqual(findings);
  });
});

describe('risks', () => {
  it.each<[string, Resources, Resources, string[]]>([
    [
      'a role has other policies',
      { ...withRole, ...role({ Policies: [{ PolicyName: 'write' }] }) },
      { ...withRole, ...role({ Policies: [] }) },
      ['its role AddRole has changed'],
    ],
    [
      'a policy of a role is gone',
      { ...withRole, ...role(), ...one('AWS::IAM::Policy', { Roles: [{ Ref: 'AddRole' }] }) },
      { ...withRole, ...role() },
      ['the policy One of its role is gone'],
    ],
    [
      'a policy came to a role',
      { ...withRole, ...role() },
      { ...withRole, ...role(), ...one('AWS::IAM::RolePolicy', { RoleName: { Ref: 'AddRole' } }) },
      ['the policy One of its role is new'],
    ],
    [
      'a role is kept where it leaves the template',
      { ...withRole, ...role({}, { DeletionPolicy: 'Retain' }) },
      fn(),
      ['its role AddRole (AWS::IAM::Role) is not in the stack any more, and kept'],
    ],
    [
      'a table that another one took the place of is kept',
      { ...withTable, ...table(named, { UpdateReplacePolicy: 'Retain' }) },
      { ...withTable, ...table({ TableName: 'sessions-2' }) },
      ['in its environment, Sessions (AWS::DynamoDB::Table) is not in the stack any more, and kept'],
    ],
    [
      'a table that is gone was there under a condition',
      { ...withTable, ...table(named, { Condition: 'IsProd' }) },
      fn(),
      ['in its environment, Sessions (AWS::DynamoDB::Table) is gone, if it was there'],
    ],
    [
      'a table depends on a condition now',
      { ...withTable, ...table(named) },
      { ...withTable, ...table(named, { Condition: 'IsProd' }) },
      ['in its environment, Sessions (AWS::DynamoDB::Table) depends on another condition'],
    ],
    [
      'a table in the environment has changed',
      { ...withTable, ...table(named) },
      { ...withTable, ...table({ ...named, TimeToLiveSpecification: {} }) },
      ['in its environment, Sessions (AWS::DynamoDB::Table) has changed'],
    ],
    [
      'an event source is gone',
      { ...fn(), ...one('AWS::Lambda::EventSourceMapping', ofAlias) },
      fn(),
      ['the event source One is gone'],
    ],
    [
      'an event source is new',
      fn(),
      { ...fn(), ...one('AWS::Lambda::EventSourceMapping', { FunctionName: { Ref: 'Add' } }) },
      ['the event source One is new'],
    ],
    [
      'a rule has changed',
      {
        ...fn(),
        ...one('AWS::Events::Rule', { Targets: [{ Arn: { Ref: 'AddAliaslive' } }], State: 'ENABLED' }),
      },
      {
        ...fn(),
        ...one('AWS::Events::Rule', { Targets: [{ Arn: { Ref: 'AddAliaslive' } }], State: 'DISABLED' }),
      },
      ['the rule One has changed'],
    ],
    [
      'a URL has changed',
      {
        ...fn(),
        ...one('AWS::Lambda::Url', { TargetFunctionArn: { Ref: 'AddAliaslive' }, AuthType: 'NONE' }),
      },
      {
        ...fn(),
        ...one('AWS::Lambda::Url', { TargetFunctionArn: { Ref: 'AddAliaslive' }, AuthType: 'AWS_IAM' }),
      },
      ['the URL One has changed'],
    ],
    [
      'an invoke configuration has changed',
      { ...fn(), ...one('AWS::Lambda::EventInvokeConfig', { ...ofAlias, MaximumRetryAttempts: 0 }) },
      { ...fn(), ...one('AWS::Lambda::EventInvokeConfig', { ...ofAlias, MaximumRetryAttempts: 2 }) },
      ['the invoke configuration One has changed'],
    ],
    [
      'the permission of a rule is gone',
      { ...fn(), ...one('AWS::Lambda::Permission', { ...ofAlias, Principal: 'events.amazonaws.com' }) },
      fn(),
      ['the permission One is gone'],
    ],
  ])('%s', (_, saved, live, reasons) => {
    expect(compare(saved, live)).toEqual(reasons.map((reason) => atRisk(reason)));
  });

  it('include an API whose permission existed under a condition', () => {
    const found = compare({ ...fn(), ...api, ...permission({ Condition: 'IsProd' }) }, { ...fn(), ...api });
    expect(found.at(-1)).toEqual(
      atRisk('the permission GetPermission, by which it calls its function, is gone, if it was there', 'Api'),
    );
  });
});

it.each<[string, Resources, Resources]>([
  ['code and settings, which a version has frozen', fn({ Timeout: 3 }), fn({ Timeout: 9 })],
  ['a resource that no function has in its environment', { ...fn(), ...table() }, fn()],
  ['the value of a parameter', inEnvironment({ Ref: 'LogLevel' }), fn()],
  [
    'the order of members',
    { ...withTable, ...table({ a: 1, b: 2 }) },
    { ...withTable, ...table({ b: 2, a: 1 }) },
  ],
  [
    'what belongs to a function that is new',
    fn(),
    {
      ...fn(),
      New: { Type: 'AWS::Lambda::Function' },
      ...one('AWS::Lambda::Url', { TargetFunctionArn: { Ref: 'New' } }),
    },
  ],
  [
    'the name that a text gives a value to',
    {
      ...inEnvironment({ 'Fn::Sub': ['${Sessions}', { Sessions: 'a' }] }),
      ...table(),
    },
    fn(),
  ],
])('finds nothing in %s', (_, saved, live) => {
  expect(compare(saved, live)).toEqual([]);
});

/** Templates of two functions with the resources that both may share. */
const pool: Resources = {
  Add: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: { 'Fn::GetAtt': ['AddRole', 'Arn'] },
      Environment: { Variables: { A: { Ref: 'Sessions' }, B: { Ref: 'Queue' } } },
    },
  },
  View: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['ViewRole', 'Arn'] } } },
  AddRole: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'add' } },
  ViewRole: { Type: 'AWS::IAM::Role', Properties: {} },
  Sessions: { Type: 'AWS::DynamoDB::Table', Properties: named },
  Queue: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain' },
  ...api,
  ...permission(),
  ...one('AWS::Lambda::EventSourceMapping', { FunctionName: { Ref: 'Add' } }),
};
const someOf = fc
  .subarray(Object.keys(pool))
  .map((ids) => Object.fromEntries(ids.map((id) => [id, pool[id] as TemplateResource])));
const isCertain = ({ verdict }: Finding) => verdict === 'certain';

describe('in every pair of templates', () => {
  it('a template lacks nothing compared with itself', () => {
    fc.assert(fc.property(someOf, (saved) => expect(compare(saved, saved)).toEqual([])));
  });

  it('additions break nothing', () => {
    fc.assert(
      fc.property(someOf, someOf, (saved, more) => {
        expect(compare(saved, { ...more, ...saved }).filter(isCertain)).toEqual([]);
      }),
    );
  });

  it('applying the saved template repairs everything', () => {
    fc.assert(
      fc.property(someOf, someOf, (saved, live) => {
        const made = restTemplate(template(saved), template(live), () => undefined);
        if ('unresolved' in made) throw new Error('no version is referred to');
        expect(compareTemplates(template(saved), made.template)).toEqual([]);
      }),
    );
  });

  it('the more is removed, the more is broken', () => {
    fc.assert(
      fc.property(someOf, someOf, someOf, (saved, live, more) => {
        const fewer = compare(saved, live).filter(isCertain);
        const found = compare(saved, { ...live, ...more }).filter(isCertain);
        for (const one of found) expect(fewer).toContainEqual(one);
      }),
    );
  });
});
