import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { Listeners } from 'account-simulator/asl/listeners.ts';
import type { Lock } from '../../../shared/ledger/lock-ledger.ts';
import type { IncidentRecord, ReleaseRecord, ServiceResult } from '../../../shared/ledger/records.ts';
import { releaseKey } from '../../../shared/ledger/release-ledger.ts';

/** A record in the table, including its key. */
export type LedgerItem = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

/** One write that took effect in the ledger. */
export interface LedgerWrite {
  /** ms since the epoch */
  readonly at: number;
  /** Logical id of the function that wrote; undefined for any other writer. */
  readonly by: string | undefined;
  readonly pk: string;
  readonly sk: string;
  readonly before: LedgerItem | undefined;
  readonly after: LedgerItem | undefined;
}

const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const otherWrites = /^(BatchWriteItem|TransactWriteItems|ExecuteStatement|ExecuteTransaction)$/;

/** The current ledger, and every write to it as it happens. */
export class LedgerMirror {
  readonly #account: SimulatedAccount;
  readonly #table: string;
  readonly #items = new Map<string, LedgerItem>();
  readonly #writes = new Listeners<LedgerWrite>();

  constructor(account: SimulatedAccount, table: string) {
    this.#account = account;
    this.#table = table;
    for (const item of account.dynamoDb.items(table)) this.#set(item as LedgerItem);
    account.wire.onPerformed(({ call, refusal }) => {
      if (call.service !== 'dynamodb' || refusal) return;
      const { operation, input, caller, now } = call;
      if (otherWrites.test(operation))
        throw new Error(`The promises do not follow dynamodb:${operation} yet.`);
      if (!writes.has(operation) || input.TableName !== table) return;
      const { pk, sk } = (input.Key ?? input.Item) as Record<'pk' | 'sk', { S: string }>;
      this.#written(pk.S, sk.S, now, caller.resource);
    });
  }

  onWrite(listener: (write: LedgerWrite) => void): void {
    this.#writes.add(listener);
  }

  get(pk: string, sk: string): LedgerItem | undefined {
    return this.#items.get(`${pk} ${sk}`);
  }

  /** All records after every write so far. */
  items(): Iterable<LedgerItem> {
    return this.#items.values();
  }

  /** The releases of a service, oldest first; of all services by default. */
  releases(service?: string): ReleaseRecord[] {
    const found: ReleaseRecord[] = [];
    for (const item of this.#items.values()) {
      if (isRelease(item) && (service === undefined || item.service === service)) found.push(item);
    }
    return found.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  release(releaseId: string): ReleaseRecord | undefined {
    const { pk, sk } = releaseKey(releaseId);
    return this.get(pk, sk) as ReleaseRecord | undefined;
  }

  incidents(): IncidentRecord[] {
    const found: IncidentRecord[] = [];
    for (const item of this.#items.values()) if (isIncident(item)) found.push(item);
    return found;
  }

  incident(incidentId: string): IncidentRecord | undefined {
    return this.get(`INCIDENT#${incidentId}`, 'INCIDENT') as IncidentRecord | undefined;
  }

  serviceResult(incidentId: string, service: string): ServiceResult | undefined {
    return this.get(`INCIDENT#${incidentId}`, `SERVICE#${service}`) as ServiceResult | undefined;
  }

  lock(service: string): Lock | undefined {
    return this.get(`LOCK#${service}`, 'LOCK') as Lock | undefined;
  }

  #written(pk: string, sk: string, at: number, by: string | undefined): void {
    const key = `${pk} ${sk}`;
    const before = this.#items.get(key);
    const after = this.#account.dynamoDb.item(this.#table, { pk, sk }) as LedgerItem | undefined;
    if (after) this.#items.set(key, after);
    else this.#items.delete(key);
    this.#writes.tell(() => ({ at, by, pk, sk, before, after }));
  }

  #set(item: LedgerItem): void {
    this.#items.set(`${item.pk} ${item.sk}`, item);
  }
}

/** Whether an item is a release of a service. */
export function isRelease(item: LedgerItem): item is LedgerItem & ReleaseRecord {
  return item.pk.startsWith('SERVICE#') && item.sk.startsWith('RELEASE#');
}

/** Whether an item is an incident. */
export function isIncident(item: LedgerItem): item is LedgerItem & IncidentRecord {
  return item.pk.startsWith('INCIDENT#') && item.sk === 'INCIDENT';
}
