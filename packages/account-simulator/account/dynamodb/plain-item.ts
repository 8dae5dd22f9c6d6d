/** An item as it is stored: attribute values by attribute. */
export type StoredItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** An item as plain values, for reports and checks: numbers as numbers, sets as arrays, bytes as base64. */
export function plainItem(item: StoredItem): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: Readonly<Record<string, unknown>>): unknown {
  const [type, content] = Object.entries(value)[0] as [string, unknown];
  switch (type) {
    case 'N':
      return Number(content);
    case 'NULL':
      return null;
    case 'NS':
      return (content as string[]).map(Number);
    case 'L':
      return (content as Array<Record<string, unknown>>).map(plainValue);
    case 'M':
      return plainItem(content as StoredItem);
    default:
      return content;
  }
}
