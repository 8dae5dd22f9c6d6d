import { checkExpectation } from '../../report/check-expectation.ts';
import type { RehearsalResult } from '../../report/rehearsal-result.ts';
import { expectation } from '../../scenario/scenario-expect.ts';

const result: Omit<RehearsalResult, 'violations' | 'wallMs'> = {
  scenario: 's',
  title: 't',
  seed: 1,
  ended: 'at-rest',
  startedAt: '2026-01-05T09:00:00.000Z',
  endedAt: '2026-01-05T09:30:00.000Z',
  virtualSeconds: 1800,
  executions: [
    {
      machine: 'coordinate-rollback',
      name: 'one',
      status: 'FAILED',
      startedAt: '2026-01-05T09:10:00.000Z',
      stoppedAt: '2026-01-05T09:10:01.000Z',
      historyEvents: 9,
      stateTransitions: 2,
      error: 'InvalidInput',
      cause: 'service: is not known',
    },
  ],
  invocations: {},
  throttled: 0,
  incidents: [
    {
      incidentId: 'cart-20260105T090500Z',
      service: 'cart',
      outcome: 'rolled-back',
      leftOnPurpose: [],
      reason: '20 % of 60 requests failed',
      evidence: [],
      becameBadAt: '2026-01-05T09:05:00.000Z',
      detectedAt: '2026-01-05T09:08:00.000Z',
      actedAt: null,
      recoveredAt: null,
      closedAt: '2026-01-05T09:12:00.000Z',
      changes: [],
    },
  ],
  releases: [
    { releaseId: 'cart-20260105T090500Z', service: 'cart', verdict: 'bad', incidentId: null, restores: null },
  ],
  trackedRollbacks: [{ deploymentId: 'd-1', service: 'cart', by: 'codedeploy', rollbackOf: null }],
  mails: [
    { at: '2026-01-05T09:12:00.000Z', to: 'a@example.com', subject: '[prod] cart: rolled back', body: '' },
  ],
  undelivered: 0,
  before: { aliases: [], stacks: [], parameters: [], data: [], apiStages: [], mesh: [], workflows: [] },
  after: {
    aliases: [
      { service: 'cart', function: 'Add', alias: 'live', version: '1', weights: { 2: 0.1 }, release: 0 },
      { service: 'cart', function: 'View', alias: 'live', version: '3', weights: {}, release: 1 },
    ],
    stacks: [{ service: 'cart', stack: 'shop-cart', status: 'UPDATE_COMPLETE' }],
    parameters: [{ name: '/cart/limit', version: 3, value: '20' }],
    data: [
      ['Orders', '2026-01-05T09:06:00.000Z', null],
      ['Audit', '2026-01-05T09:06:00.000Z', '2026-01-05T09:20:00.000Z'],
      ['Empty', null, '2026-01-05T09:20:00.000Z'],
    ].map(([resource, writtenAt, deletedAt]) => ({
      service: 'cart',
      resource: resource as string,
      type: 'AWS::DynamoDB::Table',
      physicalId: `shop-cart-${resource}`,
      createdAt: '2026-01-05T09:05:00.000Z',
      writtenAt: writtenAt as string | null,
      deletedAt: deletedAt as string | null,
    })),
    apiStages: [{ name: 'api/prod', release: 1 }],
    mesh: [{ rule: 'rule-1', weights: { blue: 90, green: 10 } }],
    workflows: [{ name: 'flow:live', parts: { 0: 90, 1: 10 } }],
  },
  timeline: [],
  notes: [],
};

const asItIs = [{ service: 'cart', outcome: 'rolled-back' }];

function check(expected: object): string[] {
  return checkExpectation(expectation.parse({ incidents: asItIs, ...expected }), result);
}

