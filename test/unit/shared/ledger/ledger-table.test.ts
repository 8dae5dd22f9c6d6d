import * as z from 'zod';
import { LedgerCorrupt } from '../../../../shared/errors.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';

const record = z.strictObject({ value: z.number(), note: z.string().optional() });
const key = { pk: 'A', sk: 'R#1' };
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

it('reads back a record, without its key', async () => {
  await expect(ledger.table.put(key, { value: 1, note: undefined })).resolves.toBe(true);
  await expect(ledger.table.get(key, record)).resolves.toEqual({ value: 1 });
});

it('finds nothing where nothing was written', async () => {
  await expect(ledger.table.get(key, record)).resolves.toBeUndefined();
});

it('writes a new record once where it must be new', async () => {
  await expect(ledger.table.put(key, { value: 1 }, { onlyIfNew: true })).resolves.toBe(true);
  await expect(ledger.table.put(key, { value: 2 }, { onlyIfNew: true })).resolves.toBe(false);
  await expect(ledger.table.get(key, record)).resolves.toEqual({ value: 1 });
  await expect(ledger.table.put(key, { value: 3 })).resolves.toBe(true);
  await expect(ledger.table.get(key, record)).resolves.toEqual({ value: 3 });
});

describe('an update', () => {
  const add = {
    expression: 'SET #value = #value + :one',
    names: { '#value': 'value' },
    values: { ':one': 1 },
  };
  const small = { expression: '#value < :limit', values: { ':limit': 2 } };

  it('changes a record where its condition holds, and returns whether it did', async () => {
    await ledger.table.put(key, { value: 1 });
    await expect(ledger.table.update(key, add, small)).resolves.toBe(true);
    await expect(ledger.table.update(key, add, small)).resolves.toBe(false);
    await expect(ledger.table.get(key, record)).resolves.toEqual({ value: 2 });
  });

  it('never creates a record', async () => {
    await expect(ledger.table.update(key, { ...add, expression: 'SET #value = :one' })).resolves.toBe(false);
    expect(ledger.records()).toEqual([]);
  });
});

it('deletes a record where its condition holds, and returns whether it did', async () => {
  await ledger.table.put(key, { value: 1 });
  const is = (value: number) => ({
    expression: '#value = :value',
    names: { '#value': 'value' },
    values: { ':value': value },
  });
  await expect(ledger.table.delete(key, is(2))).resolves.toBe(false);
  await expect(ledger.table.delete(key, is(1))).resolves.toBe(true);
  expect(ledger.records()).toEqual([]);
});

describe('a query', () => {
  beforeEach(async () => {
    for (const value of [1, 2, 3, 4]) await ledger.table.put({ pk: 'A', sk: `R#${value}` }, { value });
    await ledger.table.put({ pk: 'A', sk: 'S#9' }, { other: true });
    await ledger.table.put({ pk: 'B', sk: 'R#5' }, { value: 5 });
  });
  const values = async (options?: { limit?: number; before?: string }) =>
    (await ledger.table.query('A', 'R#', record, options)).map(({ value }) => value);

  it('returns the records of a partition with a prefix, newest first', async () => {
    expect(await values()).toEqual([4, 3, 2, 1]);
  });

  it('returns no more than the limit', async () => {
    expect(await values({ limit: 2 })).toEqual([4, 3]);
  });

  it('returns the records up to a key', async () => {
    expect(await values({ before: 'R#3' })).toEqual([3, 2, 1]);
    expect(await values({ before: 'R#3', limit: 2 })).toEqual([3, 2]);
  });

  it('reads on past the 1 MB of a page', async () => {
    const note = 'x'.repeat(300_000);
    for (const value of [5, 6, 7, 8]) await ledger.table.put({ pk: 'A', sk: `R#${value}` }, { value, note });
    expect(await values()).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(ledger.calls.filter((name) => name === 'Query').length).toBeGreaterThan(1);
  });
});

it('throws LedgerCorrupt for a record that does not match its schema, naming it and the field', async () => {
  await ledger.table.put(key, { value: 'one' });
  const read = ledger.table.get(key, record);
  await expect(read).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(read).rejects.toThrow('Record A / R#1: value: ');
  await expect(ledger.table.query('A', 'R#', record)).rejects.toThrow('Record A / R#1: value: ');
});

it('passes on every other refusal of DynamoDB', async () => {
  ledger.refuseNext('PutItem', 'ResourceNotFoundException');
  await expect(ledger.table.put(key, { value: 1 }, { onlyIfNew: true })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
