import { build } from '../../../functions/coordinate/begin-again/handler.ts';
import { InvalidInput, LockLost } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { incidentRecord, RELEASE } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { iso } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, attempt: 1, executionArn: EXECUTION_ARN };
let ledger: LedgerDouble;
beforeEach(async () => {
  ledger = new LedgerDouble();
  await ledger.incidents.open(incidentRecord());
});
const again = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

it('begins the next attempt, and that once when it runs twice', async () => {
  await expect(again()).resolves.toEqual({ attempt: 2 });
  await expect(again()).resolves.toEqual({ attempt: 2 });
  await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ attempt: 2, status: 'open' });
});

it.each<[string, () => Promise<unknown>]>([
  [
    'was ended from outside',
    () => ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now)),
  ],
  [
    "is another execution's",
    async () => {
      await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
      await ledger.incidents.reopen(incidentRecord({ executionArn: `${EXECUTION_ARN}-2` }));
    },
  ],
])('does nothing where the incident %s', async (_, happened) => {
  await happened();
  const before = await ledger.incidents.get(RELEASE);
  await expect(again()).rejects.toThrow(LockLost);
  await expect(ledger.incidents.get(RELEASE)).resolves.toEqual(before);
});

it('refuses an input without an execution, naming the field', async () => {
  const { executionArn: _, ...rest } = input;
  await expect(build(runtimeOf(ledger))(rest)).rejects.toThrow(InvalidInput);
  await expect(build(runtimeOf(ledger))(rest)).rejects.toThrow('executionArn');
});
