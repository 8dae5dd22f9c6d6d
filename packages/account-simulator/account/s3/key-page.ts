/** The selection and starting point of a listing. */
export interface KeySelection {
  readonly prefix: string;
  readonly delimiter: string;
  /** The listing starts after this key; a common prefix given here has been listed and is left out. */
  readonly after: string;
  readonly limit: number;
}

/** One page of a listing: entries, and the prefixes that stand for all keys behind a delimiter. */
export interface KeyPage<T> {
  readonly entries: T[];
  readonly commonPrefixes: string[];
  readonly truncated: boolean;
  /** The last key or common prefix of the page. */
  readonly last: string | undefined;
}

/**
 * A page of `items`, sorted by key, with keys that share a prefix up to the delimiter rolled into one entry.
 *
 * Source: Amazon S3 User Guide, "Organizing objects using prefixes".
 */
export function keyPage<T>(
  items: ReadonlyArray<{ readonly key: string; readonly item: T }>,
  { prefix, delimiter, after, limit }: KeySelection,
): KeyPage<T> {
  const entries: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  for (const { key, item } of items) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    if (key <= after || (common !== undefined && (common === after || common === commonPrefixes.at(-1))))
      continue;
    if (entries.length + commonPrefixes.length === limit) {
      return { entries, commonPrefixes, truncated: limit > 0, last };
    }
    if (common === undefined) entries.push(item);
    else commonPrefixes.push(common);
    last = common ?? key;
  }
  return { entries, commonPrefixes, truncated: false, last };
}
