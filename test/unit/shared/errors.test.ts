import * as errors from '../../../shared/errors.ts';

const { errorNames, ...classes } = errors;
const listed: readonly string[] = Object.values(errorNames).flat();

it.each(Object.entries(classes))('%s is listed under exactly one family', (name) => {
  expect(listed.filter((one) => one === name)).toHaveLength(1);
});

it('lists no name without a class', () => {
  expect([...listed].sort()).toEqual(Object.keys(classes).sort());
});

it.each(Object.entries(classes))(
  '%s carries its name as a literal, not the name of its class',
  (name, Class) => {
    // A bundler that renames classes must not change the names that Step Functions matches.
    const Renamed = { a: class extends Class {} }.a;
    const cause = new Error('below');
    const error = new Renamed('why', { cause });
    expect(Renamed.name).not.toBe(name);
    expect(error).toMatchObject({ name, message: 'why', cause });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: why`);
  },
);

it('cuts a refusal, so that its cause still arrives as whole JSON', () => {
  const { message } = new errors.InvalidInput('x'.repeat(100_000));
  expect(message).toBe(`${'x'.repeat(4000)} ...`);
});
