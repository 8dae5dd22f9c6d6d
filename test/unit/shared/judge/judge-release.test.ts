import * as fc from 'fast-check';
import { limitsPolicy } from '../../../../shared/catalog/service-entry.ts';
import { type JudgeInput, judgeRelease } from '../../../../shared/judge/judge-release.ts';
import { judgement } from '../../../../shared/judge/judgement.ts';

fc.configureGlobal({ seed: 1 });

const startedAt = 1_000_000;
const judge = (changes: Partial<JudgeInput> = {}) =>
  judgeRelease({
    subject: 'orders:5',
    minutes: [
      { at: 0, requests: 40, errors: 0 },
      { at: 60_000, requests: 40, errors: 1 },
    ],
    limits: limitsPolicy.parse({}),
    alarms: [],
    startedAt,
    ...changes,
  });
const ringing = { name: 'orders-errors', state: 'ALARM' as const, since: startedAt + 1 };

it('finds a release healthy when nothing speaks against it', () => {
  expect(judge()).toMatchObject({
    verdict: 'healthy',
    reason: '1 of 80 requests to orders:5 failed; no limit breached, no alarm raised',
  });
});

it('gives no verdict before as many samples as its limits take to be breached', () => {
  const minutes = [
    { at: 0, requests: 59, errors: 0 },
    { at: 60_000, requests: 29, errors: 0 },
  ];
  expect(judge({ minutes })).toMatchObject({
    verdict: 'insufficient',
    reason: '88 requests to orders:5 so far: 1 of the 2 samples of 30 that a verdict takes',
  });
  expect(judge({ minutes: [...minutes, { at: 120_000, requests: 1, errors: 0 }] }).verdict).toBe('healthy');
});

it('gives no verdict without any data', () => {
  expect(judge({ minutes: [] })).toEqual({
    verdict: 'insufficient',
    reason: '0 requests to orders:5 so far: 0 of the 2 samples of 30 that a verdict takes',
    evidence: [],
  });
});

it('finds a release unhealthy by an alarm alone, however little traffic there is', () => {
  expect(judge({ minutes: [], alarms: [ringing] })).toMatchObject({
    verdict: 'unhealthy',
    reason: 'alarm orders-errors turned ALARM after the deployment began',
  });
});

it('names the first breach as its reason and keeps all evidence', () => {
  const minutes = [0, 1].map((at) => ({ at, requests: 40, errors: 20 }));
  const found = judge({ minutes, alarms: [ringing] });
  expect(found.reason).toContain('50.0 % of 80 requests');
  expect(found.evidence.map(({ finding }) => finding)).toEqual(['breach', 'breach']);
});

it('leaves the verdict open while a health check does, with its words as the reason', () => {
  const check = (finding: 'note' | 'clear') => ({
    rule: 'health-check',
    finding,
    metric: 'looks in a row at which Check says unhealthy',
    observed: 0,
    threshold: 3,
    detail: `health check Check: ${finding}`,
  });
  expect(judge({ checks: [check('clear'), check('note')] })).toMatchObject({
    verdict: 'insufficient',
    reason: 'health check Check: note',
    evidence: [{ rule: 'error-rate-limit' }, { finding: 'clear' }, { finding: 'note' }],
  });
  expect(judgement.safeParse(judge({ checks: [check('note')] })).success).toBe(true);
  expect(judge({ checks: [check('clear')] }).verdict).toBe('healthy');
});

it('is not swayed by an alarm that is missing, has no data or rang before', () => {
  const alarms = [
    { name: 'a', state: 'missing' as const },
    { name: 'b', state: 'INSUFFICIENT_DATA' as const },
    { name: 'c', state: 'ALARM' as const, since: startedAt - 1 },
  ];
  const found = judge({ alarms });
  expect(found.verdict).toBe('healthy');
  expect(found.evidence.filter(({ finding }) => finding === 'note')).toHaveLength(3);
});

it('always answers a judgement that the ledger and the machines can hold', () => {
  const counts = fc.array(
    fc.record({ at: fc.nat(), requests: fc.nat(100), errors: fc.nat(100), slow: fc.nat(100) }),
  );
  fc.assert(
    fc.property(counts, (minutes) => {
      const limits = limitsPolicy.parse({ slow: { overMs: 500 } });
      const found = judge({ minutes, limits });
      expect(judgement.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    }),
  );
});
