import type {
  BatchGetItemInput,
  BatchWriteItemInput,
  GetItemInput,
  QueryInput,
  TagResourceInput,
} from '@aws-sdk/client-dynamodb';
import {
  on,
  type PermissionScope,
  type RequiredPermission,
  type Requirement,
  type Requirements,
} from './required-permission.ts';

/**
 * Permissions for calls of DynamoDB: the action of the same name, on the table or on the index that is read.
 *
 * Source: Service Authorization Reference, "Amazon DynamoDB".
 */
export const dynamoDbPermissions: Requirements = {
  GetItem: onTable('GetItem'),
  PutItem: onTable('PutItem'),
  UpdateItem: onTable('UpdateItem'),
  DeleteItem: onTable('DeleteItem'),
  DescribeTable: onTable('DescribeTable'),
  DescribeTimeToLive: onTable('DescribeTimeToLive'),
  CreateTable: onTable('CreateTable'),
  UpdateTable: onTable('UpdateTable'),
  DeleteTable: onTable('DeleteTable'),
  TagResource: onArn('TagResource'),
  UntagResource: onArn('UntagResource'),
  ListTagsOfResource: onArn('ListTagsOfResource'),
  Query: onTableOrIndex('Query'),
  Scan: onTableOrIndex('Scan'),
  BatchGetItem: ({ RequestItems }: BatchGetItemInput, scope) => onEach('BatchGetItem', RequestItems, scope),
  BatchWriteItem: ({ RequestItems }: BatchWriteItemInput, scope) =>
    onEach('BatchWriteItem', RequestItems, scope),
  ListTables: () => [on('dynamodb:ListTables', '*')],
};

function onTable(operation: string): Requirement {
  return ({ TableName }: Pick<GetItemInput, 'TableName'>, scope) => [
    on(`dynamodb:${operation}`, tableArn(scope, TableName)),
  ];
}

function onArn(operation: string): Requirement {
  return ({ ResourceArn = '' }: TagResourceInput) => [on(`dynamodb:${operation}`, ResourceArn)];
}

function onTableOrIndex(operation: string): Requirement {
  return ({ TableName, IndexName }: Pick<QueryInput, 'TableName' | 'IndexName'>, scope) => {
    const table = tableArn(scope, TableName);
    return [on(`dynamodb:${operation}`, IndexName === undefined ? table : `${table}/index/${IndexName}`)];
  };
}

function onEach(
  operation: string,
  tables: Readonly<Record<string, unknown>> | undefined,
  scope: PermissionScope,
): RequiredPermission[] {
  return Object.keys(tables ?? {}).map((name) => on(`dynamodb:${operation}`, tableArn(scope, name)));
}

function tableArn(scope: PermissionScope, nameOrArn = ''): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : scope.arn('dynamodb', `table/${nameOrArn}`);
}
