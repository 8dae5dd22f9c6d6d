import fc from 'fast-check';
import jsonata from 'jsonata';
import { NotJson, plainJson } from '../../asl/expressions/plain-json.ts';

describe('plainJson', () => {
  it('leaves plain JSON as it is, without a copy', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(plainJson(value)).toBe(value);
      }),
    );
  });

  it.each([
    ['$.a.b', { a: [{ b: 1 }, { b: [2, 3] }] }],
    ['[$.a.b]', { a: [{ b: 1 }] }],
    ['$.a[].b[]', { a: { b: 1 } }],
    ['{"x": a.b, "y": [[a.b]]}', { a: [{ b: 1 }, { b: 2 }] }],
    ['a#$i.{"i": $i, "b": b}', { a: [{ b: 1 }, { b: 2 }] }],
    ['a^(>b)', { a: [{ b: 1 }, { b: 2 }] }],
    ['$map(a, function($v){ $v.b })', { a: [{ b: 1 }, { b: 2 }] }],
    ['$keys(a)', { a: [{ b: 1 }, { c: 2 }] }],
    ['[1..3]', {}],
    ['**.b', { a: [{ b: 1 }, { b: 2 }] }],
  ])("removes jsonata's marks from the arrays of %s", async (source, input) => {
    const result: unknown = await jsonata(source).evaluate(input);
    const plain = plainJson(result);
    expect(plain).toStrictEqual(JSON.parse(JSON.stringify(result)));
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) {
        expect(Object.getOwnPropertyNames(value)).toHaveLength(value.length + 1);
      }
      if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
    };
    visit(plain);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['undefined inside an object', { a: undefined }],
    ['NaN', [Number.NaN]],
    ['infinity', Number.POSITIVE_INFINITY],
  ])('refuses %s', (_, value) => {
    expect(() => plainJson(value)).toThrow(NotJson);
  });
});
