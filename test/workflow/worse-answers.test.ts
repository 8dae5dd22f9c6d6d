import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRunIn } from '../../packages/rehearsal/test/promises/watched-run.ts';

/** Unknown answers of AWS, each the worse one, with scenarios whose end depended on the better one. */
const worse = [
  {
    account: { externalId: 'absent' },
    scenarios: [
      'bad-after-completion',
      'own-rollback-events',
      'two-bad-releases-in-a-row',
      'target-version-deleted',
      'platform-and-consumers-bad',
    ],
  },
  {
    account: { versionMetrics: 'only-with-weights' },
    scenarios: [
      'bad-after-completion',
      'all-at-once-bad',
      'healthy-canary',
      'released-without-codedeploy',
      'breached-while-waiting',
      'not-recovered',
    ],
  },
] as const;

describe.each(worse)('with $account', ({ account, scenarios }) => {
  it.each(scenarios)('%s ends as it does with the better answer', async (name) => {
    const { result, violations } = await watchedRunIn(account, findScenario(process.cwd(), name));

    expect(result.violations).toEqual([]);
    expect(violations).toEqual([]);
  });
});
