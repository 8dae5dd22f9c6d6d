import type { StackResource } from '../../../../shared/aws/stacks.ts';
import type { MinuteCount } from '../../../../shared/judge/samples.ts';
import type { ReleaseRecord } from '../../../../shared/ledger/records.ts';
import { servedWellBefore } from '../../../../shared/watching/first-state.ts';
import { ordersEntry } from '../../fixtures/catalog.ts';
import { FUNCTION, goodSnapshot, releaseRecord } from '../../fixtures/records.ts';

const RECORDED = Date.parse('2026-01-05T09:00:00Z');
const hours = (count: number) => RECORDED - count * 3_600_000;
const entry = ordersEntry({ policy: { alarms: ['orders-errors'] } });
const release = (changes: Partial<ReleaseRecord> = {}) =>
  releaseRecord({
    deployments: {},
    snapshot: goodSnapshot,
    recordedAt: new Date(RECORDED).toISOString(),
    ...changes,
  });
const resource = (type: string, physicalId: string, updatedAt: number): StackResource =>
  ({ type, physicalId, logicalId: 'CreateOrder', status: 'UPDATE_COMPLETE', updatedAt }) as StackResource;
const steady = (errors: number): MinuteCount[] =>
  Array.from({ length: 60 }, (_, index) => ({
    at: hours(1) + index * 60_000,
    requests: 100,
    errors,
    slow: 0,
  }));

/** The judgement of a version that had 100 requests a minute in the hour before. */
async function judged(
  minutes: MinuteCount[],
  { movedAt = hours(2), alarm = 'OK', of = release(), known = true } = {},
) {
  const asked: { from: number; to: number }[] = [];
  const found = await servedWellBefore(
    {
      stacks: {
        resources: async () =>
          known
            ? [
                resource('AWS::Lambda::Function', FUNCTION, movedAt),
                resource(
                  'AWS::Lambda::Alias',
                  `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:live`,
                  movedAt,
                ),
              ]
            : [],
      },
      signals: {
        minutes: async (span) => {
          asked.push(span);
          return minutes;
        },
        alarms: async (names) => names.map((name) => ({ name, state: alarm }) as never),
      },
    },
    entry,
    of,
  );
  return { found, asked };
}

it('served well if it had requests and kept within the limits since its stack moved it', async () => {
  const { found, asked } = await judged(steady(0));
  expect(found).toBe(true);
  expect(asked).toEqual([expect.objectContaining({ from: hours(2), to: RECORDED })]);
});

it('is judged by the last three days at most', async () => {
  const { asked } = await judged(steady(0), { movedAt: hours(24 * 30) });
  expect(asked).toEqual([expect.objectContaining({ from: hours(72), to: RECORDED })]);
});

it.each<[string, MinuteCount[], Parameters<typeof judged>[1]]>([
  ['it broke a limit at the end', [...steady(0).slice(0, 57), ...steady(50).slice(57)], {}],
  ['it broke a limit over all', [...steady(50).slice(0, 30), ...steady(0).slice(30)], {}],
  ['it had too few requests', steady(0).slice(0, 1), {}],
  ['it had none', [], {}],
  ['an alarm rings', steady(0), { alarm: 'ALARM' }],
  ['no stack tells since when it has its version', steady(0), { known: false }],
  [
    'it splits its traffic',
    steady(0),
    {
      of: release({
        snapshot: goodSnapshot.map((one) =>
          one.kind === 'codedeploy' ? { ...one, weights: { '5': 0.1 } } : one,
        ),
      }),
    },
  ],
])('did not serve well where %s', async (_, minutes, options) => {
  await expect(judged(minutes, options)).resolves.toMatchObject({ found: false });
});
