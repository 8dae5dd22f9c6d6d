import type { StackTemplate, TemplateResource } from '../../../../shared/stack/stack-template.ts';
import { changedParameters, changedResources } from '../../../../shared/stack/template-changes.ts';

const template = (Resources: Record<string, TemplateResource>): StackTemplate => ({ Resources });
const code = (S3Key: string, more: Record<string, unknown> = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Bucket: 'b', S3Key }, ...more },
});

it('names additions, removals and changes, with the properties, and no value', () => {
  const before = template({
    Create: code('a', { Timeout: 3 }),
    List: code('a'),
    Old: { Type: 'AWS::SQS::Queue' },
    Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Delete' },
  });
  const after = template({
    Create: code('b', { Timeout: 3, Environment: { Variables: { SECRET: 'x' } } }),
    List: code('a'),
    New: { Type: 'AWS::SQS::Queue' },
    Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain' },
  });
  expect(changedResources(before, after)).toEqual({
    added: ['New'],
    removed: ['Old'],
    changed: ['Create (Code, Environment)', 'Table (DeletionPolicy)'],
  });
});

it('leaves out the parts that every release makes again, metadata, and the order of members', () => {
  const before = template({
    VersionA: { Type: 'AWS::Lambda::Version' },
    DeploymentA: { Type: 'AWS::ApiGateway::Deployment' },
    Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionVersion: '4' } },
    Queue: { Type: 'AWS::SQS::Queue', Metadata: { a: 1 }, Properties: { Tags: { a: 1, b: 2 } } },
  });
  const after = template({
    VersionB: { Type: 'AWS::Lambda::Version' },
    DeploymentB: { Type: 'AWS::ApiGateway::Deployment' },
    Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionVersion: '5' } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { Tags: { b: 2, a: 1 } } },
  });
  expect(changedResources(before, after)).toEqual({ added: [], removed: [], changed: [] });
});

it('names a resource whose type has changed', () => {
  const [before, after] = [{ Type: 'AWS::SQS::Queue' }, { Type: 'AWS::SNS::Topic' }];
  expect(changedResources(template({ A: before }), template({ A: after })).changed).toEqual(['A (Type)']);
});

it('names the parameters that differ; a masked one is unknown', () => {
  const before = [
    { key: 'Stage', value: 'a' },
    { key: 'Same', value: 'a' },
    { key: 'Masked' },
    { key: 'Gone', value: 'a' },
  ];
  const after = [
    { key: 'Stage', value: 'b' },
    { key: 'Same', value: 'a' },
    { key: 'Masked', value: '****' },
    { key: 'New', value: 'a' },
  ];
  expect(changedParameters(before, after)).toEqual(['Gone', 'New', 'Stage']);
});
