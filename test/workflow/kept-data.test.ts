import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

const removed = (resource: string, type: string) => `${resource} (AWS::${type}) would be removed`;

it.each([
  [
    'release-added-data',
    [
      removed('Baskets', 'DynamoDB::Table'),
      removed('Receipts', 'S3::Bucket'),
      removed('Reminders', 'SQS::Queue'),
    ],
  ],
  ['failed-release-added-data', ['Baskets (AWS::DynamoDB::Table) would be deleted']],
])('the last mail of %s names the data that stays', async (name, named) => {
  const { result } = await watchedRun(findScenario(process.cwd(), name));

  expect(result.violations).toEqual([]);
  const last = result.mails.at(-1)?.body;
  for (const text of named) expect(last).toContain(text);
});
