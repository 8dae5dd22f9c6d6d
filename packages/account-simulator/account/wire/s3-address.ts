import type { HttpRequest } from '@smithy/core/protocols';

/**
 * Splits the bucket off an S3 request: from the host (`bucket.s3.us-east-1.amazonaws.com`) or, where the host
 * names none, from the first segment of the path.
 *
 * Source: Amazon S3 User Guide, "Virtual hosting of general purpose buckets".
 */
export function s3Address(request: HttpRequest): { path: string; labels: Record<string, string> } {
  const inHost = /^(.+)\.s3[.-]/.exec(request.hostname)?.[1];
  if (inHost !== undefined) return { path: request.path, labels: { Bucket: inHost } };
  const [, bucket = '', key = ''] = /^\/([^/]*)(\/.*)?$/.exec(request.path) ?? [];
  return {
    path: key === '' ? '/' : key,
    labels: bucket === '' ? {} : { Bucket: decodeURIComponent(bucket) },
  };
}
