import { LedgerCorrupt } from '../../../../shared/errors.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { incidentRecord, RELEASE, serviceResult } from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
import { iso, NOW } from '../../fixtures/times.ts';

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

it('opens an incident once', async () => {
  await expect(ledger.incidents.open(incidentRecord())).resolves.toBe(true);
  await expect(ledger.incidents.open(incidentRecord({ reason: 'other' }))).resolves.toBe(false);
  await expect(ledger.incidents.get(RELEASE)).resolves.toEqual(incidentRecord());
});

it('throws LedgerCorrupt for an incident that must be there and is not', async () => {
  await expect(ledger.incidents.find(RELEASE)).resolves.toBeUndefined();
  await expect(ledger.incidents.get(RELEASE)).rejects.toBeInstanceOf(LedgerCorrupt);
});

describe('closing', () => {
  const close = (executionArn = EXECUTION_ARN) =>
    ledger.incidents.close(RELEASE, executionArn, 'rolled-back', iso(NOW));

  it('happens once', async () => {
    await ledger.incidents.open(incidentRecord());
    await expect(close()).resolves.toBe(true);
    await expect(close()).resolves.toBe(false);
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
      status: 'closed',
      outcome: 'rolled-back',
      closedAt: iso(NOW),
    });
  });

  it('is refused to another execution', async () => {
    await ledger.incidents.open(incidentRecord());
    await expect(close('arn:other')).resolves.toBe(false);
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ status: 'open' });
  });
});

describe('opening again', () => {
  const next = incidentRecord({ executionArn: 'arn:next', requestedBy: 'on-call' });

  it('makes one more attempt of a closed incident, for only one of simultaneous requests', async () => {
    await ledger.incidents.open(incidentRecord());
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(NOW));
    await expect(ledger.incidents.reopen(next)).resolves.toBe(true);
    await expect(ledger.incidents.reopen({ ...next, executionArn: 'arn:third' })).resolves.toBe(false);
    const incident = await ledger.incidents.get(RELEASE);
    expect(incident).toMatchObject({
      status: 'open',
      attempt: 2,
      executionArn: 'arn:next',
      requestedBy: 'on-call',
    });
    expect(incident).not.toHaveProperty('outcome');
    expect(incident).not.toHaveProperty('closedAt');
  });

  it('is refused while it is open', async () => {
    await ledger.incidents.open(incidentRecord());
    await expect(ledger.incidents.reopen(next)).resolves.toBe(false);
  });
});

it('records the incident of an execution', async () => {
  await ledger.incidents.pointExecution(EXECUTION_ARN, RELEASE);
  await expect(ledger.incidents.incidentOfExecution(EXECUTION_ARN)).resolves.toBe(RELEASE);
  await expect(ledger.incidents.incidentOfExecution('arn:other')).resolves.toBeUndefined();
});

it('keeps the latest result of each service of an incident', async () => {
  await ledger.incidents.open(incidentRecord());
  await ledger.incidents.putServiceResult(serviceResult({ status: 'failed' }));
  await ledger.incidents.putServiceResult(serviceResult());
  await ledger.incidents.putServiceResult(serviceResult({ service: 'billing' }));
  await ledger.incidents.putServiceResult(serviceResult({ incidentId: 'billing-1', service: 'billing' }));
  await expect(ledger.incidents.serviceResults({ incidentId: RELEASE, attempt: 1 })).resolves.toEqual([
    serviceResult(),
    serviceResult({ service: 'billing' }),
  ]);
});

it("does not take an earlier attempt's result for a later one's", async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  await expect(ledger.incidents.serviceResults({ incidentId: RELEASE, attempt: 2 })).resolves.toEqual([]);
});

describe('a service that was released over', () => {
  it.each([
    ['rolled-back', 1, true],
    ['traffic-restored', 1, true],
    ['failed', 1, false],
    ['skipped', 1, false],
    ['superseded', 1, false],
    ['rolled-back', 2, false],
  ] as const)('is recorded so where it was back: %s in attempt %i', async (status, attempt, noted) => {
    const before = serviceResult({ status, attempt });
    await ledger.incidents.putServiceResult(before);
    await expect(ledger.incidents.markOvertaken({ incidentId: RELEASE, attempt: 1 }, 'orders')).resolves.toBe(
      noted,
    );
    await expect(ledger.incidents.serviceResult({ incidentId: RELEASE, attempt }, 'orders')).resolves.toEqual(
      noted ? { ...before, status: 'superseded' } : before,
    );
  });
});
