/** A setting of a run, or any other factor with a few values. */
export interface Factor {
  readonly name: string;
  readonly values: readonly (string | boolean)[];
}

/** A value for each factor. */
export type Row = Readonly<Record<string, string | boolean>>;

/**
 * Rows that, together with the given ones, contain every pair of values of two factors. Greedy: each row begins with an
 * uncovered pair and takes, factor by factor, the value that covers most of the remaining pairs.
 *
 * @param given existing rows, with a value for each factor
 */
export function coverPairs(factors: readonly Factor[], given: readonly Row[]): Row[] {
  const left = new Map<string, Row>();
  for (const [index, one] of factors.entries()) {
    for (const other of factors.slice(index + 1)) {
      for (const a of one.values) {
        for (const b of other.values) {
          const pair = { [one.name]: a, [other.name]: b };
          left.set(keyOf(pair), pair);
        }
      }
    }
  }
  const cover = (row: Row) => {
    for (const pair of pairsOf(row, factors)) left.delete(pair);
  };
  for (const row of given) cover(row);
  const rows: Row[] = [];
  for (;;) {
    const [first] = left.values();
    if (first === undefined) return rows;
    let row = first;
    for (const { name, values } of factors) {
      if (name in row) continue;
      const gains = values.map((value) => ({ value, gain: gainOf(row, name, value, left) }));
      const best = gains.reduce((a, b) => (b.gain > a.gain ? b : a));
      row = { ...row, [name]: best.value };
    }
    cover(row);
    rows.push(row);
  }
}

/** The number of uncovered pairs that a value adds to a row. */
function gainOf(row: Row, name: string, value: string | boolean, left: ReadonlyMap<string, Row>): number {
  return Object.entries(row).filter(([other, its]) => left.has(keyOf({ [name]: value, [other]: its })))
    .length;
}

function pairsOf(row: Row, factors: readonly Factor[]): string[] {
  return factors.flatMap(({ name: one }, index) =>
    factors
      .slice(index + 1)
      .map(({ name: other }) => keyOf({ [one]: row[one] as string, [other]: row[other] as string })),
  );
}

function keyOf(pair: Row): string {
  return Object.entries(pair)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}
