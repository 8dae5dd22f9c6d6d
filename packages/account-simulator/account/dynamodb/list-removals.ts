import { unsupported } from '../wire/unsupported.ts';

/** What dynalite's parser makes of an update expression. */
interface ParsedUpdate {
  readonly _updates?: { readonly sections: ReadonlyArray<{ type: string; path: Array<string | number> }> };
}

/**
 * Refuses an update that removes several elements of one list: DynamoDB counts all their positions in the list
 * as it was, dynalite in what is left of it after each.
 */
export function refuseSeveralListRemovals(update: ParsedUpdate): void {
  const lists = (update._updates?.sections ?? [])
    .filter(({ type, path }) => type === 'remove' && typeof path.at(-1) === 'number')
    .map(({ path }) => JSON.stringify(path.slice(0, -1)));
  if (new Set(lists).size < lists.length)
    throw unsupported('dynamodb', 'UpdateItem', 'REMOVE of several list elements');
}
