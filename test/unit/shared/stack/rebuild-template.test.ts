// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import * as fc from 'fast-check';
import { namesIn, rebuildTemplate, versionPublishedFor } from '../../../../shared/stack/rebuild-template.ts';
import type { StackTemplate } from '../../../../shared/stack/stack-template.ts';

fc.configureGlobal({ seed: 1 });

const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'CreateOrder' } } };
const alias = (FunctionVersion: unknown) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: { Name: 'live', FunctionVersion },
});
const createOrder = (S3Key: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Bucket: 'artifacts', S3Key }, ...more },
});
const builds = [{ functionId: 'CreateOrder', versionId: 'Old' }];
const saved = (more: object = {}, properties: object = {}): StackTemplate => ({
  Resources: {
    CreateOrder: createOrder('old.zip', properties),
    Old: version,
    Live: alias({ 'Fn::GetAtt': ['Old', 'Version'] }),
    ...more,
  },
});
const live: StackTemplate = {
  Description: 'orders',
  Parameters: { Stage: { Type: 'String' } },
  Resources: {
    CreateOrder: createOrder('new.zip'),
    New: version,
    Live: alias({ 'Fn::GetAtt': ['New', 'Version'] }),
    Baskets: { Type: 'AWS::DynamoDB::Table' },
  },
};

describe('rebuildTemplate', () => {
  it('is the live template with the old function and a version of it', () => {
    expect(rebuildTemplate(saved(), live, builds)).toEqual({
      ...live,
      Resources: { ...live.Resources, CreateOrder: createOrder('old.zip'), Old: version },
    });
  });

  it('adds the referenced resources that the live template lacks, and nothing else', () => {
    const Role = { Type: 'AWS::IAM::Role', Condition: 'HasRole', Properties: { Path: { Ref: 'Path' } } };
    const template = rebuildTemplate(
      {
        ...saved(
          { Role, Layer: { Type: 'AWS::Lambda::LayerVersion' }, Unused: { Type: 'AWS::SQS::Queue' } },
          {
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Layers: [{ 'Fn::Sub': '${Layer}' }],
            MemorySize: { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Memory'] },
          },
        ),
        Parameters: { Stage: { Type: 'String', Default: 'dev' }, Path: { Type: 'String' } },
        Conditions: { HasRole: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, Other: {} },
        Mappings: { Sizes: { prod: { Memory: 512 } } },
      },
      live,
      builds,
    );

    expect(Object.keys(template.Resources).sort()).toEqual(
      [...Object.keys(live.Resources), 'Layer', 'Old', 'Role'].sort(),
    );
    expect(template).toMatchObject({
      Parameters: { Stage: { Type: 'String' }, Path: { Type: 'String' } },
      Conditions: { HasRole: {} },
      Mappings: { Sizes: {} },
    });
    expect(template.Parameters?.Stage).toEqual(live.Parameters?.Stage);
    expect(template.Conditions).not.toHaveProperty('Other');
  });

  it('adds a role with its policies, except those that the live template has', () => {
    const policy = (Type: string, more: object = {}) => ({
      Type,
      Properties: { Roles: [{ Ref: 'Role' }], ...more },
    });
    const Orders = { Type: 'AWS::SQS::Queue' };
    const more = {
      Role: { Type: 'AWS::IAM::Role' },
      Inline: policy('AWS::IAM::Policy', {
        PolicyDocument: { Resource: { 'Fn::GetAtt': ['Orders', 'Arn'] } },
      }),
      Managed: policy('AWS::IAM::ManagedPolicy'),
      Own: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: { Ref: 'Role' } } },
      OfAnother: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Other' }] } },
      Shared: policy('AWS::IAM::Policy'),
      Orders,
    };
    const Shared = policy('AWS::IAM::Policy', { PolicyName: 'now' });
    const template = rebuildTemplate(
      saved(more, { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }),
      { ...live, Resources: { ...live.Resources, Shared } },
      builds,
    );
    const { OfAnother: _, ...taken } = more;
    expect(template.Resources).toEqual({
      ...live.Resources,
      ...taken,
      CreateOrder: createOrder('old.zip', { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }),
      Old: version,
      Shared,
    });
  });

  it('ends where resources refer to each other in a cycle', () => {
    const more = {
      One: { Type: 'Custom::One', DependsOn: 'Two' },
      Two: { Type: 'Custom::Two', DependsOn: ['One'] },
    };
    const template = rebuildTemplate(saved(more, { Role: { Ref: 'One' } }), live, builds);
    expect(template.Resources).toMatchObject(more);
  });

  it('leaves everything else unchanged, whatever the saved template has', () => {
    const resource = fc.record({
      Type: fc.constantFrom('AWS::SQS::Queue', 'AWS::Lambda::Alias', 'AWS::IAM::Role'),
    });
    const names = fc.constantFrom('Live', 'New', 'Baskets', 'Orders', 'Role');
    fc.assert(
      fc.property(fc.dictionary(names, resource), fc.option(names), (more, role) => {
        const template = rebuildTemplate(saved(more, { Role: { Ref: role ?? 'Baskets' } }), live, builds);
        for (const [logicalId, declaration] of Object.entries(live.Resources)) {
          if (logicalId !== 'CreateOrder') expect(template.Resources[logicalId]).toEqual(declaration);
        }
      }),
    );
  });
});

it('finds every name in a part of a template, in every form', () => {
  const part = {
    Condition: 'IsProd',
    DependsOn: ['Policy'],
    Properties: {
      Arn: { 'Fn::GetAtt': 'Queue.Arn' },
      Name: { 'Fn::Sub': ['${Prefix}-${Own}-${AWS::Region}', { Own: { Ref: 'Table' } }] },
      Size: { 'Fn::If': ['IsLarge', { Ref: 'Large' }, { Ref: 'Small' }] },
      Statement: { Condition: { StringEquals: {} } },
    },
  };
  expect([...namesIn(part)].sort()).toEqual(
    ['AWS::Region', 'IsLarge', 'IsProd', 'Large', 'Policy', 'Prefix', 'Queue', 'Small', 'Table'].sort(),
  );
});

describe('versionPublishedFor', () => {
  it('is the version that the alias refers to, with its function', () => {
    expect(versionPublishedFor(saved(), 'Live')).toEqual({ functionId: 'CreateOrder', versionId: 'Old' });
  });

  it.each([
    ['has a literal number', saved({ Live: alias('4') })],
    ['is not there', { Resources: {} }],
    [
      'refers to something else',
      saved({ Live: alias({ 'Fn::GetAtt': ['Baskets', 'Version'] }), Baskets: { Type: 'Custom::One' } }),
    ],
    [
      'refers to a version of a function by its name',
      saved({ Old: { ...version, Properties: { FunctionName: 'orders' } } }),
    ],
    [
      'refers to a version of a function that is not there',
      {
        Resources: {
          ...saved().Resources,
          Old: { ...version, Properties: { FunctionName: { Ref: 'Gone' } } },
        },
      },
    ],
  ])('is none where the alias %s', (_, template) => {
    expect(versionPublishedFor(template, 'Live')).toBeUndefined();
  });
});
