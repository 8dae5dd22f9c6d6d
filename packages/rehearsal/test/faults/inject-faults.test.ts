import type { FaultInput } from '../../faults/fault.ts';
import { runCase } from '../../simulation/run-case.ts';
import { badRelease, goodThenBad } from '../simulation/scenarios.ts';

const root = process.cwd();

async function struckBy(fault: FaultInput, scenario = badRelease): Promise<Readonly<Record<string, number>>> {
  const { struck, violations } = await runCase({ seed: 1, scenario, faults: [fault] }, { root });
  expect(violations).toEqual([]);
  return struck;
}

const deciding = { machine: 'CoordinateRollback', state: 'PlanRollback' } as const;

describe('injectFaults', () => {
  it.each<[string, FaultInput]>([
    ['throttle', { kind: 'throttle', service: 'codedeploy', operation: 'GetDeployment' }],
    ['fail-before', { kind: 'fail-before', service: 'dynamodb', operation: 'PutItem' }],
    ['fail-after', { kind: 'fail-after', service: 'codedeploy', operation: 'StopDeployment' }],
    ['lose-response', { kind: 'lose-response', service: 's3', operation: 'PutObject' }],
    ['slow', { kind: 'slow', service: 'lambda', operation: 'GetAlias', ms: 20_000 }],
    ['stale-read', { kind: 'stale-read', service: 'codedeploy', lag: 60_000 }],
    [
      'throttle',
      { kind: 'throttle', caller: 'CoordinateRollback', state: 'PlanRollback', since: deciding, times: 2 },
    ],
    ['stale-read', { kind: 'stale-read', service: 'lambda', lag: 60_000, monotonic: false, times: 3 }],
    ['catalog-broken', { kind: 'catalog-broken', service: 'orders', when: deciding }],
    ['watch', { kind: 'watch', suffix: '-2', when: { machine: 'MonitorDeployment', state: 'WhatFollows' } }],
    [
      'process-dies-after',
      { kind: 'process-dies', when: 'after', function: 'PlanRollbackFunction', times: 1 },
    ],
    ['process-dies-before', { kind: 'process-dies', when: 'before', function: 'OpenIncidentFunction' }],
    ['event-lose', { kind: 'event', act: 'lose', source: 'aws.codedeploy', state: 'START' }],
    ['event-double', { kind: 'event', act: 'double', source: 'aws.codedeploy', ms: 1_000 }],
    ['event-delay', { kind: 'event', act: 'delay', source: 'aws.codedeploy', ms: 5_000 }],
    ['event-reorder', { kind: 'event', act: 'reorder', source: 'aws.codedeploy', times: 3 }],
    ['metrics-missing', { kind: 'metrics', act: 'missing' }],
    ['metrics-late', { kind: 'metrics', act: 'late' }],
    ['metrics-partial', { kind: 'metrics', act: 'partial' }],
    ['stop-execution', { kind: 'stop-execution', machine: 'CoordinateRollback', when: deciding }],
    ['start', { kind: 'start', service: 'orders', when: deciding }],
    ['clock-skew', { kind: 'clock-skew', ms: 900 }],
    ['stack-update-fails', { kind: 'stack', service: 'orders', resource: 'ApiAliaslive', fails: 'update' }],
    ['release', { kind: 'release', service: 'orders', at: 1_200_000 }],
  ])('%s strikes, and every promise is kept', async (label, fault) => {
    expect((await struckBy(fault))[label]).toBeGreaterThan(0);
  });

  it('redrives an execution that was stopped', async () => {
    const { struck } = await runCase(
      {
        seed: 1,
        scenario: badRelease,
        faults: [
          { kind: 'stop-execution', machine: 'CoordinateRollback', when: deciding },
          { kind: 'redrive', machine: 'CoordinateRollback', after: 100 },
        ],
      },
      { root },
    );
    expect(struck).toEqual({ 'stop-execution': 1, redrive: 1 });
  });

  it('deletes versions that no alias uses, and saved templates', async () => {
    const late = { at: 500_000 };
    expect(await struckBy({ kind: 'delete-versions', service: 'orders', when: late }, goodThenBad)).toEqual({
      'delete-versions': 1,
    });
    expect(await struckBy({ kind: 'delete-templates', when: late }, goodThenBad)).toEqual({
      'delete-templates': 2,
    });
  });
});
