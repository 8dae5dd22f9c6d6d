import type { Callback, DynaliteDb, DynaliteStore } from 'dynalite/db/index.js';
import type { AccountIdentity } from '../wire/account-identity.ts';
import { SortedRecords } from './sorted-records.ts';

/** Largest item, in bytes (Amazon DynamoDB Developer Guide, "Quotas"). */
const MAXIMUM_ITEM_BYTES = 400 * 1024;

/** dynalite's store with its tables, items, indexes and tags in memory instead of LevelDB. */
export class TableStore implements DynaliteStore {
  /** Tables change state at once: nothing simulated here depends on the time that AWS takes. */
  readonly options = {
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    maxItemSize: MAXIMUM_ITEM_BYTES,
  };
  readonly tableDb = new SortedRecords();
  readonly #spaces = new Map<string, SortedRecords>();

  constructor({ accountId, region }: AccountIdentity) {
    this.tableDb.awsAccountId = accountId;
    this.tableDb.awsRegion = region;
  }

  getItemDb(table: string): SortedRecords {
    return this.#space(`item/${table}`);
  }

  deleteItemDb(table: string, done: Callback): void {
    this.#drop(`item/${table}`, done);
  }

  getIndexDb(type: string, table: string, index: string): DynaliteDb {
    return this.#space(`index/${type.toLowerCase()}/${table}/${index}`);
  }

  deleteIndexDb(type: string, table: string, index: string, done: Callback): void {
    this.#drop(`index/${type.toLowerCase()}/${table}/${index}`, done);
  }

  getTagDb(table: string): DynaliteDb {
    return this.#space(`tag/${table}`);
  }

  deleteTagDb(table: string, done: Callback): void {
    this.#drop(`tag/${table}`, done);
  }

  /** A table's description; a table being created or deleted counts as missing where `checkStatus` is not false. */
  getTable(name: string, checkStatus: boolean | Callback, done?: Callback): void {
    const reply = (typeof checkStatus === 'function' ? checkStatus : done) as Callback;
    const table = this.tableDb.read(name) as { TableStatus: string } | undefined;
    const unusable = table && checkStatus !== false && /^(CREATING|DELETING)$/.test(table.TableStatus);
    if (table && !unusable) reply(null, table);
    else reply(tableNotFound(checkStatus === false ? `: Table: ${name} not found` : ''));
  }

  #space(name: string): SortedRecords {
    let space = this.#spaces.get(name);
    if (!space) {
      space = new SortedRecords();
      this.#spaces.set(name, space);
    }
    return space;
  }

  #drop(name: string, done: Callback): void {
    this.#spaces.delete(name);
    done(null);
  }
}

function tableNotFound(detail: string): Error {
  const message = `Requested resource not found${detail}`;
  const type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
  return Object.assign(new Error(message), {
    name: 'NotFoundError',
    statusCode: 400,
    body: { __type: type, message },
  });
}
