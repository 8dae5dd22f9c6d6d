import { build } from '../../../functions/operate/hold-service/handler.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW } from '../fixtures/times.ts';

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
});
const hold = (event: object) => build(runtimeOf(ledger))(event);

it('puts a service on hold, and everything, and releases them', async () => {
  const orders = { service: 'orders', held: true, by: 'Ada', reason: 'repairs', at: iso(NOW) };
  const all = { service: '*', held: true, by: 'Ada', at: iso(NOW) };
  await expect(hold({ service: 'orders', hold: true, by: 'Ada', reason: 'repairs' })).resolves.toEqual({
    onHold: [orders],
  });
  await expect(hold({ service: '*', hold: true, by: 'Ada' })).resolves.toEqual({ onHold: [orders, all] });
  await expect(hold({ service: 'orders', hold: false, by: 'Bob' })).resolves.toEqual({ onHold: [all] });
  await expect(hold({ service: '*', hold: false, by: 'Bob' })).resolves.toEqual({ onHold: [] });
});

it('ends a hold automatically at its time, and shows that time in UTC', async () => {
  const until = iso(NOW + 3_600_000);
  const event = { service: 'orders', hold: true, by: 'Ada', until: until.replace('Z', '+00:00') };
  await expect(hold(event)).resolves.toEqual({
    onHold: [{ service: 'orders', held: true, by: 'Ada', at: iso(NOW), until }],
  });
  ledger.now = NOW + 3_599_999;
  await expect(ledger.holds.list()).resolves.toHaveLength(1);
  ledger.now = NOW + 3_600_000;
  await expect(ledger.holds.list()).resolves.toEqual([]);
});

it('releases a service that has left the catalog, and holds none that is not in it', async () => {
  await expect(hold({ service: 'gone', hold: false, by: 'Ada' })).resolves.toEqual({ onHold: [] });
  await expect(hold({ service: 'ordres', hold: true, by: 'Ada' })).rejects.toThrow(InvalidInput);
});

it.each([
  [{ service: 'orders', hold: true }, 'by: '],
  [{ service: 'orders', by: 'Ada' }, 'hold: '],
  [{ service: 'Orders!', hold: true, by: 'Ada' }, 'service: must be the name of a service'],
  [{ service: 'orders', hold: true, by: 'Ada', until: 'noon' }, 'until: must be ISO 8601'],
  [{ service: 'orders', hold: true, by: 'Ada', until: iso(NOW) }, 'is over already'],
  [{ service: 'orders', hold: false, by: 'Ada', until: iso(NOW + 1) }, 'until: is for a hold'],
  [{ service: 'orders', hold: true, by: 'Ada', til: 'noon' }, 'til: is not a known field'],
])('refuses %j', async (event, reason) => {
  await expect(hold(event)).rejects.toThrow(reason);
});