describe('checkExpectation', () => {
  it.each<[object, string[]]>([
    [{ parameters: { '/cart/limit': '20' }, apiStages: { 'api/prod': 1 } }, []],
    [{ mesh: { 'rule-1': { blue: 90, green: 10, red: 0 } } }, []],
    [{ workflows: { 'flow:live': { 0: 90, 1: 10 } } }, []],
    [
      { workflows: { 'flow:live': { 1: 100 } } },
      ['workflows.flow:live: expected {"1":100}, found {"0":90,"1":10}'],
    ],
    [{ parameters: { '/cart/limit': '10' } }, ['parameters./cart/limit: expected 10, found 20']],
    [{ apiStages: { 'api/prod': 0 } }, ['apiStages.api/prod: expected release 0, found release 1']],
    [
      { mesh: { 'rule-1': { blue: 100 } } },
      ['mesh.rule-1: expected {"blue":100}, found {"blue":90,"green":10}'],
    ],
    [{ data: { 'cart.Orders': 'kept', 'cart.Audit': 'lost', 'cart.Empty': 'none' } }, []],
    [{ data: { 'cart.Audit': 'kept' } }, ['data.cart.Audit: expected kept, found lost']],
  ])('checks parameters, data, stages and rules against %j', (expected, problems) => {
    expect(check(expected)).toEqual(problems);
  });

  it('finds nothing where everything is as expected', () => {
    expect(
      check({
        incidents: [{ ...asItIs[0], reason: '20 %', detectedWithin: '3m' }],
        releases: { cart: ['bad'], stock: [] },
        serves: { 'cart.View': 1 },
        aliases: { 'cart.View': '3' },
        stacks: { cart: 'UPDATE_COMPLETE' },
        mails: ['cart: rolled back'],
        executions: { 'coordinate-rollback': { FAILED: 1, SUCCEEDED: 0 } },
        trackedRollbacks: { codedeploy: 1, coordinator: 0 },
        failureCause: 'service: is not',
      }),
    ).toEqual([]);
  });

  it.each([
    [{ incidents: [] }, 'incidents: expected 0, found 1 (cart: rolled-back)'],
    [
      { incidents: [{ service: 'pay', outcome: 'rolled-back' }] },
      'incidents.0.service: expected pay, found cart',
    ],
    [
      { incidents: [{ service: 'cart', outcome: 'frozen' }] },
      'incidents.0.outcome: expected frozen, found rolled-back',
    ],
    [
      { incidents: [{ ...asItIs[0], reason: 'slow' }] },
      'incidents.0.reason: expected "… slow …", found "20 % of 60 requests failed"',
    ],
    [
      { incidents: [{ ...asItIs[0], detectedWithin: '2m' }] },
      'incidents.0.detectedWithin: expected at most 2 min, found 3 min',
    ],
    [
      { incidents: [{ ...asItIs[0], recoveredWithin: '10m' }] },
      'incidents.0.recoveredWithin: expected within 10 min, never happened',
    ],
    [{ releases: { cart: ['good', 'bad'] } }, 'releases.cart: expected good, bad, found bad'],
    [{ releases: { cart: [] } }, 'releases.cart: expected none, found bad'],
    [
      { serves: { cart: 0 } },
      'serves.cart.Add: expected the code of release 0, found the code of release 0 (version 1 with weights)',
    ],
    [
      { serves: { 'cart.View': 0 } },
      'serves.cart.View: expected the code of release 0, found the code of release 1 (version 3)',
    ],
    [{ aliases: { 'cart.Add': '1' } }, 'aliases.cart.Add: expected 1, found 1, weight on 2'],
    [{ aliases: { 'cart.View': '2' } }, 'aliases.cart.View: expected 2, found 3'],
    [{ stacks: { cart: 'UPDATE_FAILED' } }, 'stacks.cart: expected UPDATE_FAILED, found UPDATE_COMPLETE'],
    [{ mails: [] }, 'mails: expected none, found "[prod] cart: rolled back"'],
    [{ mails: ['rolling'] }, 'mails: expected "rolling", found "[prod] cart: rolled back"'],
    [
      { executions: { 'coordinate-rollback': { FAILED: 0 } } },
      'executions.coordinate-rollback.FAILED: expected 0, found 1',
    ],
    [{ trackedRollbacks: { codedeploy: 2 } }, 'trackedRollbacks.codedeploy: expected 2, found 1'],
    [{ undelivered: 2 }, 'undelivered: expected 2, found 0'],
    [{ failureCause: 'releaseId' }, 'failureCause: expected "… releaseId …", found "service: is not known"'],
  ])('reports the difference from %j', (expected, violation) => {
    expect(check(expected)).toContain(violation);
  });

  it('reports a rehearsal that did not come to rest', () => {
    const unfinished = { ...result, ended: 'deadline' as const };

    expect(checkExpectation(expectation.parse({ incidents: asItIs }), unfinished)).toEqual([
      'the rehearsal did not come to rest before its deadline',
    ]);
  });
});
