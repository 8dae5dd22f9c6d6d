import { defined, tagList } from './sam-parts.ts';
import type { ResourceDeclaration } from './template.ts';
import { member, textOf } from './template-value.ts';

const attributeTypes: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' };

/** The DynamoDB table of an `AWS::Serverless::SimpleTable`. */
export function expandTable(resource: ResourceDeclaration): ResourceDeclaration {
  const { PrimaryKey, Tags, ProvisionedThroughput, ...rest } = resource.Properties ?? {};
  const AttributeName = textOf(member(PrimaryKey, 'Name')) ?? 'id';
  const type = textOf(member(PrimaryKey, 'Type')) ?? 'String';
  return {
    ...resource,
    Type: 'AWS::DynamoDB::Table',
    Properties: defined({
      AttributeDefinitions: [{ AttributeName, AttributeType: attributeTypes[type] ?? type }],
      KeySchema: [{ AttributeName, KeyType: 'HASH' }],
      ...(ProvisionedThroughput === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : { ProvisionedThroughput }),
      ...rest,
      Tags: tagList(Tags),
    }),
  };
}
