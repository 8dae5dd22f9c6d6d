import type {
  DeleteObjectRequest,
  GetObjectRequest,
  ListObjectsV2Request,
  ListObjectVersionsRequest,
  PutObjectRequest,
} from '@aws-sdk/client-s3';
import { on, type Requirements } from './required-permission.ts';

type OfObject = Pick<GetObjectRequest, 'Bucket' | 'Key' | 'VersionId'>;

/**
 * Permissions for calls of S3; HeadObject is a read, and listing a bucket is `s3:ListBucket`.
 *
 * Sources: Service Authorization Reference, "Amazon S3"; S3 user guide, "Required permissions for Amazon S3 API operations"
 * and, for `If-Match`, "Conditional writes".
 */
export const s3Permissions: Requirements = {
  GetObject: read,
  HeadObject: read,
  PutObject: (input: PutObjectRequest) => [
    on('s3:PutObject', objectArn(input)),
    // The comparison reads the object.
    ...(input.IfMatch === undefined ? [] : [on('s3:GetObject', objectArn(input))]),
  ],
  DeleteObject: (input: DeleteObjectRequest) => [
    on(input.VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', objectArn(input)),
  ],
  ListObjectsV2: (input: ListObjectsV2Request) => [listing('s3:ListBucket', input)],
  ListObjectVersions: (input: ListObjectVersionsRequest) => [listing('s3:ListBucketVersions', input)],
};

/** Without this permission, S3 does not reveal that an object is missing: the read is refused (API reference, GetObject). */
export function toSeeThatMissing({ Bucket = '' }: OfObject) {
  return on('s3:ListBucket', bucketArn(Bucket));
}

function read(input: OfObject) {
  return [on(input.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', objectArn(input))];
}

function listing(action: string, { Bucket = '', Prefix, Delimiter }: ListObjectsV2Request) {
  return on(action, bucketArn(Bucket), {
    ...(Prefix !== undefined && { 's3:prefix': Prefix }),
    ...(Delimiter !== undefined && { 's3:delimiter': Delimiter }),
  });
}

function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

function objectArn({ Bucket = '', Key = '' }: OfObject): string {
  return `${bucketArn(Bucket)}/${Key}`;
}
