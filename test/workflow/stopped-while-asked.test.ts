import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

const found = findScenario(process.cwd(), 'shift-stopped-while-asked');
const [approval] = found.starts;
const [release] = found.releases;
if (!approval || !release) throw new Error('the scenario has no approval, or no release');

/** A run of the scenario with some changes, and its end. */
async function endOf(
  changes: Partial<typeof found>,
  outcome: 'needs-person' | 'not-needed' | 'traffic-restored',
) {
  const ends = { incidents: [{ service: 'orders', outcome }], undelivered: 0, under: [] };
  const { result, violations } = await watchedRun({ ...found, expect: ends, ...changes });
  expect(result.violations).toEqual([]);
  expect(violations).toEqual([]);
  return result;
}

describe('where the shift was stopped, users are back', () => {
  it('whatever the person answers: the refusal says that nothing more is done', async () => {
    const input = { ...(approval.input as object), answer: 'refuse' };
    const { mails, after } = await endOf({ starts: [{ ...approval, input }] }, 'not-needed');
    expect(mails.at(-1)?.body.replace(/\s+/g, ' ')).toContain(
      'a person refused the rollback, so nothing more is done.',
    );
    expect(JSON.stringify(after.aliases)).not.toContain('"2"');
  });

  it('without an answer: the outcome says that they are', async () => {
    const { mails } = await endOf({ starts: [] }, 'needs-person');
    expect(mails.at(-1)?.body.replace(/\s+/g, ' ')).toContain('orders is bad, and users are off it');
  });
});

it('a deployment that was over is not stopped: its release waits for the answer', async () => {
  const minute = 60_000;
  const { bad: _, ...good } = { ...release, config: 'AllAtOnce' };
  const bad = { ...release, config: 'AllAtOnce', at: 60 * minute };
  const input = { ...(approval.input as object), incidentId: 'orders-20260105T100000Z' };
  const changes = { releases: [good, bad], starts: [{ ...approval, at: 75 * minute, input }] };
  const { mails } = await endOf(changes, 'traffic-restored');
  const question = mails.find(({ subject }) => subject.includes('approve its rollback'))?.body ?? '';
  expect(question.replace(/\s+/g, ' ')).toContain('Nothing was changed.');
  expect(question).not.toContain('Until you answer');
});
