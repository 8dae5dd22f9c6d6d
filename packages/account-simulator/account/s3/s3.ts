import { createHash } from 'node:crypto';
import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ListObjectsV2CommandInput,
  ListObjectVersionsCommandInput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type CallContext, type SimulatedService } from '../service.ts';
import { refuseUnknownMembers } from '../wire/unsupported.ts';
import { Bucket, NULL_VERSION, type ObjectContent, type ObjectVersion } from './bucket.ts';
import { listObjects, listVersions } from './listing.ts';
import { matchesEtag, requireMatch } from './preconditions.ts';
import { accepted } from './supported-input.ts';

/** The parts of the simulated S3. */
export interface S3Parts {
  readonly random: SeededRandom;
}

/** Members of a write that a read returns. */
const ATTRIBUTES = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Metadata',
  'StorageClass',
] as const;
const CHECKSUMS = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
] as const;

/**
 * S3: buckets with or without versioning, objects in memory. Reads are up to date at once, as S3's are. Input members
 * without a meaning here are refused by name.
 */
export class S3 implements SimulatedService {
  readonly operations = {
    PutObject: (input: PutObjectCommandInput, call: CallContext) => this.#put(input, call),
    GetObject: (input: GetObjectCommandInput) => this.#get(input),
    HeadObject: (input: HeadObjectCommandInput) => this.#head(input),
    DeleteObject: (input: DeleteObjectCommandInput, call: CallContext) => this.#delete(input, call),
    ListObjectsV2: (input: ListObjectsV2CommandInput) => {
      refuseUnknownMembers('s3', 'ListObjectsV2', input, accepted.ListObjectsV2);
      return listObjects(this.#bucket(input.Bucket), input);
    },
    ListObjectVersions: (input: ListObjectVersionsCommandInput) => {
      refuseUnknownMembers('s3', 'ListObjectVersions', input, accepted.ListObjectVersions);
      return listVersions(this.#bucket(input.Bucket), input);
    },
  };
  readonly #random: SeededRandom;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ random }: S3Parts) {
    this.#random = random.fork('s3');
  }

  createBucket(name: string, { versioned = false }: { versioned?: boolean } = {}): Bucket {
    if (this.#buckets.has(name)) {
      throw new AwsError('BucketAlreadyOwnedByYou', `The bucket ${name} exists already.`, 409);
    }
    const bucket = new Bucket(name, versioned);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #put(input: PutObjectCommandInput, { now }: CallContext): object {
    refuseUnknownMembers('s3', 'PutObject', input, accepted.PutObject);
    const bucket = this.#bucket(input.Bucket);
    const key = input.Key ?? '';
    requireMatch(input, liveContent(bucket.current(key)), key);
    const body = input.Body === undefined ? new Uint8Array() : (input.Body as Uint8Array);
    const checksums = pick(input, CHECKSUMS);
    const content = {
      body,
      etag: `"${createHash('md5').update(body).digest('hex')}"`,
      attributes: {
        ...pick(input, ATTRIBUTES),
        ...withoutTransferEncoding(input.ContentEncoding),
        ...checksums,
      },
    };
    const versionId = this.#versionId(bucket);
    bucket.add({ key, versionId, lastModified: inSeconds(now), content });
    return { ETag: content.etag, ...visible(bucket, versionId), ...checksums, ...checksumType(checksums) };
  }

  #get(input: GetObjectCommandInput): object {
    refuseUnknownMembers('s3', 'GetObject', input, accepted.GetObject);
    const { version, content } = this.#read(input);
    return { ...describe(version, content, input.ChecksumMode), Body: content.body };
  }

  #head(input: HeadObjectCommandInput): object {
    refuseUnknownMembers('s3', 'HeadObject', input, accepted.HeadObject);
    const { version, content } = this.#read(input);
    return describe(version, content, input.ChecksumMode);
  }

  #delete(input: DeleteObjectCommandInput, { now }: CallContext): object {
    refuseUnknownMembers('s3', 'DeleteObject', input, accepted.DeleteObject);
    const bucket = this.#bucket(input.Bucket);
    const key = input.Key ?? '';
    const { VersionId: given } = input;
    if (given !== undefined || !bucket.versioned) {
      const removed = bucket.remove(key, given ?? NULL_VERSION);
      const marker = removed && !removed.content ? { DeleteMarker: true } : {};
      return { ...(given !== undefined && { VersionId: given }), ...marker };
    }
    const versionId = this.#versionId(bucket);
    bucket.add({ key, versionId, lastModified: inSeconds(now) });
    return { DeleteMarker: true, VersionId: versionId };
  }

  #read(input: GetObjectCommandInput | HeadObjectCommandInput): {
    version: ObjectVersion;
    content: ObjectContent;
  } {
    const bucket = this.#bucket(input.Bucket);
    const key = input.Key ?? '';
    const version = input.VersionId
      ? bucket.versionsOf(key).find(({ versionId }) => versionId === input.VersionId)
      : bucket.current(key);
    if (!version && input.VersionId) {
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key });
    }
    if (version && !version.content && input.VersionId) {
      throw new AwsError('MethodNotAllowed', 'The specified version is a delete marker.', 405);
    }
    const content = liveContent(version);
    if (!version || !content) {
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    }
    if (input.IfMatch !== undefined && !matchesEtag(input.IfMatch, content.etag)) {
      throw new AwsError('PreconditionFailed', 'At least one of the preconditions did not hold.', 412);
    }
    if (input.IfNoneMatch !== undefined && matchesEtag(input.IfNoneMatch, content.etag)) {
      throw new AwsError('NotModified', 'Not Modified', 304);
    }
    return { version, content };
  }

  #bucket(name: string | undefined): Bucket {
    const bucket = this.#buckets.get(name ?? '');
    if (!bucket) {
      const fields = { BucketName: name ?? '' };
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, fields);
    }
    return bucket;
  }

  #versionId(bucket: Bucket): string {
    return bucket.versioned ? this.#random.hex(32) : NULL_VERSION;
  }
}

function liveContent(version: ObjectVersion | undefined): ObjectContent | undefined {
  return version?.content;
}

function describe(version: ObjectVersion, content: ObjectContent, checksumMode: string | undefined): object {
  const { attributes } = content;
  const checksums = checksumMode === 'ENABLED' ? pick(attributes, CHECKSUMS) : {};
  return {
    ContentType: 'application/octet-stream',
    ...pick(attributes, ATTRIBUTES),
    ContentLength: content.body.byteLength,
    ETag: content.etag,
    LastModified: version.lastModified,
    ...(version.versionId === NULL_VERSION ? {} : { VersionId: version.versionId }),
    ...checksums,
    ...checksumType(checksums),
  };
}

function visible(bucket: Bucket, versionId: string): object {
  return bucket.versioned ? { VersionId: versionId } : {};
}

function checksumType(checksums: object): object {
  return Object.keys(checksums).length > 0 ? { ChecksumType: 'FULL_OBJECT' } : {};
}

/** `aws-chunked` describes the transfer and is not kept with the object. */
function withoutTransferEncoding(encoding: string | undefined): object {
  if (encoding === undefined) return {};
  const kept = encoding.split(',').filter((part) => part.trim() !== 'aws-chunked');
  return { ContentEncoding: kept.length > 0 ? kept.join(',') : undefined };
}

/** S3 keeps times in whole seconds. */
function inSeconds(now: number): Date {
  return new Date(Math.floor(now / 1000) * 1000);
}

function pick(source: object, names: readonly string[]): Record<string, unknown> {
  const values = source as Record<string, unknown>;
  return Object.fromEntries(
    names.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
}
