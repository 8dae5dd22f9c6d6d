import { build } from '../../../functions/record/choose-services/handler.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { compilesMissing } from '../fixtures/compiles-missing.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { releaseRecord } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';

let stored: Map<string, string>;
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
  stored = mockBucket(catalogObject(ordersEntry(), ordersEntry({ service: 'billing', stack: 'b' }))).stored;
});

const choose = (input: unknown) => build(runtimeOf(ledger))({ executionName: 'by-hand', input });

it('passes on one service with the input about it', async () => {
  const record = { service: 'orders', verdict: 'good', reason: 'ran for a month', requestedBy: 'ana' };
  await expect(choose(record)).resolves.toEqual({ kind: 'one', record });
  await expect(choose({ service: 'orders' })).resolves.toEqual({
    kind: 'one',
    record: { service: 'orders' },
  });
});

it('passes on a release that is recorded already to be watched', async () => {
  const { releaseId } = releaseRecord();
  await ledger.releases.open(releaseRecord());
  await expect(choose({ service: 'orders', releaseId })).resolves.toEqual({
    kind: 'watch',
    record: { service: 'orders' },
    recording: {
      outcome: 'found',
      releaseId,
      detail: `${releaseId} is live and not proven yet`,
      next: 'watch',
    },
  });
});

it.each([{}, { all: true }])('lists all services for %j', async (input) => {
  const itemsKey = 'recordings/by-hand/services.json';
  await expect(choose(input)).resolves.toEqual({ kind: 'many', services: 2, itemsKey });
  expect(stored.get(itemsKey)).toBe('[{"service":"billing"},{"service":"orders"}]');
});

it.each([{}, { service: 'orders' }])('has a missing catalog compiled for %j', async (input) => {
  const compiled = compilesMissing(catalogObject());
  await expect(choose(input)).resolves.toMatchObject(input.service ? { kind: 'one' } : { services: 1 });
  expect(compiled()).toEqual([{ onlyIfMissing: true }]);
});

it.each([
  [{ service: 'order' }, 'service: "order" is not in the catalog; did you mean "orders"?'],
  [{ service: 'Orders' }, 'service: must be 1 to 40 lower-case letters'],
  [{ all: false }, 'all: must be true, or left out'],
  [{ service: 'orders', all: true }, 'all: is for all services, and "service" names one'],
  [{ verdict: 'good', reason: 'x' }, 'service: is needed with a verdict'],
  [{ service: 'orders', verdict: 'good' }, 'reason: is needed with a verdict'],
  [{ service: 'orders', verdict: 'bad', reason: 'x' }, 'verdict: must be "good"'],
  [{ service: 'orders', reason: 'x' }, 'verdict: must be "good" where a reason is given'],
  [{ service: 'orders', requestedBy: 'x' }, 'verdict: must be "good" where somebody says so'],
  [{ service: 'orders', releaseId: 'billing-20260105T090000Z' }, 'releaseId: must be one of the service'],
  [
    { service: 'orders', releaseId: 'orders-20250105T090000Z' },
    'releaseId: the ledger has no release "orders-20250105T090000Z"',
  ],
  [{ service: 'orders', stackId: 'nonsense' }, 'stackId: must be the ARN of a stack'],
  [
    { service: 'orders', stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/billing/1a2b' },
    'stackId: "billing" is no stack of "orders", which has shop-orders',
  ],
  [
    { stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/billing/1a2b' },
    'service: is needed with a stackId',
  ],
  [{ releaseId: 'billing-20260105T090000Z' }, 'releaseId: must be one of the service'],
  [
    { service: 'orders', releaseId: 'orders-20260105T090000Z', verdict: 'good', reason: 'x' },
    'verdict: is said of what is live: leave out the releaseId',
  ],
  [{ service: 'orders', colour: 'red' }, 'colour: is not a known field'],
  ['orders', 'input: '],
])('refuses %j', async (input, reason) => {
  const attempt = choose(input);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(reason);
  expect([...stored.keys()].filter((key) => key.startsWith('recordings/'))).toEqual([]);
});
