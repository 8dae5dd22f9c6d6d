import { giveBackClock, output, play } from './harness.ts';

afterEach(giveBackClock);

async function evaluate(expression: string, input: unknown = {}, seed = 1): Promise<unknown> {
  const harness = play({ seed });
  const execution = harness.start(
    harness.create({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }),
    input,
    'x',
  );
  await harness.settle();
  return output(execution);
}

async function failure(expression: string): Promise<string> {
  const execution = await play().run({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } });
  expect(execution.error).toBe('States.QueryEvaluationError');
  return execution.cause ?? '';
}

describe('functions of Step Functions', () => {
  it('partitions an array', async () => {
    expect(await evaluate('$partition([1,2,3,4,5], 2)')).toEqual([[1, 2], [3, 4], [5]]);
    expect(await evaluate('$partition([1,2,3,4], 2.9)')).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await failure('$partition([1,2], 0)')).toContain('the chunk size must be at least 1');
  });

  it('makes ranges up and down', async () => {
    expect(await evaluate('$range(0, 10, 2)')).toEqual([0, 2, 4, 6, 8, 10]);
    expect(await evaluate('$range(1, 9, 3)')).toEqual([1, 4, 7]);
    expect(await evaluate('$range(3, 1, -1)')).toEqual([3, 2, 1]);
    expect(await evaluate('$range(1, 9, 9)')).toBe(1);
    expect(await evaluate('$range(1, 9, 9)[]')).toEqual([1]);
    expect(await evaluate('$count($range(1, 9, 9))')).toBe(1);
    expect(await failure('$range(9, 1, 1)')).toContain('returned nothing (undefined)');
    expect(await failure('$range(1, 9, 0)')).toContain('the delta must not be 0');
  });

  it.each([
    ['MD5', '900150983cd24fb0d6963f7d28e17f72'],
    ['SHA-1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('hashes with %s', async (algorithm, digest) => {
    expect(await evaluate(`$hash('abc', '${algorithm}')`)).toBe(digest);
  });

  it('hashes with SHA-384 and SHA-512, and refuses others', async () => {
    expect(await evaluate(`$length($hash('abc', 'SHA-384'))`)).toBe(96);
    expect(await evaluate(`$length($hash('abc', 'SHA-512'))`)).toBe(128);
    expect(await failure(`$hash('abc', 'sha256')`)).toContain('is not a supported algorithm');
  });

  it('parses JSON text', async () => {
    expect(await evaluate('$parse($states.input.text).a', { text: '{"a":[1,2]}' })).toEqual([1, 2]);
    expect(await failure(`$parse('{')`)).toContain('not valid JSON');
  });

  it('draws numbers and UUIDs from the seed', async () => {
    const draw = '{"r": $random(), "u": $uuid()}';
    const first = (await evaluate(draw)) as { r: number; u: string };
    expect(await evaluate(draw)).toEqual(first);
    expect(await evaluate(draw, {}, 2)).not.toEqual(first);
    expect(first.r).toBeGreaterThanOrEqual(0);
    expect(first.r).toBeLessThan(1);
    expect(first.u).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('draws the same number for the same seed of $random, in every run', async () => {
    const [a, b] = (await evaluate('[$random(7), $random(8)]')) as number[];
    expect(a).not.toBe(b);
    expect(await evaluate('[$random(7), $random(8)]', {}, 2)).toEqual([a, b]);
  });

  it('shuffles by the seed too', async () => {
    const shuffled = await evaluate('$shuffle([1..20])');
    expect(await evaluate('$shuffle([1..20])')).toEqual(shuffled);
    expect([...(shuffled as number[])].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });
});

describe('JSONata', () => {
  it('returns virtual time', async () => {
    expect(await evaluate('$now()')).toBe('2026-03-01T08:00:00.000Z');
  });

  it('gives plain arrays for sequences', async () => {
    const value = await evaluate('$states.input.a.b', { a: [{ b: 1 }, { b: 2 }] });
    expect(value).toStrictEqual([1, 2]);
  });

  it('keeps null as a value', async () => {
    expect(await evaluate('$states.input.a', { a: null })).toBeNull();
  });

  it('refuses undefined, functions and numbers JSON cannot carry', async () => {
    expect(await failure('$states.input.absent')).toContain('returned nothing (undefined).');
    expect(await failure('function($x){ $x }')).toContain('returned an unsupported result type.');
    expect(await failure('{"f": $sum}')).toContain('returned an unsupported result type.');
    expect(await failure('1 / 0')).toContain("specified for the field 'Output'");
  });

  it('reports a type error with JSONata’s own words', async () => {
    expect(await failure(`1 + 'a'`)).toContain('threw an error during evaluation. T2002:');
  });

  it('reports errors of $error and $assert', async () => {
    expect(await failure(`$error('not good')`)).toContain('not good');
    expect(await failure(`$assert(false, 'must hold')`)).toContain('must hold');
  });

  it('lets a lambda call itself', async () => {
    expect(await evaluate('($f := function($n){ $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))')).toBe(120);
  });
});
