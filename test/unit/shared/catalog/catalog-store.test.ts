import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { CatalogStore } from '../../../../shared/catalog/catalog-store.ts';
import { CatalogUnreadable, InvalidInput } from '../../../../shared/errors.ts';
import { catalogObject, catalogOf, ordersEntry } from '../../fixtures/catalog.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import { denied } from '../../fixtures/sdk-errors.ts';

const store = () =>
  new CatalogStore(new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1'));

it('reads back the first catalog it wrote', async () => {
  mockBucket();
  const catalog = catalogOf(ordersEntry());
  await expect(
    store().replace(async (inForce) => {
      expect(inForce).toBeUndefined();
      return catalog;
    }),
  ).resolves.toBe(true);
  await expect(store().read()).resolves.toEqual(catalog);
});

it('makes a new catalog from the one in force', async () => {
  mockBucket(catalogObject());
  const seen: string[][] = [];
  await store().replace(async (inForce) => {
    seen.push(Object.keys(inForce ?? {}));
    return catalogOf();
  });
  expect(seen).toEqual([['orders']]);
  await expect(store().read()).resolves.toEqual(catalogOf());
});

it('leaves a catalog alone that was written while it compiled', async () => {
  mockBucket(catalogObject());
  const other = catalogOf(ordersEntry({ description: 'the other one' }));
  const replaced = await store().replace(async () => {
    await store().replace(async () => other);
    return catalogOf();
  });
  expect(replaced).toBe(false);
  await expect(store().read()).resolves.toEqual(other);
});

it('serves a catalog it has read for as long as it may, and then reads it again', async () => {
  const { s3 } = mockBucket(catalogObject());
  let now = 0;
  const watching = new CatalogStore(
    new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1'),
    { freshness: { now: () => now, maxAgeMs: 1_000 } },
  );
  await watching.read();
  now = 999;
  await expect(watching.entry('orders')).resolves.toEqual(ordersEntry());
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  now = 1_000;
  await watching.read();
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(2);
});

it('does not keep a failure to read', async () => {
  const { s3 } = mockBucket();
  const watching = new CatalogStore(
    new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1'),
    { freshness: { now: () => 0, maxAgeMs: 1_000 } },
  );
  await expect(watching.read()).rejects.toBeInstanceOf(CatalogUnreadable);
  await expect(watching.read()).rejects.toBeInstanceOf(CatalogUnreadable);
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(2);
});

it('says that the first compilation is missing', async () => {
  mockBucket();
  await expect(store().read()).rejects.toBeInstanceOf(CatalogUnreadable);
  await expect(store().read()).rejects.toThrow('There is no catalog/compiled.json in the bucket');
});

it('answers the entry of a service', async () => {
  mockBucket(catalogObject());
  await expect(store().entry('orders')).resolves.toEqual(ordersEntry());
});

it.each([
  ['order', 'service: "order" is not in the catalog; did you mean "orders"?'],
  ['shipping', 'service: "shipping" is not in the catalog'],
])('refuses the unknown service %s', async (service, reason) => {
  mockBucket(catalogObject());
  await expect(store().entry(service)).rejects.toBeInstanceOf(InvalidInput);
  await expect(store().entry(service)).rejects.toThrow(reason);
});

it('does not take a refusal for a missing object', async () => {
  mockBucket().s3.on(GetObjectCommand).rejects(denied());
  await expect(store().read()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
