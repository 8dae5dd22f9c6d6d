import { unsupported } from '../wire/unsupported.ts';

/** An update expression as parsed by dynalite. */
interface ParsedUpdate {
  readonly _updates?: { readonly sections: ReadonlyArray<{ type: string; path: Array<string | number> }> };
}

/**
 * Refuses an update that removes several elements of one list: DynamoDB counts all positions in the original list, dynalite
 * in the rest after each removal.
 */
export function refuseSeveralListRemovals(update: ParsedUpdate): void {
  const lists = (update._updates?.sections ?? [])
    .filter(({ type, path }) => type === 'remove' && typeof path.at(-1) === 'number')
    .map(({ path }) => JSON.stringify(path.slice(0, -1)));
  if (new Set(lists).size < lists.length)
    throw unsupported('dynamodb', 'UpdateItem', 'REMOVE of several list elements');
}
