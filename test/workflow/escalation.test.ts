import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { type Run, typing } from './typed-commands.ts';

const incident = 'orders-20260105T090500Z';
const minute = 60_000;
const found = findScenario(process.cwd(), 'approval-unanswered');
/** The same approval request, which expires without an answer. */
const scenario = {
  ...found,
  starts: [],
  atLeast: 95 * minute,
  expect: { ...found.expect, incidents: [{ service: 'orders' }] },
};

/** The mails and their recipients, in a run in which a person types a command. */
async function toldAfter(command: string | undefined, at = 12) {
  const runs: Run[] = [];
  const commands = command === undefined ? [] : [{ at: at * minute, argv: command.split(' ') }];
  const { result, violations } = await watchedRun(scenario, typing(commands, runs));
  expect(runs.map(({ status }) => status)).toEqual(commands.map(() => 0));
  expect(violations).toEqual([]);
  return result.mails
    .filter(({ to }) => to === 'manager@example.com')
    .map(({ at: time, subject }) => [time.slice(11, 16), subject.slice(7)]);
}

describe('an approval request without an answer', () => {
  it('is sent to the escalation topic once; its later reminder and outcome, once more', async () => {
    expect(await toldAfter(undefined)).toEqual([
      ['09:30', expect.stringContaining('ACTION by 10:08 UTC, orders: unanswered: approve its rollback')],
      ['10:21', expect.stringContaining('CRITICAL orders: unanswered: bad release, rollback recommended')],
    ]);
  });
});

describe('an answered approval request is not escalated', () => {
  it.each([[`approve ${incident} --by Ada`], [`refuse ${incident} --by Ada`]])('by %s', async (command) => {
    expect(await toldAfter(command)).toEqual([]);
  });

  it('by an acknowledgement, but its outcome is a mail of its own', async () => {
    expect(await toldAfter(`acknowledge ${incident} --by Ada`)).toEqual([
      [expect.anything(), expect.stringContaining('unanswered: bad release, rollback recommended')],
    ]);
  });
});
