import fc from 'fast-check';
import type { HealthCheck } from '../../../../shared/catalog/health-check.ts';
import {
  type CheckAnswer,
  type FailedLooks,
  failedLooks,
  judgeHealthChecks,
  judgementOfChecks,
} from '../../../../shared/judge/health-checks.ts';

const name = 'HealthCheck_orders';
const check = (failures = 3): HealthCheck => ({ function: name, failures });
const says = (word: CheckAnswer['says'], reason?: string): CheckAnswer => ({ says: word, reason });
const judge = (answer: CheckAnswer, before?: FailedLooks) => judgeHealthChecks([check()], [answer], before);

it('counts for a release that the check calls healthy, and drops the looks before', () => {
  expect(judge(says('healthy'), { [name]: 2 })).toEqual({
    evidence: [
      {
        rule: 'health-check',
        finding: 'clear',
        metric: 'looks in a row at which HealthCheck_orders says unhealthy',
        observed: 0,
        threshold: 3,
        detail: 'health check HealthCheck_orders says healthy',
      },
    ],
    failedLooks: {},
    isDoubted: false,
  });
});

it('leaves the verdict open at the first look that finds it unhealthy', () => {
  expect(judge(says('unhealthy', 'checkout answers 500'))).toMatchObject({
    evidence: [
      {
        finding: 'note',
        observed: 1,
        detail:
          'health check HealthCheck_orders says unhealthy: checkout answers 500 (at 1 look, 3 condemn the release)',
      },
    ],
    failedLooks: { [name]: 1 },
    isDoubted: true,
  });
});

it('condemns at the last of the required looks in a row', () => {
  expect(judge(says('unhealthy'), { [name]: 2 })).toMatchObject({
    evidence: [{ finding: 'breach', observed: 3, detail: expect.stringContaining('at 3 looks in a row') }],
    failedLooks: { [name]: 3 },
  });
});

it('neither counts nor drops where the check has no answer', () => {
  expect(judge(says('nothing', 'CheckBroken: expired'), { [name]: 2 })).toMatchObject({
    evidence: [
      { finding: 'note', detail: 'health check HealthCheck_orders says nothing: CheckBroken: expired' },
    ],
    failedLooks: { [name]: 2 },
    isDoubted: false,
  });
});

it('adds no reason where the check gives none', () => {
  const details = (['unhealthy', 'nothing'] as const).map((word) => judge(says(word)).evidence[0]?.detail);
  expect(details).toEqual([
    'health check HealthCheck_orders says unhealthy (at 1 look, 3 condemn the release)',
    'health check HealthCheck_orders says nothing',
  ]);
});

it('takes looks for the next one only where there is at least one', () => {
  expect(failedLooks.safeParse({ [name]: 2 }).success).toBe(true);
  expect(failedLooks.safeParse({ [name]: 0 }).success).toBe(false);
});

it('treats a check that was not invoked as one without an answer', () => {
  expect(judgeHealthChecks([check()], [])).toMatchObject({
    evidence: [{ finding: 'note', detail: 'health check HealthCheck_orders says nothing: it was not asked' }],
    failedLooks: {},
    isDoubted: false,
  });
});

it('is in doubt where one of several checks finds the service unhealthy', () => {
  const both = [check(), { function: 'HealthCheck_stock', failures: 3 }];
  expect(judgeHealthChecks(both, [says('healthy'), says('unhealthy')])).toMatchObject({
    failedLooks: { HealthCheck_stock: 1 },
    isDoubted: true,
  });
});

it('condemns if and only if enough answers since the last "healthy" are "unhealthy"', () => {
  const word = fc.constantFrom<CheckAnswer['says']>('healthy', 'unhealthy', 'nothing');
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (words, failures) => {
        let before: FailedLooks = {};
        let finding = '';
        for (const one of words) {
          const { evidence, failedLooks } = judgeHealthChecks([check(failures)], [says(one)], before);
          before = failedLooks;
          finding = evidence[0]?.finding ?? '';
        }
        const since = words.slice(words.lastIndexOf('healthy') + 1);
        const counted = since.filter((one) => one === 'unhealthy').length;
        expect(finding === 'breach').toBe(words.at(-1) === 'unhealthy' && counted >= failures);
      },
    ),
  );
});

describe('the verdict of the checks alone', () => {
  const two = (first: CheckAnswer['says'], second: CheckAnswer['says'], before = {}) =>
    judgementOfChecks(
      judgeHealthChecks(
        [
          { function: 'HealthCheck_a', failures: 2 },
          { function: 'HealthCheck_b', failures: 2 },
        ],
        [says(first), says(second)],
        before,
      ).evidence,
    );

  it('is absent for a service without checks', () => {
    expect(judgementOfChecks([])).toBeUndefined();
  });

  it.each([
    ['healthy where all say so', two('healthy', 'healthy'), 'healthy', 'HealthCheck_a says healthy'],
    ['open where one says nothing', two('healthy', 'nothing'), 'insufficient', 'HealthCheck_b says nothing'],
    [
      'unhealthy where one condemns',
      two('nothing', 'unhealthy', { HealthCheck_b: 1 }),
      'unhealthy',
      'HealthCheck_b says unhealthy',
    ],
  ])('is %s', (_, judgement, verdict, reason) => {
    expect(judgement).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
    expect(judgement?.evidence).toHaveLength(2);
  });
});
