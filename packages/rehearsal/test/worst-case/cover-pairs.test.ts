import fc from 'fast-check';
import { coverPairs, type Factor, type Row } from '../../worst-case/cover-pairs.ts';

const factors = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 5 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .uniqueArray(fc.oneof(fc.boolean(), fc.stringMatching(/^[A-Z]{2}$/)), {
          minLength: 2,
          maxLength: 4,
        })
        .map((values): Factor => ({ name, values })),
    ),
  ),
);

const rowsOf = (all: readonly Factor[]) =>
  fc.array(fc.record(Object.fromEntries(all.map(({ name, values }) => [name, fc.constantFrom(...values)]))), {
    maxLength: 4,
  });

/** Pairs of values of two factors that no row has. */
function uncovered(all: readonly Factor[], rows: readonly Row[]): string[] {
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .flatMap((other) =>
        one.values.flatMap((a) =>
          other.values
            .filter((b) => !rows.some((row) => row[one.name] === a && row[other.name] === b))
            .map((b) => `${one.name}=${a} ${other.name}=${b}`),
        ),
      ),
  );
}

describe('coverPairs', () => {
  it('has every pair of values of two factors in some row, its own or a given one', () => {
    fc.assert(
      fc.property(
        factors.chain((all) => fc.tuple(fc.constant(all), rowsOf(all))),
        ([all, given]) => {
          const rows = coverPairs(all, given);
          expect(uncovered(all, [...given, ...rows])).toEqual([]);
          for (const row of rows) {
            expect(Object.keys(row).sort()).toEqual(all.map(({ name }) => name).sort());
          }
        },
      ),
    );
  });

  it('makes no superfluous row', () => {
    fc.assert(
      fc.property(factors, (all) => {
        const rows = coverPairs(all, []);
        for (const [index] of rows.entries()) {
          expect(uncovered(all, rows.slice(0, index)).length).toBeGreaterThan(
            uncovered(all, rows.slice(0, index + 1)).length,
          );
        }
      }),
    );
  });

  it('needs one more row for settings of two values that were each tried alone', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => ({ name, values: [false, true] }));
    const none = { a: false, b: false, c: false, d: false };
    const alone = all.map(({ name }) => ({ ...none, [name]: true }));

    expect(coverPairs(all, [none, ...alone])).toEqual([{ a: true, b: true, c: true, d: true }]);
  });
});
