import { createHash } from 'node:crypto';

/** What a template is saved under: the same text is one object. */
export function templateDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
