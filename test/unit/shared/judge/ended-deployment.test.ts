import { ErrorCode } from '@aws-sdk/client-codedeploy';
import * as fc from 'fast-check';
import type { AlarmReading } from '../../../../shared/judge/declared-alarms.ts';
import {
  codeMeanings,
  type EndedDeployment,
  judgeEndedDeployment,
} from '../../../../shared/judge/ended-deployment.ts';
import type { Judgement, JudgementVerdict } from '../../../../shared/judge/judgement.ts';

fc.configureGlobal({ seed: 1 });

const createdAt = Date.parse('2026-01-05T09:00:00Z');
const firstTrafficAt = createdAt + 60_000;
const endedAt = createdAt + 300_000;

const ended = (changes: Partial<EndedDeployment> = {}): EndedDeployment => ({
  id: 'd-1',
  status: 'Failed',
  errorCode: 'THROTTLED',
  error: 'THROTTLED: too many requests',
  failedHook: undefined,
  firstTrafficAt,
  endedAt,
  served: true,
  groupAlarms: [],
  ...changes,
});
const judged = (verdict: JudgementVerdict): Judgement => ({
  verdict,
  reason: 'the numbers',
  evidence: [
    {
      rule: 'declared-alarm',
      finding: verdict === 'unhealthy' ? 'breach' : 'clear',
      metric: 'alarm a',
      detail: 'a',
    },
  ],
});
const healthy = judged('healthy');
const alarm = (changes: Partial<AlarmReading>): AlarmReading => ({ name: 'queue', state: 'OK', ...changes });

const blockedBy = (changes: Partial<EndedDeployment>, by = healthy) =>
  judgeEndedDeployment(ended(changes), by).blocked?.by ?? 'nobody';

it.each([
  ['THROTTLED', 'lambda'],
  ['MANUAL_STOP', 'request'],
  ['REVISION_MISSING', 'setup'],
  ['LAMBDA_FUNCTION_MISSING', 'setup'],
  ['INVALID_LAMBDA_CONFIGURATION', 'setup'],
  ['LAMBDA_VALIDATION', 'setup'],
  ['IAM_ROLE_PERMISSIONS', 'setup'],
  ['TIMEOUT', 'codedeploy'],
  ['AUTO_ROLLBACK', 'codedeploy'],
  ['CLOUDFORMATION_STACK_FAILURE', 'stack'],
  ['SOMETHING_NEW', 'unknown'],
  [undefined, 'unknown'],
  // These codes speak against code that had traffic.
  ['HEALTH_CONSTRAINTS', 'nobody'],
  ['CUSTOMER_APPLICATION_UNHEALTHY', 'nobody'],
  ['ALARM_ACTIVE', 'nobody'],
  ['HOOK_EXECUTION_FAILURE', 'nobody'],
])('%s of a version that served is blocked by %s', (errorCode, by) => {
  expect(blockedBy({ errorCode })).toBe(by);
});

it.each([
  ['HEALTH_CONSTRAINTS', 'codedeploy'],
  ['ALARM_ACTIVE', 'alarm'],
  ['HOOK_EXECUTION_FAILURE', 'nobody'],
])('%s of a version that never served is blocked by %s', (errorCode, by) => {
  expect(blockedBy({ errorCode, served: false, firstTrafficAt: undefined }, judged('unhealthy'))).toBe(by);
});

it.each<[string, Partial<AlarmReading>, string]>([
  ['rang before and still does', { state: 'ALARM', since: createdAt - 1, before: 'ALARM' }, 'alarm'],
  ['rang between creation and first traffic', { state: 'ALARM', since: firstTrafficAt - 1 }, 'alarm'],
  ['rang before and is OK by now', { state: 'OK', since: endedAt - 1, before: 'ALARM' }, 'alarm'],
  ['rang with the first traffic', { state: 'ALARM', since: firstTrafficAt, before: 'OK' }, 'nobody'],
  [
    'rang anew',
    {
      state: 'ALARM',
      since: endedAt,
      before: 'ALARM',
      changes: [
        { at: firstTrafficAt + 1, from: 'ALARM', to: 'OK' },
        { at: endedAt, from: 'OK', to: 'ALARM' },
      ],
    },
    'nobody',
  ],
  ['is found by nobody', { state: 'missing' }, 'nobody'],
])('a deployment stopped by an alarm that %s', (_, reading, by) => {
  expect(blockedBy({ errorCode: 'ALARM_ACTIVE', groupAlarms: [alarm(reading)] })).toBe(by);
});

