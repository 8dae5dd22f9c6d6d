import { AwsError } from '../service.ts';
import type { ObjectContent } from './bucket.ts';

/** Whether an `If-Match` or `If-None-Match` header names this ETag; quotes are optional, `*` names any. */
export function matchesEtag(header: string, etag: string): boolean {
  return header === '*' || header.replaceAll('"', '') === etag.replaceAll('"', '');
}

/**
 * Checks a write against its conditions: `IfNoneMatch: '*'` only creates, `IfMatch` only replaces that object.
 *
 * Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
 */
export function requireMatch(
  { IfMatch, IfNoneMatch }: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined },
  current: ObjectContent | undefined,
  key: string,
): void {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    throw new AwsError('NotImplemented', 'If-None-Match on a write may only be *', 501);
  }
  if (IfMatch !== undefined && !current) {
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  }
  const wrong = IfMatch !== undefined && current && !matchesEtag(IfMatch, current.etag);
  if (wrong || (IfNoneMatch === '*' && current)) {
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
      { Condition: wrong ? 'If-Match' : 'If-None-Match' },
    );
  }
}
