import { createHash } from 'node:crypto';

/** The name of a saved template: the same text is one object. */
export function templateDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
