import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import validations from 'dynalite/validations/index.js';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type Operations, type SimulatedService } from '../service.ts';
import type { AccountIdentity } from '../wire/account-identity.ts';
import { refuseUnknownMembers } from '../wire/unsupported.ts';
import { type DynaliteOperation, dynaliteActions } from './dynalite-actions.ts';
import { fromJsonShape, toJsonShape } from './json-shape.ts';
import { refuseSeveralListRemovals } from './list-removals.ts';
import { plainItem, type StoredItem } from './plain-item.ts';
import { TableStore } from './table-store.ts';

/** The input for creating a table; the CloudFormation properties of these names have the same shape. */
export type TableDefinition = Pick<
  CreateTableCommandInput,
  | 'TableName'
  | 'AttributeDefinitions'
  | 'KeySchema'
  | 'BillingMode'
  | 'ProvisionedThroughput'
  | 'GlobalSecondaryIndexes'
  | 'LocalSecondaryIndexes'
>;

/** The parts of the simulated DynamoDB. */
export interface DynamoDbParts {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly account: AccountIdentity;
}

type Input = Record<string, unknown>;
type Done = (error: unknown, result?: object) => void;

/** With this option on a write, the error holds the item that failed the condition. */
const ITEM_ON_FAILURE = 'ReturnValuesOnConditionCheckFailure';

/**
 * DynamoDB: dynalite's checks and actions on a store in memory. Reads are always up to date, even those that do not ask for
 * consistency. Members of an input that dynalite does not know are refused by name. Sizes, and the capacity computed from
 * them, count a character as a byte, so they are exact for ASCII text only.
 */
export class DynamoDb implements SimulatedService {
  readonly operations: Operations;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #store: TableStore;

  constructor({ clock, random, account }: DynamoDbParts) {
    this.#clock = clock;
    this.#random = random.fork('dynamodb');
    this.#store = new TableStore(account);
    const names = Object.keys(dynaliteActions) as DynaliteOperation[];
    this.operations = Object.fromEntries(
      names.map((name) => [name, (input: Input) => this.#perform(name, input)]),
    );
  }

  /** Creates a table that is ACTIVE at once. Throws `AwsError` where DynamoDB would refuse it. */
  createTable(definition: TableDefinition): TableDescription {
    let outcome: { error?: unknown; result?: object } = {};
    this.#run('CreateTable', definition as Input, (error, result) => {
      outcome = { error, ...(result && { result }) };
    });
    if (outcome.error) throw awsError(outcome.error);
    const { TableDescription: table } = outcome.result as { TableDescription: TableDescription };
    table.TableStatus = 'ACTIVE';
    for (const index of table.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
    this.#store.tableDb.set(table.TableName as string, table);
    return fromJsonShape(structuredClone(table));
  }

  /** Every item of a table as plain values, in the order a scan returns them. */
  items(tableName: string): Array<Record<string, unknown>> {
    if (this.#store.tableDb.read(tableName) === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Table: ${tableName} not found`,
      );
    }
    return this.#store
      .getItemDb(tableName)
      .values()
      .map((item) => plainItem(item as StoredItem));
  }

  /** One item of a table as plain values; undefined where there is none. */
  item(tableName: string, key: Readonly<Record<string, string>>): Record<string, unknown> | undefined {
    const Key = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));
    let item: StoredItem | undefined;
    this.#run('GetItem', { TableName: tableName, Key, ConsistentRead: true }, (error, result) => {
      if (error) throw awsError(error);
      item = (result as { Item?: StoredItem } | undefined)?.Item;
    });
    return item && plainItem(item);
  }

  #perform(name: DynaliteOperation, input: Input): Promise<object> {
    const done = new Promise<object>((resolve, reject) => {
      this.#run(name, input, (error, result) => {
        if (error) reject(this.#failure(error, input));
        else resolve(fromJsonShape(result ?? {}));
      });
    });
    return this.#clock.busy(done);
  }

  #run(name: DynaliteOperation, input: Input, done: Done): void {
    const { run, checks } = dynaliteActions[name];
    const { [ITEM_ON_FAILURE]: _, ...known } = input;
    const request = toJsonShape(name.endsWith('Item') && !name.startsWith('Batch') ? known : input) as object;
    refuseUnknownMembers('dynamodb', name, request, Object.keys(checks.types));
    let data: object;
    try {
      data = validations.checkTypes(request, checks.types);
      validations.checkValidations(data, checks.types, checks.custom, this.#store);
    } catch (error) {
      done(error);
      return;
    }
    if (name === 'UpdateItem') refuseSeveralListRemovals(data);
    if (name === 'CreateTable') run(this.#store, data, this.#withSeededId(done));
    else if (name === 'UpdateTable') run(this.#store, data, asItIsNow(done));
    else if (name === 'BatchGetItem') this.#withSeededShuffle(() => run(this.#store, data, done));
    else run(this.#store, data, done);
  }

  /** dynalite draws a table's id from the system; the description is the object that it stores. */
  #withSeededId(done: Done): Done {
    return (error, result) => {
      const table = (result as { TableDescription?: TableDescription } | undefined)?.TableDescription;
      if (table) {
        table.TableId = this.#random.uuid();
        this.#store.tableDb.set(table.TableName as string, table);
      }
      asItIsNow(done)(error, result);
    };
  }

  /** dynalite shuffles the items of a batch, as DynamoDB may, within the call and with `Math.random`. */
  #withSeededShuffle(run: () => void): void {
    const systemRandom = Math.random;
    Math.random = () => this.#random.uniform();
    try {
      run();
    } finally {
      Math.random = systemRandom;
    }
  }

  #failure(error: unknown, input: Input): Error {
    const refusal = awsError(error);
    if (refusal.name !== 'ConditionalCheckFailedException' || input[ITEM_ON_FAILURE] !== 'ALL_OLD') {
      return refusal;
    }
    const Item = this.#current(input);
    return Item ? new AwsError(refusal.name, refusal.message, 400, { Item }) : refusal;
  }

  /** The item of a write, as it is now. */
  #current(input: Input): object | undefined {
    const table = this.#store.tableDb.read(input.TableName as string) as TableDescription;
    const source = (input.Key ?? input.Item) as Input;
    const names = (table.KeySchema ?? []).map(({ AttributeName }) => AttributeName as string);
    const Key = Object.fromEntries(names.map((name) => [name, source[name]]));
    let item: object | undefined;
    this.#run('GetItem', { TableName: input.TableName, Key, ConsistentRead: true }, (_error, result) => {
      item = (result as { Item?: object } | undefined)?.Item;
    });
    return item && fromJsonShape(item);
  }
}

/** dynalite later changes the description that it returned, when the table becomes active. */
function asItIsNow(done: Done): Done {
  return (error, result) => done(error, result && structuredClone(result));
}

/** dynalite's refusals carry the body of the HTTP response; any other error is a fault of the simulation. */
function awsError(error: unknown): AwsError {
  const body = (error as { body?: { __type: string; message?: string; Message?: string } }).body;
  if (!body) throw error;
  const name = body.__type.slice(body.__type.indexOf('#') + 1);
  return new AwsError(name, body.message ?? body.Message ?? '', 400);
}
