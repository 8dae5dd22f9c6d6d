import { Listeners } from '../../asl/listeners.ts';

/** Types of resources whose deletion or replacement loses stored data. */
export const DATA_TYPES = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue'] as const;

/** A resource that holds data. Times in ms since the epoch. */
export interface DataHolder {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly createdAt: number;
  /** The time of the first write. */
  readonly writtenAt: number | undefined;
  /** The time at which the resource and its data were deleted. */
  readonly deletedAt: number | undefined;
}

/** The tables, buckets and queues of the stacks, deleted ones included. */
export class StoredData {
  readonly #holders = new Map<string, DataHolder>();
  /** Deleted resources whose name was reused. */
  readonly #replaced: DataHolder[] = [];
  readonly #created = new Listeners<DataHolder>();
  readonly #deleted = new Listeners<DataHolder>();

  /** Every existing or deleted resource, in the order of creation. */
  get holders(): readonly DataHolder[] {
    return [...this.#replaced, ...this.#holders.values()];
  }

  /** Whether a resource of this name existed at a time, ms since the epoch; undefined if there never was one. */
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

  /** Records a write to a resource; a deleted resource takes none. */
  write(physicalId: string, at: number): void {
    const holder = this.#holders.get(physicalId);
    if (!holder || holder.deletedAt !== undefined) return;
    this.#holders.set(physicalId, { ...holder, writtenAt: holder.writtenAt ?? at });
  }

  /** Whether a resource holds data. */
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

  /** Calls `listener` for every resource that is created. */
  onCreated(listener: (holder: DataHolder) => void): void {
    this.#created.add(listener);
  }

  /** Calls `listener` for every resource that is deleted, with its data. */
  onDeleted(listener: (holder: DataHolder) => void): void {
    this.#deleted.add(listener);
  }
}
