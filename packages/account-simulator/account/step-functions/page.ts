import { AwsError } from '../service.ts';

/** Most entries of a page, and how many there are when the caller does not say (API Reference). */
const most = 1_000;
const usual = 100;

/** One page of a list; `next` is to be spread into the answer. A token is the place in the list. */
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
