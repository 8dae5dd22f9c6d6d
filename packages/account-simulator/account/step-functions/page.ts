import { AwsError } from '../service.ts';

/** The most entries of a page, and the number by default (API Reference). */
const most = 1_000;
const usual = 100;

/** One page of a list; spread `next` into the answer. A token is the position in the list. */
export function page<T>(all: readonly T[], maxResults: number | undefined, token: string | undefined) {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) {
    throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
  }
  // 0 means the default.
  const end = start + Math.min(maxResults || usual, most);
  return {
    items: all.slice(start, end),
    next: end < all.length ? { nextToken: String(end) } : {},
  };
}
