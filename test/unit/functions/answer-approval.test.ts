import { SendTaskSuccessCommand, SFNClient, TaskTimedOut } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/operate/answer-approval/handler.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { incidentRecord, RELEASE, releaseRecord } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const stepFunctions = mockClient(SFNClient);
const attempt = { incidentId: RELEASE, attempt: 1 };
const planDigest = '0123456789abcdef';
const input = { incidentId: RELEASE, answer: 'approve', by: 'Ada' };
let ledger: LedgerDouble;

beforeEach(async () => {
  stepFunctions.reset();
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
  ledger = new LedgerDouble();
  await ledger.incidents.open(incidentRecord());
  await ledger.approvals.ask(attempt, {
    attempt: 1,
    planDigest,
    askedAt: iso(NOW),
    deadline: iso(NOW + 1_800_000),
  });
  await ledger.approvals.wait(attempt, 'token-1');
});

const answer = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const told = () =>
  stepFunctions.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input: sent }] }) => ({
    token: sent.taskToken,
    ...(JSON.parse(sent.output ?? '') as object),
  }));

it('approves exactly the plan that was shown, and records the approver', async () => {
  await expect(answer()).resolves.toEqual({ incidentId: RELEASE, answer: 'approve', planDigest });
  expect(told()).toEqual([{ token: 'token-1', answer: 'plan-again', planDigest }]);
  await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({
    answer: 'approve',
    by: 'Ada',
    answeredAt: iso(NOW),
  });
});

it('accepts an answer to the plan that waits for one, and to no older plan', async () => {
  await expect(answer({ planDigest: 'fedcba9876543210' })).rejects.toThrow(
    `planDigest: incident ${RELEASE} waits for an answer to plan ${planDigest} by now`,
  );
  expect(told()).toEqual([]);
  await expect(ledger.approvals.find(attempt)).resolves.not.toHaveProperty('answer');
  await expect(answer({ planDigest })).resolves.toMatchObject({ answer: 'approve' });
});

it("refuses with the person's own words", async () => {
  await answer({ answer: 'refuse', reason: 'It is expected.' });
  expect(told()).toEqual([
    { token: 'token-1', answer: 'refused', reason: 'Refused by Ada: It is expected.' },
  ]);
});

it('does no harm when it is repeated', async () => {
  await answer();
  await expect(answer({ by: 'Bob' })).resolves.toMatchObject({ answer: 'approve' });
  await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({ by: 'Ada' });
});

it.each([
  ['approve', 'refuse'],
  ['refuse', 'approve'],
] as const)('lets the first answer stand: %s, then %s', async (first, second) => {
  await answer({ answer: first });
  await expect(answer({ answer: second, by: 'Bob' })).rejects.toThrow(`Ada answered before: ${first}`);
  await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({ answer: first });
});

it('never returns a token, and keeps none that was used', async () => {
  expect(JSON.stringify(await answer())).not.toContain('token');
  expect(JSON.stringify(ledger.records())).not.toContain('token');
});

it('keeps the token of a later look', async () => {
  stepFunctions.on(SendTaskSuccessCommand).callsFake(async () => {
    await ledger.approvals.wait(attempt, 'token-2');
    return {};
  });
  await answer();
  await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({ token: 'token-2' });
});

it('leaves the answer in the ledger where sending it fails', async () => {
  stepFunctions.on(SendTaskSuccessCommand).rejects(throttled());
  await expect(answer()).rejects.toThrow();
  await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({ answer: 'approve' });
});

it('accepts an answer between two looks of the waiting task', async () => {
  stepFunctions
    .on(SendTaskSuccessCommand)
    .rejects(new TaskTimedOut({ message: 'Task Timed Out', $metadata: {} }));
  await expect(answer()).resolves.toMatchObject({ answer: 'approve' });
});

it('refuses an answer to an incident that waits for none', async () => {
  await expect(answer({ incidentId: 'orders-20260101T000000Z' })).rejects.toThrow('there is no incident');
  await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(NOW));
  await expect(answer()).rejects.toThrow('is closed, it ended needs-person');
  await ledger.incidents.reopen(incidentRecord());
  await expect(answer()).rejects.toThrow('does not wait for an approval');
});

it.each([
  [{ by: '' }, 'by: '],
  [{ answer: 'yes' }, 'answer: must be "approve", "refuse" or "acknowledge"'],
  [{ planDigest: 'x' }, 'planDigest: must be the 16 digits of the plan that the mail is about'],
  [{ taskToken: 'x' }, 'taskToken: is not a known field'],
])('refuses %j', async (changes, reason) => {
  await expect(answer(changes)).rejects.toThrow(InvalidInput);
  await expect(answer(changes)).rejects.toThrow(reason);
});

describe('an acknowledgement', () => {
  const acknowledged = { incidentId: RELEASE, answer: 'acknowledge' };

  it('is kept, and decides nothing', async () => {
    await expect(answer({ answer: 'acknowledge', reason: 'I look at it.' })).resolves.toEqual(acknowledged);
    expect(told()).toEqual([]);
    await expect(ledger.approvals.find(attempt)).resolves.not.toHaveProperty('answer');
    await expect(ledger.mails.acknowledgementOf(RELEASE)).resolves.toEqual({
      by: 'Ada',
      reason: 'I look at it.',
      at: iso(NOW),
    });
  });

  it('may be given for a closed incident, and repeated', async () => {
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(NOW));
    await answer({ answer: 'acknowledge' });
    await expect(answer({ answer: 'acknowledge', by: 'Bob' })).resolves.toEqual(acknowledged);
    await expect(ledger.mails.acknowledgementOf(RELEASE)).resolves.toMatchObject({ by: 'Bob' });
  });

  it('may be given for a release that has no incident', async () => {
    await ledger.releases.open(releaseRecord({ releaseId: 'orders-20260105T080000Z' }));
    await expect(
      answer({ answer: 'acknowledge', incidentId: 'orders-20260105T080000Z' }),
    ).resolves.toMatchObject({ answer: 'acknowledge' });
  });

  it('is refused for an unknown incident or release', async () => {
    await expect(answer({ answer: 'acknowledge', incidentId: 'orders-20260101T000000Z' })).rejects.toThrow(
      'there is no incident and no release',
    );
  });
});
