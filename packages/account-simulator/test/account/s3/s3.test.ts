import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { keyPage } from '../../../account/s3/key-page.ts';
import { S3 } from '../../../account/s3/s3.ts';
import type { WireCall } from '../../../account/wire/wire.ts';
import { type AnyClient, Bench, CALLER } from '../wire/wired.ts';

let bench: Bench;
let s3: S3;
let client: AnyClient;
let calls: WireCall[];
let config: object;

beforeEach(() => {
  bench = new Bench();
  s3 = new S3({ random: bench.random });
  s3.createBucket('artifacts', { versioned: true });
  s3.createBucket('plain');
  const wire = bench.wire({ s3 });
  calls = [];
  wire.use(async (call, next) => {
    calls.push(call);
    return next();
  });
  config = wire.clientConfig(CALLER);
  client = new S3Client(config);
});

afterEach(() => {
  bench.clock.uninstall();
});

const send = (command: object) => bench.settle(client.send(command));
const refusal = (command: object) => bench.refusal(client.send(command));

const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  send(new PutObjectCommand({ Bucket: 'artifacts', Key, Body, ...more }));
const text = async (Key: string, more: object = {}) => {
  const { Body } = await send(new GetObjectCommand({ Bucket: 'artifacts', Key, ...more }));
  return bench.settle(Body.transformToString());
};

