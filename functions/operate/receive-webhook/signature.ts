import { createHmac, timingSafeEqual } from 'node:crypto';

/** Largest difference between the clocks of sender and receiver, the request's travel time included. */
export const toleranceMs = 5 * 60_000;

/** An incoming request: headers in lower case, and the bytes of its body. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The headers that a sender has to set. */
export const timestampHeader = 'x-rollback-timestamp';
export const signatureHeader = 'x-rollback-signature';

/** The signature of a request: HMAC-SHA256 over the timestamp (Unix time, s), a full stop, and the body. */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  const digest = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return `v1=${digest}`;
}

/**
 * The reason to refuse a request that is not signed with the secret, or not from the last five minutes, in words; undefined
 * if it is valid. The comparison takes constant time.
 */
export function objectionToSignature(
  { headers, body }: SignedRequest,
  secret: string,
  now: number,
): string | undefined {
  const { [timestampHeader]: timestamp = '', [signatureHeader]: signature = '' } = headers;
  if (!/^\d{10}$/.test(timestamp)) return `${timestampHeader}: must be the Unix time in seconds`;
  if (!/^v1=[0-9a-f]{64}$/.test(signature))
    return `${signatureHeader}: must be v1= and 64 hexadecimal digits`;
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) {
    return `${timestampHeader}: is more than five minutes from now`;
  }
  const expected = Buffer.from(signatureOf(secret, timestamp, body));
  return timingSafeEqual(expected, Buffer.from(signature))
    ? undefined
    : `${signatureHeader}: is not the signature of this timestamp and this body`;
}
