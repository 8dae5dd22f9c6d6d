import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRunIn } from '../../packages/rehearsal/test/promises/watched-run.ts';

const scenario = (name: string) => findScenario(process.cwd(), name);

/** A mail wraps long sentences. */
const flat = (body: string | undefined) => body?.replace(/\s+/g, ' ');

it('a stack goes before the traffic where the previous code cannot serve without it', async () => {
  const { result, broken } = await watchedRunIn({ serviceRole: true }, scenario('table-removed-by-release'));

  expect(result.violations).toEqual([]);
  expect(broken).toEqual([]);
  const at = (text: string) => result.timeline.findIndex((entry) => entry.text.includes(text));
  const updated = at('stack shop-cart is being updated to the saved template');
  const verified = at('stack: verified, stack shop-cart is UPDATE_COMPLETE');
  const restored = at('AddItemFunction: 100 % to version 2');
  const lastRestored = result.timeline.findLastIndex((entry) =>
    entry.text.includes('AddItemFunction: 100 % to version 2'),
  );
  expect(updated).toBeGreaterThan(restored);
  expect(verified).toBeGreaterThan(updated);
  expect(lastRestored).toBeGreaterThan(verified);
  // Traffic of a version whose table is gone fails: the judge would not have called it recovered.
  expect(result.mails.at(-1)?.body).toContain('recovered');
  expect(flat(result.mails[1]?.body)).toContain(
    'cart: shop-cart-AddItemFunction: in its environment, Sessions (AWS::DynamoDB::Table) is gone: the stack goes before the traffic',
  );
});

it('users go first where the previous code is only at risk, and every mail until then names it', async () => {
  const { result, broken } = await watchedRunIn(
    { serviceRole: true },
    scenario('retries-changed-by-release'),
  );

  expect(result.violations).toEqual([]);
  expect(broken).toEqual([]);
  const risk =
    'cart: shop-cart-AddItemFunction: the invoke configuration AddItemFunctionInvocations has changed: it may behave otherwise than it did';
  const told = result.mails.filter(({ body }) => flat(body)?.includes(risk)).map(({ subject }) => subject);
  expect(told).toEqual([
    '[prod] cart: bad release, rolling back (cart-20260105T100000Z)',
    '[prod] cart: users are back on good code (cart-20260105T100000Z)',
  ]);
});

it.each([
  ['stacks-stop-importing-first', 'web', 'cart'],
  ['stacks-export-again-first', 'cart', 'stock'],
])(
  'in %s the stack of %s is back before that of %s begins, and no other waits',
  async (name, first, second) => {
    const { result, broken } = await watchedRunIn({ serviceRole: true }, scenario(name));

    expect(result.violations).toEqual([]);
    expect(broken).toEqual([]);
    const when = (service: string, text: string) =>
      result.timeline.find((entry) => entry.service === service && entry.text.includes(text))?.at ?? 0;
    expect(when(first, 'stack: verified, stack')).toBeGreaterThan(0);
    expect(when(second, 'stack: asked CloudFormation')).toBeGreaterThan(
      when(first, 'stack: verified, stack'),
    );
  },
);

it('a stack that another stack holds is named in the plan, and left with the name of that stack', async () => {
  const { result, broken } = await watchedRunIn({ serviceRole: true }, scenario('stack-held-by-an-import'));

  expect(result.violations).toEqual([]);
  expect(broken).toEqual([]);
  const held = 'stack shop-search imports cart-table, which would vanish';
  const told = result.mails.filter(({ body }) => flat(body)?.includes(held)).map(({ subject }) => subject);
  expect(told).toEqual([
    '[prod] cart: bad release, rolling back (cart-20260105T100000Z)',
    '[prod] cart: users are back on good code (cart-20260105T100000Z)',
    '[prod] cart: users are back, a stack needs a person (cart-20260105T100000Z)',
  ]);
});