describe('S3 objects', () => {
  it('returns an object unchanged, with its metadata, through checksums the client verifies', async () => {
    const body = 'Resources: {} # ünïcödé';
    const written = await put('templates/orders/1.yaml', body, {
      ContentType: 'application/yaml',
      Metadata: { release: '1', 'deployed-by': 'ci' },
    });
    expect(written.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(written.ChecksumCRC32).toEqual(expect.any(String));
    const got = await send(new GetObjectCommand({ Bucket: 'artifacts', Key: 'templates/orders/1.yaml' }));
    expect(got).toMatchObject({
      ContentType: 'application/yaml',
      ContentLength: Buffer.byteLength(body),
      ETag: written.ETag,
      VersionId: written.VersionId,
      ChecksumCRC32: written.ChecksumCRC32,
      Metadata: { release: '1', 'deployed-by': 'ci' },
      LastModified: new Date('2026-10-01T00:00:00Z'),
    });
    expect(await bench.settle(got.Body.transformToString())).toBe(body);
  });

  it('keeps bytes and keys with any character', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, i) => i);
    const key = 'a b/ü+%?&=#/:@';
    await put(key, body);
    const { Body } = await send(new GetObjectCommand({ Bucket: 'artifacts', Key: key }));
    expect(Buffer.from(await bench.settle(Body.transformToByteArray()))).toEqual(Buffer.from(body));
    expect(calls[0]?.input).toMatchObject({ Bucket: 'artifacts', Key: key });
  });

  it('takes an empty object', async () => {
    // The SDK warns on the console of any body whose length it has no header for, an empty one included.
    const warning = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await put('empty', '');
    warning.mockRestore();
    expect(await text('empty')).toBe('');
  });

  it('takes a stream, which the client sends in chunks with a trailing checksum', async () => {
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')], { objectMode: false });
    const input = { Bucket: 'artifacts', Key: 'stream', Body, ContentLength: 7 };
    const written = await send(new PutObjectCommand(input));
    expect(written.ChecksumCRC32).toEqual(expect.any(String));
    const got = await send(new GetObjectCommand({ Bucket: 'artifacts', Key: 'stream' }));
    expect(got).toMatchObject({ ContentLength: 7, ChecksumCRC32: written.ChecksumCRC32 });
    expect(got.ContentEncoding).toBeUndefined();
    expect(await bench.settle(got.Body.transformToString())).toBe('one two');
  });

  it('addresses buckets by host and, where asked, by path', async () => {
    const byPath = new S3Client({ ...config, forcePathStyle: true });
    await bench.settle(byPath.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'a/b', Body: 'x' })));
    expect(await text('a/b')).toBe('x');
    const { Contents } = await bench.settle(byPath.send(new ListObjectsV2Command({ Bucket: 'artifacts' })));
    expect(Contents).toHaveLength(1);
  });

  it('keeps every version in a versioned bucket and reads any of them', async () => {
    const first = await put('a', 'one');
    const second = await put('a', 'two');
    expect(first.VersionId).not.toBe(second.VersionId);
    expect(await text('a')).toBe('two');
    expect(await text('a', { VersionId: first.VersionId })).toBe('one');
  });

  it('replaces the object in a bucket without versioning', async () => {
    const written = await send(new PutObjectCommand({ Bucket: 'plain', Key: 'a', Body: 'one' }));
    await send(new PutObjectCommand({ Bucket: 'plain', Key: 'a', Body: 'two' }));
    expect(written.VersionId).toBeUndefined();
    const versions = await send(new ListObjectVersionsCommand({ Bucket: 'plain' }));
    expect(versions.Versions).toMatchObject([{ Key: 'a', VersionId: 'null', IsLatest: true, Size: 3 }]);
    await send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'a' }));
    expect((await send(new ListObjectVersionsCommand({ Bucket: 'plain' }))).Versions).toBeUndefined();
  });

  it('describes an object without its body', async () => {
    const written = await put('a', 'one');
    const head = await send(new HeadObjectCommand({ Bucket: 'artifacts', Key: 'a' }));
    expect(head).toMatchObject({ ContentLength: 3, ETag: written.ETag, VersionId: written.VersionId });
  });

  it('refuses to read a missing object with the error classes of the client', async () => {
    expect(await refusal(new GetObjectCommand({ Bucket: 'artifacts', Key: 'none' }))).toBeInstanceOf(
      NoSuchKey,
    );
    expect(await refusal(new HeadObjectCommand({ Bucket: 'artifacts', Key: 'none' }))).toBeInstanceOf(
      NotFound,
    );
    const elsewhere = await refusal(new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' }));
    expect(elsewhere).toBeInstanceOf(NoSuchBucket);
    expect(elsewhere).toMatchObject({
      message: 'The specified bucket does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    await put('a', 'one');
    const wrong = await refusal(
      new GetObjectCommand({ Bucket: 'artifacts', Key: 'a', VersionId: 'f'.repeat(32) }),
    );
    expect(wrong).toMatchObject({ name: 'NoSuchVersion', $metadata: { httpStatusCode: 404 } });
  });

  it('reads on the condition of an ETag', async () => {
    const { ETag } = await put('a', 'one');
    expect(await text('a', { IfMatch: ETag })).toBe('one');
    expect(
      await refusal(new GetObjectCommand({ Bucket: 'artifacts', Key: 'a', IfMatch: '"other"' })),
    ).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    const unchanged = new GetObjectCommand({ Bucket: 'artifacts', Key: 'a', IfNoneMatch: ETag });
    expect((await refusal(unchanged)).$metadata).toMatchObject({ httpStatusCode: 304 });
  });

  it('writes on condition: only where there is nothing, only over the version that was read', async () => {
    const create = { Bucket: 'artifacts', Key: 'plan', Body: 'one', IfNoneMatch: '*' };
    const { ETag } = await send(new PutObjectCommand(create));
    const again = await refusal(new PutObjectCommand({ ...create, Body: 'two' }));
    expect(again).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    const replace = { Bucket: 'artifacts', Key: 'plan', Body: 'two', IfMatch: ETag };
    await send(new PutObjectCommand(replace));
    expect((await refusal(new PutObjectCommand(replace))).name).toBe('PreconditionFailed');
    const missing = await refusal(new PutObjectCommand({ ...replace, Key: 'none' }));
    expect(missing).toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    expect(await text('plan')).toBe('two');
  });

  it('hides a deleted object behind a marker and brings it back when the marker goes', async () => {
    const written = await put('a', 'one');
    const deleted = await send(new DeleteObjectCommand({ Bucket: 'artifacts', Key: 'a' }));
    expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(await refusal(new GetObjectCommand({ Bucket: 'artifacts', Key: 'a' }))).toBeInstanceOf(NoSuchKey);
    expect(await text('a', { VersionId: written.VersionId })).toBe('one');
    const marker = new GetObjectCommand({ Bucket: 'artifacts', Key: 'a', VersionId: deleted.VersionId });
    expect((await refusal(marker)).name).toBe('MethodNotAllowed');
    const create = { Bucket: 'artifacts', Key: 'a', Body: 'new', IfNoneMatch: '*' };
    const undelete = { Bucket: 'artifacts', Key: 'a', VersionId: deleted.VersionId };
    expect(await send(new DeleteObjectCommand(undelete))).toMatchObject({ DeleteMarker: true });
    expect(await text('a')).toBe('one');
    expect((await refusal(new PutObjectCommand(create))).name).toBe('PreconditionFailed');
  });

  it('removes a version for good and accepts a missing one', async () => {
    const written = await put('a', 'one');
    await send(new DeleteObjectCommand({ Bucket: 'artifacts', Key: 'a', VersionId: written.VersionId }));
    const { $metadata } = await send(
      new DeleteObjectCommand({ Bucket: 'artifacts', Key: 'a', VersionId: written.VersionId }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    expect(await refusal(new GetObjectCommand({ Bucket: 'artifacts', Key: 'a' }))).toBeInstanceOf(NoSuchKey);
  });

  it('refuses unsimulated operations and members by name', async () => {
    const copy = new CopyObjectCommand({ Bucket: 'artifacts', Key: 'b', CopySource: 'artifacts/a' });
    expect((await refusal(copy)).message).toBe('UnsupportedOperation: s3:CopyObject is not simulated');
    const ranged = new GetObjectCommand({ Bucket: 'artifacts', Key: 'a', Range: 'bytes=0-1' });
    expect((await refusal(ranged)).message).toContain('s3:GetObject with Range is not simulated');
  });

  it('refuses a second bucket of one name', () => {
    expect(() => s3.createBucket('plain')).toThrow(
      expect.objectContaining({ name: 'BucketAlreadyOwnedByYou' }),
    );
  });
});

describe('S3 listings', () => {
  const keys = ['a/1', 'a/2', 'b', 'c/x/1', 'c/x/2', 'd'];

  beforeEach(async () => {
    for (const key of [...keys].reverse()) await put(key, key);
  });

  it('lists current objects in key order', async () => {
    await send(new DeleteObjectCommand({ Bucket: 'artifacts', Key: 'b' }));
    const page = await send(new ListObjectsV2Command({ Bucket: 'artifacts' }));
    expect(page.Contents.map(({ Key }: { Key: string }) => Key)).toEqual(keys.filter((key) => key !== 'b'));
    expect(page).toMatchObject({ KeyCount: 5, IsTruncated: false, MaxKeys: 1000, Name: 'artifacts' });
    expect(page.Contents[0]).toMatchObject({
      Size: 3,
      StorageClass: 'STANDARD',
      LastModified: expect.any(Date),
    });
  });

  it('rolls keys behind a delimiter into common prefixes', async () => {
    const page = await send(new ListObjectsV2Command({ Bucket: 'artifacts', Delimiter: '/' }));
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'a/' }, { Prefix: 'c/' }]);
    expect(page.Contents.map(({ Key }: { Key: string }) => Key)).toEqual(['b', 'd']);
    const below = await send(new ListObjectsV2Command({ Bucket: 'artifacts', Delimiter: '/', Prefix: 'c/' }));
    expect(below.CommonPrefixes).toEqual([{ Prefix: 'c/x/' }]);
    expect(below.Contents).toBeUndefined();
  });

  it.each([1, 2, 5])('pages through everything %i at a time', async (MaxKeys) => {
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await send(
        new ListObjectsV2Command({ Bucket: 'artifacts', Delimiter: '/', MaxKeys, ContinuationToken }),
      );
      seen.push(...(page.Contents ?? []).map(({ Key }: { Key: string }) => Key));
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }: { Prefix: string }) => Prefix));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen.sort()).toEqual(['a/', 'b', 'c/', 'd']);
  });

  it('starts after a key', async () => {
    const page = await send(new ListObjectsV2Command({ Bucket: 'artifacts', StartAfter: 'c/x/1' }));
    expect(page.Contents.map(({ Key }: { Key: string }) => Key)).toEqual(['c/x/2', 'd']);
  });

  it('lists versions and delete markers, the newest first, page by page', async () => {
    await put('b', 'again');
    await send(new DeleteObjectCommand({ Bucket: 'artifacts', Key: 'b' }));
    const seen: string[] = [];
    let markers: object = {};
    for (;;) {
      const page = await send(
        new ListObjectVersionsCommand({ Bucket: 'artifacts', Prefix: 'b', MaxKeys: 2, ...markers }),
      );
      for (const row of page.Versions ?? []) seen.push(`version ${row.Key} ${row.IsLatest} ${row.Size}`);
      for (const row of page.DeleteMarkers ?? []) seen.push(`marker ${row.Key} ${row.IsLatest}`);
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    expect(seen).toEqual(['version b false 5', 'marker b true', 'version b false 1']);
  });

  it('encodes keys when asked', async () => {
    await put('e/ü ', 'x');
    const page = await send(
      new ListObjectsV2Command({ Bucket: 'artifacts', Prefix: 'e/', EncodingType: 'url' }),
    );
    expect(page.Contents[0].Key).toBe('e/%C3%BC%20');
  });

  it('shows each key once over any pages, prefixes and delimiters', () => {
    const letters = fc.constantFrom('a', 'b', '/');
    const key = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 30 }),
        fc.string({ unit: letters, maxLength: 2 }),
        fc.constantFrom('', '/'),
        fc.integer({ min: 1, max: 7 }),
        (all, prefix, delimiter, limit) => {
          const items = [...all].sort().map((name) => ({ key: name, item: name }));
          const entries: string[] = [];
          const commonPrefixes: string[] = [];
          let after = '';
          for (;;) {
            const page = keyPage(items, { prefix, delimiter, after, limit });
            entries.push(...page.entries);
            commonPrefixes.push(...page.commonPrefixes);
            if (!page.truncated) break;
            after = page.last as string;
          }
          const matching = items.map(({ key: name }) => name).filter((name) => name.startsWith(prefix));
          const rolled = (name: string) => delimiter !== '' && name.slice(prefix.length).includes(delimiter);
          expect(entries).toEqual(matching.filter((name) => !rolled(name)));
          expect(new Set(commonPrefixes).size).toBe(commonPrefixes.length);
          for (const name of matching.filter(rolled)) {
            expect(commonPrefixes.filter((common) => name.startsWith(common))).toHaveLength(1);
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
