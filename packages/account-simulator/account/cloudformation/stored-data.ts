import { Listeners } from '../../asl/listeners.ts';

/** Types of resources whose deletion or replacement loses what has been written to them. */
export const DATA_TYPES = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue'] as const;

/** A resource that holds data. Times in ms since the epoch. */
export interface DataHolder {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly createdAt: number;
  /** Since when something is in it. */
  readonly writtenAt: number | undefined;
  /** When it was deleted, with what was in it. */
  readonly deletedAt: number | undefined;
}

/** The tables, buckets and queues of the stacks, also those that are gone. */
export class StoredData {
  readonly #holders = new Map<string, DataHolder>();
  /** Those that were deleted before another of their name was made. */
  readonly #replaced: DataHolder[] = [];
  readonly #created = new Listeners<DataHolder>();
  readonly #deleted = new Listeners<DataHolder>();

  /** Every one there is or has been, in the order they were made. */
  get holders(): readonly DataHolder[] {
    return [...this.#replaced, ...this.#holders.values()];
  }

  /** Whether something of this name was there at a time, ms since the epoch; undefined where there never was one. */
  wasThere(physicalId: string, at: number): boolean | undefined {
    const known = this.holders.filter((holder) => holder.physicalId === physicalId);
    if (known.length === 0) return undefined;
    return known.some(({ createdAt, deletedAt }) => createdAt <= at && (deletedAt ?? Infinity) > at);
  }

  create(holder: Omit<DataHolder, 'writtenAt' | 'deletedAt'>): void {
    const before = this.#holders.get(holder.physicalId);
    if (before) this.#replaced.push(before);
    const made = { ...holder, writtenAt: undefined, deletedAt: undefined };
    this.#holders.set(holder.physicalId, made);
    this.#created.tell(() => made);
  }

  /** Somebody writes to a resource; what has been deleted takes nothing more. */
  write(physicalId: string, at: number): void {
    const holder = this.#holders.get(physicalId);
    if (!holder || holder.deletedAt !== undefined) return;
    this.#holders.set(physicalId, { ...holder, writtenAt: holder.writtenAt ?? at });
  }

  /** Whether something is in a resource. */
  holds(physicalId: string): boolean {
    return this.#holders.get(physicalId)?.writtenAt !== undefined;
  }

  delete(physicalId: string, at: number): void {
    const holder = this.#holders.get(physicalId);
    if (!holder || holder.deletedAt !== undefined) return;
    const deleted = { ...holder, deletedAt: at };
    this.#holders.set(physicalId, deleted);
    this.#deleted.tell(() => deleted);
  }

  /** Tells of every resource that is made. */
  onCreated(listener: (holder: DataHolder) => void): void {
    this.#created.add(listener);
  }

  /** Tells of every resource that is deleted, with what is in it. */
  onDeleted(listener: (holder: DataHolder) => void): void {
    this.#deleted.add(listener);
  }
}
