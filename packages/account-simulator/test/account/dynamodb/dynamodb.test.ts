import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  ScanCommand,
  TagResourceCommand,
  TransactWriteItemsCommand,
  UntagResourceCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDb, type TableDefinition } from '../../../account/dynamodb/dynamodb.ts';
import { ACCOUNT, type AnyClient, Bench, CALLER } from '../wire/wired.ts';

let bench: Bench;
let dynamodb: DynamoDb;
let client: AnyClient;

const ledger: TableDefinition = {
  TableName: 'ledger',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'status', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-status',
      KeySchema: [
        { AttributeName: 'status', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

beforeEach(() => {
  bench = new Bench();
  dynamodb = new DynamoDb({ clock: bench.clock, random: bench.random, account: ACCOUNT });
  dynamodb.createTable(ledger);
  client = new DynamoDBClient(bench.wire({ dynamodb }).clientConfig(CALLER));
});

afterEach(() => {
  bench.clock.uninstall();
});

const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

const send = (command: object) => bench.settle(client.send(command));
const refusal = (command: object) => bench.refusal(client.send(command));

const put = (pk: string, sk: string, more: Record<string, object> = {}) =>
  send(new PutItemCommand({ TableName: 'ledger', Item: { ...key(pk, sk), ...more } as never }));

describe('DynamoDb items', () => {
  it('returns an item of every attribute type unchanged', async () => {
    const Item = {
      ...key('service#orders', 'release#1'),
      n: { N: '12.5' },
      flag: { BOOL: false },
      none: { NULL: true },
      list: { L: [{ S: 'a' }, { M: { deep: { N: '1' } } }, { L: [] }] },
      map: { M: { B: { S: 'an attribute named like a type' }, BS: { N: '2' } } },
      bytes: { B: Uint8Array.of(0, 1, 255) },
      byteSet: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
      names: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '2'] },
    };
    await send(new PutItemCommand({ TableName: 'ledger', Item }));
    const got = await send(
      new GetItemCommand({
        TableName: 'ledger',
        Key: key('service#orders', 'release#1'),
        ConsistentRead: true,
      }),
    );
    expect(JSON.parse(JSON.stringify(got.Item))).toEqual(JSON.parse(JSON.stringify(Item)));
    expect(Buffer.from(got.Item.bytes.B)).toEqual(Buffer.of(0, 1, 255));
  });

  it('returns no Item for a missing key', async () => {
    const got = await send(new GetItemCommand({ TableName: 'ledger', Key: key('a', 'b') }));
    expect(got.Item).toBeUndefined();
  });

  it('refuses a conditional put with the class of the client', async () => {
    await put('lock#orders', 'lock', { owner: { S: 'incident-1' } });
    const command = new PutItemCommand({
      TableName: 'ledger',
      Item: { ...key('lock#orders', 'lock'), owner: { S: 'incident-2' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    const error = await refusal(command);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error.message).toBe('The conditional request failed');
    expect(error.Item).toBeUndefined();
  });

  it.each([
    [
      'put',
      () =>
        new PutItemCommand({
          TableName: 'ledger',
          Item: key('lock#orders', 'lock'),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
    ],
    [
      'update',
      () =>
        new UpdateItemCommand({
          TableName: 'ledger',
          Key: key('lock#orders', 'lock'),
          UpdateExpression: 'SET fence = :f',
          ConditionExpression: 'fence < :f',
          ExpressionAttributeValues: { ':f': { N: '3' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
    ],
    [
      'delete',
      () =>
        new DeleteItemCommand({
          TableName: 'ledger',
          Key: key('lock#orders', 'lock'),
          ConditionExpression: 'fence = :f',
          ExpressionAttributeValues: { ':f': { N: '1' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
    ],
  ])('puts the item that failed the condition of a %s into the error on request', async (_, command) => {
    await put('lock#orders', 'lock', { fence: { N: '7' }, seal: { B: Uint8Array.of(9) } });
    const error = await refusal(command());
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error.Item).toMatchObject({ fence: { N: '7' } });
    const { seal } = error.Item as { seal: { B: Uint8Array } };
    expect(Buffer.from(seal.B)).toEqual(Buffer.of(9));
  });

  it('leaves Item out of the error where no item failed the condition', async () => {
    const error = await refusal(
      new UpdateItemCommand({
        TableName: 'ledger',
        Key: key('lock#none', 'lock'),
        UpdateExpression: 'SET fence = :f',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':f': { N: '3' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error.Item).toBeUndefined();
  });

  it('updates with SET, ADD, REMOVE and functions, and returns the requested values', async () => {
    await put('a', '1', { n: { N: '0.1' }, gone: { S: 'x' }, log: { L: [{ S: 'first' }] } });
    const { Attributes } = await send(
      new UpdateItemCommand({
        TableName: 'ledger',
        Key: key('a', '1'),
        UpdateExpression:
          'SET #s = if_not_exists(#s, :open), #l = list_append(#l, :more), big = :big ADD n :n REMOVE gone',
        ExpressionAttributeNames: { '#s': 'state', '#l': 'log' },
        ExpressionAttributeValues: {
          ':open': { S: 'open' },
          ':more': { L: [{ S: 'second' }] },
          ':n': { N: '0.2' },
          ':big': { N: '12345678901234567890123456789012345678' },
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({
      ...key('a', '1'),
      n: { N: '0.3' },
      log: { L: [{ S: 'first' }, { S: 'second' }] },
      state: { S: 'open' },
      big: { N: '12345678901234567890123456789012345678' },
    });
  });

  it('deletes an item and returns its old value', async () => {
    await put('a', '1', { n: { N: '1' } });
    const { Attributes } = await send(
      new DeleteItemCommand({ TableName: 'ledger', Key: key('a', '1'), ReturnValues: 'ALL_OLD' }),
    );
    expect(Attributes).toMatchObject({ n: { N: '1' } });
    expect(dynamodb.items('ledger')).toEqual([]);
  });

  it('lets one of many concurrent conditional writers win', async () => {
    const race = Array.from({ length: 20 }, (_, i) =>
      client.send(
        new PutItemCommand({
          TableName: 'ledger',
          Item: { ...key('lock#orders', 'lock'), owner: { N: String(i) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
    const outcomes = await bench.settle(Promise.allSettled(race));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(dynamodb.items('ledger')).toHaveLength(1);
  });

  it('counts consumed capacity as documented: a unit per KiB written, half a unit per 4 KiB read', async () => {
    const item = { ...key('a', '1'), text: { S: 'x'.repeat(4500) } };
    const written = await send(
      new PutItemCommand({ TableName: 'ledger', Item: item, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(written.ConsumedCapacity).toEqual({ TableName: 'ledger', CapacityUnits: 5 });
    const read = (ConsistentRead: boolean) =>
      send(
        new GetItemCommand({
          TableName: 'ledger',
          Key: key('a', '1'),
          ConsistentRead,
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
    expect((await read(true)).ConsumedCapacity.CapacityUnits).toBe(2);
    expect((await read(false)).ConsumedCapacity.CapacityUnits).toBe(1);
  });

  it('refuses an item over 400 KB, an empty key and an unknown table', async () => {
    const large = { ...key('a', '1'), text: { S: 'x'.repeat(410_000) } };
    expect(await refusal(new PutItemCommand({ TableName: 'ledger', Item: large }))).toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
    const empty = new PutItemCommand({ TableName: 'ledger', Item: key('', '1') });
    expect((await refusal(empty)).name).toBe('ValidationException');
    const elsewhere = await refusal(new GetItemCommand({ TableName: 'nowhere', Key: key('a', '1') }));
    expect(elsewhere).toBeInstanceOf(ResourceNotFoundException);
  });

  it('refuses unsimulated features by name', async () => {
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: 'ledger', Item: key('a', '1') } }],
    });
    expect((await refusal(transaction)).message).toBe(
      'UnsupportedOperation: dynamodb:TransactWriteItems is not simulated',
    );
    const classed = new CreateTableCommand({
      ...ledger,
      TableName: 'other',
      TableClass: 'STANDARD',
    } as never);
    expect((await refusal(classed)).message).toBe(
      'UnsupportedOperation: dynamodb:CreateTable with TableClass is not simulated',
    );
    const update = (UpdateExpression: string) =>
      new UpdateItemCommand({ TableName: 'ledger', Key: key('a', '1'), UpdateExpression });
    await put('a', '1', { l: { L: [{ N: '0' }, { N: '1' }] }, m: { L: [{ N: '0' }] } });
    expect((await refusal(update('REMOVE l[0], l[1]'))).message).toContain('REMOVE of several list elements');
    await send(update('REMOVE l[0], m[0]'));
    expect(dynamodb.items('ledger')).toMatchObject([{ l: [1], m: [] }]);
  });
});

describe('DynamoDb queries', () => {
  beforeEach(async () => {
    for (const [sk, status, at] of [
      ['release#003', 'good', 30],
      ['release#001', 'good', 10],
      ['release#002', 'bad', 20],
      ['lock', 'none', 5],
    ] as const) {
      await put('service#orders', sk, { status: { S: status }, at: { N: String(at) } });
    }
    await put('service#payment', 'release#001', { status: { S: 'good' }, at: { N: '-7' } });
  });

  const query = async (input: object): Promise<string[]> => {
    const output = await send(new QueryCommand({ TableName: 'ledger', ...input }));
    return output.Items.map((item: Record<string, { S: string }>) => `${item.pk?.S}/${item.sk?.S}`);
  };
  const values = { ':p': { S: 'service#orders' } };

  it('reads a partition in key order, forwards and backwards', async () => {
    const KeyConditionExpression = 'pk = :p';
    expect(await query({ KeyConditionExpression, ExpressionAttributeValues: values })).toEqual([
      'service#orders/lock',
      'service#orders/release#001',
      'service#orders/release#002',
      'service#orders/release#003',
    ]);
    const newest = { KeyConditionExpression, ScanIndexForward: false, Limit: 1 };
    expect(await query({ ...newest, ExpressionAttributeValues: values })).toEqual([
      'service#orders/release#003',
    ]);
  });

  it.each([
    ['begins_with(sk, :a)', ['001', '002', '003']],
    ['sk > :b', ['003']],
    ['sk >= :b', ['002', '003']],
    ['sk BETWEEN :a AND :b', ['001', '002']],
  ])('reads the range of %s', async (condition, expected) => {
    const found = await query({
      KeyConditionExpression: `pk = :p AND ${condition}`,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries({ ...values, ':a': { S: 'release#' }, ':b': { S: 'release#002' } }).filter(
          ([name]) => name === ':p' || condition.includes(name),
        ),
      ),
    });
    expect(found.map((name) => name.slice(-3))).toEqual(expected);
  });

  it('continues where a page ended', async () => {
    const input = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: values, Limit: 3 };
    const first = await send(new QueryCommand({ TableName: 'ledger', ...input }));
    expect(first.LastEvaluatedKey).toEqual(key('service#orders', 'release#002'));
    expect(await query({ ...input, ExclusiveStartKey: first.LastEvaluatedKey })).toEqual([
      'service#orders/release#003',
    ]);
  });

  it('reads a secondary index in the order of its numbers, negative ones first', async () => {
    expect(
      await query({
        IndexName: 'by-status',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'good' } },
      }),
    ).toEqual(['service#payment/release#001', 'service#orders/release#001', 'service#orders/release#003']);
  });

  it('moves an item in an index when its index key changes', async () => {
    await send(
      new UpdateItemCommand({
        TableName: 'ledger',
        Key: key('service#orders', 'release#001'),
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'bad' } },
      }),
    );
    const ofStatus = (status: string) =>
      query({
        IndexName: 'by-status',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: status } },
      });
    expect(await ofStatus('bad')).toEqual(['service#orders/release#001', 'service#orders/release#002']);
    expect(await ofStatus('good')).not.toContain('service#orders/release#001');
  });

  it('filters and projects', async () => {
    const output = await send(
      new QueryCommand({
        TableName: 'ledger',
        KeyConditionExpression: 'pk = :p',
        FilterExpression: '#s = :s',
        ProjectionExpression: 'sk',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ...values, ':s': { S: 'bad' } },
      }),
    );
    expect(output).toMatchObject({ Items: [{ sk: { S: 'release#002' } }], Count: 1, ScannedCount: 4 });
  });

  it('scans every item', async () => {
    const output = await send(new ScanCommand({ TableName: 'ledger' }));
    expect(output.Count).toBe(5);
  });

  it('gets and writes batches, in an order that the seed decides', async () => {
    const Keys = ['lock', 'release#001', 'release#002', 'release#003'].map((sk) => key('service#orders', sk));
    const output = await send(new BatchGetItemCommand({ RequestItems: { ledger: { Keys } } }));
    const order = output.Responses.ledger.map((item: { sk: { S: string } }) => item.sk.S);
    expect([...order].sort()).toEqual(Keys.map(({ sk }) => sk.S));
    const again = new DynamoDb({ clock: bench.clock, random: bench.random, account: ACCOUNT });
    again.createTable(ledger);
    const wire = bench.wire({ dynamodb: again });
    const RequestItems = { ledger: Keys.map((Item) => ({ PutRequest: { Item } })) };
    await bench.settle(wire.call('dynamodb', 'BatchWriteItem', { RequestItems }, CALLER));
    const second = await bench.settle(
      wire.call('dynamodb', 'BatchGetItem', { RequestItems: { ledger: { Keys } } }, CALLER),
    );
    expect(second.Responses.ledger.map((item: { sk: { S: string } }) => item.sk.S)).toEqual(order);
  });

  it('leaves the random source of the process as it was', async () => {
    const before = Math.random;
    await send(
      new BatchGetItemCommand({ RequestItems: { ledger: { Keys: [key('service#orders', 'lock')] } } }),
    );
    expect(Math.random).toBe(before);
  });

  it('lists items as plain values for reports', () => {
    expect(dynamodb.items('ledger')).toContainEqual({
      pk: 'service#payment',
      sk: 'release#001',
      status: 'good',
      at: -7,
    });
    expect(() => dynamodb.items('nowhere')).toThrow('nowhere not found');
  });
});

describe('DynamoDb tables', () => {
  it('creates a table at boot that is active at once', async () => {
    const { Table } = await send(new DescribeTableCommand({ TableName: 'ledger' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/ledger',
      CreationDateTime: new Date('2026-10-01T00:00:00Z'),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [{ IndexName: 'by-status', IndexStatus: 'ACTIVE' }],
    });
  });

  it('refuses a table at boot as DynamoDB would', () => {
    expect(() => dynamodb.createTable(ledger)).toThrow(
      expect.objectContaining({ name: 'ResourceInUseException' }),
    );
    expect(() => dynamodb.createTable({ ...ledger, TableName: 'x' })).toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    );
  });

  it('draws the same table id from the same seed', () => {
    const idOf = () => {
      const fresh = new DynamoDb({ clock: bench.clock, random: bench.random, account: ACCOUNT });
      return fresh.createTable(ledger).TableId;
    };
    expect(idOf()).toBe(idOf());
    expect(idOf()).toMatch(/^[0-9a-f]{8}-/);
  });

  it('creates, changes, lists and deletes tables for clients', async () => {
    const other = { ...ledger, TableName: 'other', BillingMode: 'PROVISIONED' as const };
    const throughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
    const { GlobalSecondaryIndexes: _, ...plain } = other;
    const created = await send(
      new CreateTableCommand({
        ...plain,
        AttributeDefinitions: ledger.AttributeDefinitions?.slice(0, 2),
        ProvisionedThroughput: throughput,
      } as never),
    );
    expect(created.TableDescription).toMatchObject({ TableStatus: 'CREATING', TableName: 'other' });
    await bench.settle(bench.clock.sleep(1));
    const changed = await send(
      new UpdateTableCommand({
        TableName: 'other',
        ProvisionedThroughput: { ...throughput, ReadCapacityUnits: 2 },
      }),
    );
    expect(changed.TableDescription.TableStatus).toBe('UPDATING');
    await bench.settle(bench.clock.sleep(1));
    const { Table } = await send(new DescribeTableCommand({ TableName: 'other' }));
    expect(Table.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 2 });
    expect((await send(new ListTablesCommand({}))).TableNames).toEqual(['ledger', 'other']);
    await send(new DeleteTableCommand({ TableName: 'other' }));
    await bench.settle(bench.clock.sleep(1));
    expect((await send(new ListTablesCommand({}))).TableNames).toEqual(['ledger']);
    expect(await refusal(new DeleteTableCommand({ TableName: 'other' }))).toBeInstanceOf(
      ResourceNotFoundException,
    );
    expect(await refusal(new CreateTableCommand(ledger as never))).toBeInstanceOf(ResourceInUseException);
  });

  it('keeps tags and reports that items do not expire', async () => {
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:111122223333:table/ledger';
    await send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'a' }] }));
    expect((await send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'team', Value: 'a' },
    ]);
    await send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
    expect((await send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([]);
    const { TimeToLiveDescription } = await send(new DescribeTimeToLiveCommand({ TableName: 'ledger' }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it('shows one item as plain values, at once', async () => {
    const Item = { pk: { S: 'a' }, sk: { S: 'b' }, at: { N: '7' } };
    await bench.settle(client.send(new PutItemCommand({ TableName: 'ledger', Item })));

    expect(dynamodb.item('ledger', { pk: 'a', sk: 'b' })).toEqual({ pk: 'a', sk: 'b', at: 7 });
    expect(dynamodb.item('ledger', { pk: 'a', sk: 'c' })).toBeUndefined();
    expect(() => dynamodb.item('none', { pk: 'a', sk: 'b' })).toThrow('not found');
  });
});
