import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { releaseIdOf } from '../../../../shared/ledger/records.ts';
import { releaseKey } from '../../../../shared/ledger/release-ledger.ts';
import { LedgerMirror } from '../../promises/ledger-mirror.ts';

it.each([undefined, 'd-ORDERS005', 'restored'])(
  'finds a release by its id, with the cause %s in it',
  (cause) => {
    const releaseId = releaseIdOf('orders-2', '2026-01-05T09:00:30.915Z', cause);
    const item = { ...releaseKey(releaseId), releaseId };
    const account = { dynamoDb: { items: () => [item] }, wire: { onPerformed: () => undefined } };
    const mirror = new LedgerMirror(account as unknown as SimulatedAccount, 'ledger');
    expect(mirror.release(releaseId)).toBe(item);
  },
);
