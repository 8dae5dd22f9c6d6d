import { Stream } from 'node:stream';
import type { Callback, DynaliteDb, KeyRange } from 'dynalite/db/index.js';

/**
 * A key space in memory, in key order, with the callback interface that dynalite expects of its LevelDB. Every call finishes
 * before it returns, so that a whole DynamoDB operation happens at one instant. Values are kept as JSON: callers may change
 * values they wrote or read without changing the stored ones.
 */
export class SortedRecords implements DynaliteDb {
  awsAccountId?: string;
  awsRegion?: string;
  readonly #values = new Map<string, string>();
  readonly #keys: string[] = [];

  /** Nothing runs between an action's steps here, so the lock is always free. */
  lock(_key: string, run: (release: <F>(done: F) => F) => void): void {
    run((done) => done);
  }

  put(key: string, value: unknown, done: Callback): void {
    this.set(key, value);
    done(null);
  }

  get(key: string, done: Callback): void {
    const value = this.read(key);
    if (value === undefined) done(notFound());
    else done(null, value);
  }

  del(key: string, done: Callback): void {
    this.#remove(key);
    done(null);
  }

  batch(
    operations: ReadonlyArray<{ type: 'put' | 'del'; key: string; value?: unknown }>,
    done: Callback,
  ): void {
    for (const { type, key, value } of operations) {
      if (type === 'put') this.set(key, value);
      else this.#remove(key);
    }
    done(null);
  }

  createKeyStream(range: KeyRange = {}): Stream {
    return streamOf(this.#inRange(range));
  }

  createValueStream(range: KeyRange = {}): Stream {
    return streamOf(this.#inRange(range).map((key) => this.read(key)));
  }

  set(key: string, value: unknown): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#values.set(key, JSON.stringify(value));
  }

  read(key: string): unknown {
    const value = this.#values.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  /** Every value, in key order. */
  values(): unknown[] {
    return this.#keys.map((key) => this.read(key));
  }

  #remove(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  #inRange({ gt, gte, lt, lte, limit = -1, reverse = false }: KeyRange): string[] {
    const start = gt === undefined ? this.#position(gte ?? '') : this.#positionAfter(gt);
    let end = this.#keys.length;
    if (lte !== undefined) end = this.#positionAfter(lte);
    else if (lt !== undefined) end = this.#position(lt);
    const size = Math.max(0, limit < 0 ? end - start : Math.min(limit, end - start));
    return reverse ? this.#keys.slice(end - size, end).reverse() : this.#keys.slice(start, start + size);
  }

  /** Index of the first key not below `key`. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #positionAfter(key: string): number {
    const position = this.#position(key);
    return this.#keys[position] === key ? position + 1 : position;
  }
}

function notFound(): Error {
  return Object.assign(new Error('NotFound'), { name: 'NotFoundError' });
}

/** Emits `items` once the reader has attached its listeners; `destroy` ends it early, as dynalite does at a limit. */
function streamOf(items: readonly unknown[]): Stream {
  let destroyed = false;
  const stream = Object.assign(new Stream(), {
    destroy() {
      destroyed = true;
    },
  });
  queueMicrotask(() => {
    for (const item of items) {
      if (destroyed) break;
      stream.emit('data', item);
    }
    stream.emit('end');
  });
  return stream;
}
