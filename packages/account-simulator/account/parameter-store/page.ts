import { AwsError } from '../service.ts';

/** A part of a list and the token that leads to the next part. */
export interface Page<T> {
  readonly items: T[];
  readonly nextToken: string | undefined;
}

/** The size and starting token of a page. */
export interface Paging {
  readonly size: number;
  readonly token: string | undefined;
}

/** A page of `items`, whose order must not change between calls. */
export function pageOf<T>(items: readonly T[], { size, token }: Paging): Page<T> {
  const start = token === undefined ? 0 : Number(/^offset-(\d+)$/.exec(decode(token))?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const end = start + size;
  return { items: items.slice(start, end), nextToken: end < items.length ? tokenAt(end) : undefined };
}

/** The token of a page that starts at an offset. */
export function tokenAt(offset: number): string {
  return Buffer.from(`offset-${offset}`).toString('base64');
}

/** Refuses a page size outside 1 to `maximum`. */
export function pageSize(asked: number | undefined, maximum: number): number {
  if (asked !== undefined && (asked < 1 || asked > maximum)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${asked}' at 'maxResults' failed to satisfy constraint: ` +
        `Member must have value less than or equal to ${maximum}`,
    );
  }
  return asked ?? maximum;
}

function decode(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}
