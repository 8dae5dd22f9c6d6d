/** The used part of dynalite 4: its request checks and its actions, each working on a store with callbacks. */

declare module 'dynalite/actions/*.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';

  type Done = (error: unknown, result?: object) => void;
  const action: (store: DynaliteStore, data: object, done: Done) => void;
  export default action;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';

  const validations: {
    checkTypes(data: object, types: object): object;
    checkValidations(data: object, types: object, custom: unknown, store: DynaliteStore): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  const validation: { readonly types: Record<string, object>; readonly custom?: unknown };
  export default validation;
}

declare module 'dynalite/db/index.js' {
  type Callback<T = unknown> = (error: Error | null, value?: T) => void;

  export interface DynaliteDb {
    awsAccountId?: string;
    awsRegion?: string;
    lock(key: string, run: (release: <F>(done: F) => F) => void): void;
    put(key: string, value: unknown, done: Callback): void;
    get(key: string, done: Callback): void;
    del(key: string, done: Callback): void;
    batch(
      operations: ReadonlyArray<{ type: 'put' | 'del'; key: string; value?: unknown }>,
      done: Callback,
    ): void;
    createKeyStream(range?: KeyRange): NodeJS.EventEmitter;
    createValueStream(range?: KeyRange): NodeJS.EventEmitter;
  }

  /** Bounds of a read in key order; a `limit` of -1 means none. */
  export interface KeyRange {
    gt?: string;
    gte?: string;
    lt?: string;
    lte?: string;
    limit?: number;
    reverse?: boolean;
  }

  export interface DynaliteStore {
    readonly options: {
      createTableMs: number;
      deleteTableMs: number;
      updateTableMs: number;
      maxItemSize: number;
    };
    readonly tableDb: DynaliteDb;
    getItemDb(table: string): DynaliteDb;
    deleteItemDb(table: string, done: Callback): void;
    getIndexDb(type: string, table: string, index: string): DynaliteDb;
    deleteIndexDb(type: string, table: string, index: string, done: Callback): void;
    getTagDb(table: string): DynaliteDb;
    deleteTagDb(table: string, done: Callback): void;
    getTable(name: string, checkStatus: boolean | Callback, done?: Callback): void;
  }
}