it('counts an alarm of the group against a deployment that a person stopped, but not one that rang after the end', () => {
  const rang = (since: number) => [alarm({ state: 'ALARM', since, before: 'OK' })];
  expect(blockedBy({ errorCode: 'MANUAL_STOP', groupAlarms: rang(endedAt - 1) })).toBe('nobody');
  expect(blockedBy({ errorCode: 'MANUAL_STOP', groupAlarms: rang(endedAt + 1) })).toBe('request');
});

const any: fc.Arbitrary<EndedDeployment> = fc.record({
  id: fc.constant('d-1'),
  status: fc.constantFrom('Failed', 'Stopped'),
  errorCode: fc.option(fc.constantFrom(...Object.values(ErrorCode), ...codeMeanings.keys(), 'NEW_CODE'), {
    nil: undefined,
  }),
  error: fc.constant(undefined),
  failedHook: fc.constantFrom('BeforeAllowTraffic' as const, 'AfterAllowTraffic' as const, undefined),
  firstTrafficAt: fc.constantFrom(firstTrafficAt, undefined),
  endedAt: fc.constant(endedAt),
  served: fc.constantFrom(true, false, undefined),
  groupAlarms: fc.array(
    fc.record({
      name: fc.string({ minLength: 1 }),
      state: fc.constantFrom(
        'OK' as const,
        'ALARM' as const,
        'INSUFFICIENT_DATA' as const,
        'missing' as const,
      ),
      since: fc.option(fc.integer({ min: createdAt - 1000, max: endedAt + 1000 }), { nil: undefined }),
      before: fc.constantFrom('OK', 'ALARM', undefined),
    }),
    { maxLength: 3 },
  ),
});
const anyJudged = fc.constantFrom(...(['healthy', 'unhealthy', 'insufficient'] as const).map(judged));

it('names who blocked it, or has a breach, or is open: exactly one of them', () => {
  fc.assert(
    fc.property(any, anyJudged, (deployment, numbers) => {
      const { judgement, blocked, isOpen } = judgeEndedDeployment(deployment, numbers);
      const breach = judgement.evidence.some(({ finding }) => finding === 'breach');
      expect([blocked !== undefined, breach, isOpen === true].filter(Boolean)).toHaveLength(1);
      expect(judgement.verdict).toBe(breach ? 'unhealthy' : 'insufficient');
    }),
  );
});

it('is bad for a failed hook whatever else is known, and never for code that no user met', () => {
  fc.assert(
    fc.property(any, anyJudged, (deployment, numbers) => {
      const isHook = deployment.failedHook !== undefined || deployment.errorCode === 'HOOK_EXECUTION_FAILURE';
      const { judgement } = judgeEndedDeployment(deployment, numbers);
      if (isHook) expect(judgement.verdict).toBe('unhealthy');
      else if (deployment.served === false) expect(judgement.verdict).toBe('insufficient');
    }),
  );
});

describe('a refusal by the coordinator itself', () => {
  const refused = (saysNothingOfCode: boolean) =>
    judgeEndedDeployment(
      ended({
        errorCode: 'HOOK_EXECUTION_FAILURE',
        failedHook: 'BeforeAllowTraffic',
        refused: { reason: 'Ada put it on hold', saysNothingOfCode },
      }),
      healthy,
    );

  it("for the service's own state says nothing about the code", () => {
    expect(refused(true)).toMatchObject({
      blocked: { by: 'coordinator' },
      judgement: {
        verdict: 'insufficient',
        reason: expect.stringContaining('refused it: Ada put it on hold'),
      },
    });
  });

  it('for the code condemns it, with the reason', () => {
    expect(refused(false)).toMatchObject({
      judgement: { verdict: 'unhealthy', reason: expect.stringContaining('new version: Ada put it on hold') },
    });
    expect(refused(false).blocked).toBeUndefined();
  });
});
