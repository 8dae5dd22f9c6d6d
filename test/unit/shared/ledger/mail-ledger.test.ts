import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { RELEASE } from '../../fixtures/records.ts';

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

describe('the claim on a mail', () => {
  const claim = (owner: string) => ledger.mails.claim(RELEASE, 'opened-1', owner);

  it('belongs to one owner, also when it is retried', async () => {
    await expect(claim('a')).resolves.toBe(true);
    await expect(claim('b')).resolves.toBe(false);
    await expect(claim('a')).resolves.toBe(true);
  });

  it('is refused once the mail went out', async () => {
    await claim('a');
    await ledger.mails.recordSent(RELEASE, 'opened-1', 'a', 'm-1');
    await expect(claim('a')).resolves.toBe(false);
  });

  it('is for one step of one thread', async () => {
    await claim('a');
    await expect(ledger.mails.claim(RELEASE, 'outcome-1', 'b')).resolves.toBe(true);
    await expect(ledger.mails.claim('billing-1', 'opened-1', 'b')).resolves.toBe(true);
  });
});
