import type { SimulatedAccount } from 'account-simulator/account/account.ts';

/** Reads and writes of one kind of record. */
export interface LedgerUse {
  /** Items at the end, and their bytes. */
  items: number;
  bytes: number;
  writes: number;
  /** Units of 1 KiB, including writes whose condition failed. */
  writeUnits: number;
}

/** All use of a ledger's table in one run. */
export interface LedgerMeter {
  readonly byKind: ReadonlyMap<string, LedgerUse>;
  reads(): number;
  /** Units of 4 KiB, strongly consistent. */
  readUnits(): number;
  /** Reads the table's current content. */
  finish(): void;
}

/** Counts every call to a table from now on, as DynamoDB charges it (developer guide, read and write capacity). */
export function meterLedger(account: SimulatedAccount, table: string): LedgerMeter {
  const byKind = new Map<string, LedgerUse>();
  const useOf = (pk: string, sk: string): LedgerUse => {
    const kind = kindOf(pk, sk);
    const use = byKind.get(kind) ?? { items: 0, bytes: 0, writes: 0, writeUnits: 0 };
    byKind.set(kind, use);
    return use;
  };
  let reads = 0;
  let readUnits = 0;
  account.wire.onPerformed(({ call: { service, operation, input }, output }) => {
    if (service !== 'dynamodb' || input.TableName !== table) return;
    const key = input.Key ?? input.Item;
    if (operation === 'PutItem' || operation === 'UpdateItem' || operation === 'DeleteItem') {
      const [pk, sk] = [key.pk.S as string, key.sk.S as string];
      const item = account.dynamoDb.item(table, { pk, sk }) ?? {};
      const use = useOf(pk, sk);
      use.writes += 1;
      use.writeUnits += Math.max(1, Math.ceil(bytesOf(item) / 1024));
    } else if (operation === 'GetItem') {
      reads += 1;
      const item = account.dynamoDb.item(table, { pk: key.pk.S, sk: key.sk.S }) ?? {};
      readUnits += Math.max(1, Math.ceil(bytesOf(item) / 4096));
    } else if (operation === 'Query') {
      reads += 1;
      const { Items = [] } = (output ?? {}) as { Items?: readonly object[] };
      // As DynamoDB's own JSON, which is longer than what it charges: an upper bound.
      const bytes = Items.reduce((sum, item) => sum + bytesOf(item), 0);
      readUnits += Math.max(1, Math.ceil(bytes / 4096));
    }
  });
  return {
    byKind,
    reads: () => reads,
    readUnits: () => readUnits,
    finish() {
      for (const item of account.dynamoDb.items(table)) {
        const use = useOf(String(item.pk), String(item.sk));
        use.items += 1;
        use.bytes += bytesOf(item);
      }
    },
  };
}

/** An item's size: names and values as UTF-8, which JSON overstates by its punctuation, about a tenth. */
function bytesOf(item: object): number {
  return Object.keys(item).length === 0 ? 0 : Buffer.byteLength(JSON.stringify(item));
}

function kindOf(pk: string, sk: string): string {
  const partition = pk.split('#')[0] as string;
  const record = sk.split('#')[0] as string;
  return partition === 'SERVICE' || partition === 'INCIDENT' ? `${partition} ${record}` : partition;
}
