import type { ListObjectsV2CommandInput, ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '../service.ts';
import type { Bucket, ObjectVersion } from './bucket.ts';
import { keyPage } from './key-page.ts';

/** The most keys of a page, and the number by default. */
const MAXIMUM_KEYS = 1000;
/** Sorts after every key that starts with the text before it. */
const AFTER_ALL = '\u{10FFFF}';

/** The ListObjectsV2 output: current objects in key order, delete markers left out. */
export function listObjects(bucket: Bucket, input: ListObjectsV2CommandInput): object {
  const { Prefix: prefix = '', Delimiter: delimiter = '', ContinuationToken: token } = input;
  const limit = pageSize(input.MaxKeys);
  const after = token === undefined ? (input.StartAfter ?? '') : fromToken(token);
  const current = bucket.keys().flatMap((key) => {
    const item = bucket.current(key);
    return item?.content ? [{ key, item }] : [];
  });
  const page = keyPage(current, { prefix, delimiter, after, limit });
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    ...(delimiter && { Delimiter: encode(delimiter) }),
    MaxKeys: limit,
    KeyCount: page.entries.length + page.commonPrefixes.length,
    IsTruncated: page.truncated,
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    ...(token !== undefined && { ContinuationToken: token }),
    ...(input.StartAfter !== undefined && { StartAfter: input.StartAfter }),
    ...(page.truncated && { NextContinuationToken: toToken(page.last ?? '') }),
    ...(page.entries.length > 0 && { Contents: page.entries.map((version) => summary(version, encode)) }),
    ...prefixes(page.commonPrefixes, encode),
  };
}

/** The ListObjectVersions output: every version and delete marker, by key and then the newest first. */
export function listVersions(bucket: Bucket, input: ListObjectVersionsCommandInput): object {
  const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker, VersionIdMarker } = input;
  const limit = pageSize(input.MaxKeys);
  const all = bucket.keys().flatMap((key) =>
    bucket.versionsOf(key).map((version, index) => ({
      key,
      item: { version, latest: index === 0 },
    })),
  );
  const start = startAfter(all, KeyMarker, VersionIdMarker, delimiter);
  const page = keyPage(all.slice(start), { prefix, delimiter, after: '', limit });
  const encode = encoder(input.EncodingType);
  const last = page.entries.at(-1)?.version;
  const rows = page.entries.map(({ version, latest }) => ({
    ...(version.content && summary(version, encode)),
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: latest,
    LastModified: version.lastModified,
  }));
  const deleted = page.entries.map(({ version }) => version.content === undefined);
  const endsInPrefix = page.last !== undefined && page.last !== last?.key;
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    ...(delimiter && { Delimiter: encode(delimiter) }),
    KeyMarker: KeyMarker ?? '',
    VersionIdMarker: VersionIdMarker ?? '',
    MaxKeys: limit,
    IsTruncated: page.truncated,
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    ...(page.truncated && { NextKeyMarker: encode(page.last ?? '') }),
    ...(page.truncated && !endsInPrefix && { NextVersionIdMarker: last?.versionId }),
    Versions: rows.filter((_, index) => !deleted[index]),
    DeleteMarkers: rows.filter((_, index) => deleted[index]),
    ...prefixes(page.commonPrefixes, encode),
  };
}

function summary({ key, lastModified, content }: ObjectVersion, encode: (text: string) => string): object {
  return {
    Key: encode(key),
    LastModified: lastModified,
    ETag: content?.etag,
    Size: content?.body.byteLength,
    StorageClass: content?.attributes.StorageClass ?? 'STANDARD',
  };
}

function prefixes(common: readonly string[], encode: (text: string) => string): object {
  return common.length > 0 ? { CommonPrefixes: common.map((prefix) => ({ Prefix: encode(prefix) })) } : {};
}

/** Index of the first version after the markers; a key marker alone leaves out all versions of its key. */
function startAfter(
  all: ReadonlyArray<{ key: string; item: { version: ObjectVersion } }>,
  keyMarker: string | undefined,
  versionIdMarker: string | undefined,
  delimiter: string,
): number {
  if (versionIdMarker !== undefined && keyMarker === undefined) {
    throw new AwsError('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  if (keyMarker === undefined || keyMarker === '') return 0;
  if (versionIdMarker) {
    const found = all.findIndex(
      ({ key, item }) => key === keyMarker && item.version.versionId === versionIdMarker,
    );
    if (found < 0) throw new AwsError('InvalidArgument', 'Invalid version id specified');
    return found + 1;
  }
  // A page may end in a common prefix: then every key under it has been listed.
  const bound = keyMarker + (delimiter !== '' && keyMarker.endsWith(delimiter) ? AFTER_ALL : '');
  const found = all.findIndex(({ key }) => key > bound);
  return found < 0 ? all.length : found;
}

function pageSize(maximum: number | undefined): number {
  if (maximum !== undefined && maximum < 0) {
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  }
  return Math.min(maximum ?? MAXIMUM_KEYS, MAXIMUM_KEYS);
}

function encoder(type: string | undefined): (text: string) => string {
  return type === 'url' ? (text) => encodeURIComponent(text).replaceAll('%2F', '/') : (text) => text;
}

function toToken(key: string): string {
  return Buffer.from(key).toString('base64');
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}
