import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { checkInput, describeProblems } from '../check-input.ts';
import { LedgerCorrupt } from '../errors.ts';

/** Primary key of a record: the partition it lives in and its place there. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A DynamoDB update or condition: an expression with its names and values. */
export interface Expression {
  readonly expression: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, unknown>;
}

/**
 * The ledger's table: typed reads and conditional writes on one DynamoDB table, always strongly consistent.
 *
 * A conditional write returns whether it happened: losing a race is a normal result and not an error. Records are checked by
 * their schema when they are read.
 */
export class LedgerTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    this.#table = table;
  }

  async get<T>(key: Key, schema: z.ZodType<T>): Promise<T | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
    );
    return Item && parse(key, Item, schema);
  }

  /**
   * Writes a record; with `onlyIfNew`, only if there is none; with `condition`, only if the existing record fulfils it.
   * Returns false, with nothing changed, otherwise.
   */
  async put(
    key: Key,
    record: object,
    { onlyIfNew = false, condition }: { onlyIfNew?: boolean; condition?: Expression } = {},
  ): Promise<boolean> {
    const { expression, names, values }: Partial<Expression> = onlyIfNew
      ? { expression: 'attribute_not_exists(pk)' }
      : (condition ?? {});
    return this.#unlessRefused(
      this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...record, ...key },
          ...(expression && { ConditionExpression: expression }),
          ...(names && { ExpressionAttributeNames: names }),
          ...(values && { ExpressionAttributeValues: values }),
        }),
      ),
    );
  }

  /** Applies `change` if `condition` holds (the record must exist); returns whether it did. */
  async update(key: Key, change: Expression, condition?: Expression): Promise<boolean> {
    return this.#unlessRefused(this.#client.send(new UpdateCommand(this.#updateOf(key, change, condition))));
  }

  /**
   * Like {@link update}, and returns the record after the change; undefined, with nothing changed, if `condition` does not
   * hold.
   */
  async updated<T>(
    key: Key,
    change: Expression,
    condition: Expression,
    schema: z.ZodType<T>,
  ): Promise<T | undefined> {
    try {
      const { Attributes = {} } = await this.#client.send(
        new UpdateCommand({ ...this.#updateOf(key, change, condition), ReturnValues: 'ALL_NEW' }),
      );
      return parse(key, Attributes, schema);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  #updateOf(key: Key, change: Expression, condition?: Expression) {
    const names = { ...change.names, ...condition?.names };
    const values = { ...change.values, ...condition?.values };
    return {
      TableName: this.#table,
      Key: key,
      UpdateExpression: change.expression,
      ConditionExpression: ['attribute_exists(pk)', condition && `(${condition.expression})`]
        .filter(Boolean)
        .join(' AND '),
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    };
  }

  /** Deletes a record if `condition` holds; returns whether it did. */
  async delete(key: Key, condition: Expression): Promise<boolean> {
    return this.#unlessRefused(
      this.#client.send(
        new DeleteCommand({
          TableName: this.#table,
          Key: key,
          ConditionExpression: condition.expression,
          ...(condition.names && { ExpressionAttributeNames: condition.names }),
          ...(condition.values && { ExpressionAttributeValues: condition.values }),
        }),
      ),
    );
  }

  /** Records of a partition whose sort key begins with `prefix`, newest (highest sort key) first. */
  async query<T>(
    pk: string,
    prefix: string,
    schema: z.ZodType<T>,
    { limit = Number.POSITIVE_INFINITY, before }: { limit?: number; before?: string } = {},
  ): Promise<T[]> {
    const records: T[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: before
            ? 'pk = :pk AND sk BETWEEN :prefix AND :before'
            : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ...(before && { ':before': before }) },
          ConsistentRead: true,
          ScanIndexForward: false,
          ...(Number.isFinite(limit) && { Limit: limit - records.length }),
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of Items) records.push(parse({ pk, sk: String(item.sk) }, item, schema));
      from = LastEvaluatedKey;
    } while (from && records.length < limit);
    return records;
  }

  /**
   * Records of a partition whose sort key is `prefix` and then a time, within a span of times (ISO 8601, both ends
   * included), newest first unless `ascending`.
   */
  async span<T>(
    pk: string,
    prefix: string,
    {
      from = '',
      until = '',
      limit = Number.POSITIVE_INFINITY,
      ascending = false,
    }: {
      readonly from?: string | undefined;
      readonly until?: string | undefined;
      readonly limit?: number | undefined;
      readonly ascending?: boolean | undefined;
    },
    schema: z.ZodType<T>,
  ): Promise<T[]> {
    const records: T[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
          // "~" sorts after every character of a key.
          ExpressionAttributeValues: {
            ':pk': pk,
            ':from': `${prefix}${from}`,
            ':until': `${prefix}${until}~`,
          },
          ConsistentRead: true,
          ScanIndexForward: ascending,
          ...(Number.isFinite(limit) && { Limit: limit - records.length }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of Items) records.push(parse({ pk, sk: String(item.sk) }, item, schema));
      start = LastEvaluatedKey;
    } while (start && records.length < limit);
    return records;
  }

  async #unlessRefused(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function parse<T>({ pk, sk }: Key, item: Record<string, unknown>, schema: z.ZodType<T>): T {
  const { pk: _pk, sk: _sk, ...record } = item;
  const checked = checkInput(schema, record);
  if ('problems' in checked) {
    throw new LedgerCorrupt(`Record ${pk} / ${sk}: ${describeProblems(checked.problems)}`);
  }
  return checked.data;
}
