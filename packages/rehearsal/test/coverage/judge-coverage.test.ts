import type { UnusedGrant } from 'account-simulator/account/permissions/permission-usage.ts';
import type { CoveredRun } from '../../coverage/covered-run.ts';
import { excusedKeys, judgeCoverage } from '../../coverage/judge-coverage.ts';
import { type Place, placeKey } from '../../simulation/surface.ts';

const place = (state: string, route: Place['route'] = 'state', index = 0): Place => ({
  machine: 'Watch',
  machineName: 'app-watch',
  state,
  route,
  index,
});
const places = [place('Look'), place('Look', 'catch'), place('Look', 'catch', 1), place('Look', 'retry')];
const keys = places.map(placeKey);

const grant = (value: string, at: number, reason?: string): UnusedGrant => ({
  owner: 'LookFunction',
  statement: 0,
  element: 'Action',
  at,
  value,
  ...(reason !== undefined && { reason }),
});

const run = (part: Partial<CoveredRun> = {}): CoveredRun => ({
  name: 'a run',
  visited: keys,
  unused: [],
  idle: [],
  violations: [],
  virtualSeconds: 1,
  ...part,
});

const none = { unreachable: [], unrehearsed: [] };
const clean = { missed: [], unused: [], stale: [], broken: [] };
const unreachable = [{ machine: 'Watch', state: 'Look', route: 'catch/1', reason: 'nothing throws it' }];

describe('judgeCoverage', () => {
  it('finds nothing where the runs together reached everything', () => {
    const runs = [run({ visited: keys.slice(0, 2) }), run({ visited: keys.slice(2) })];
    expect(judgeCoverage(places, runs, none)).toEqual(clean);
  });

  it('names the places that no run reached, except those listed as unreachable', () => {
    const runs = [run({ visited: ['app-watch/Look', 'app-watch/Look/catch/0'] })];
    expect(judgeCoverage(places, runs, none).missed).toEqual([
      'app-watch/Look/catch/1',
      'app-watch/Look/retry/0',
    ]);
    expect(judgeCoverage(places, runs, { ...none, unreachable })).toEqual({
      ...clean,
      missed: ['app-watch/Look/retry/0'],
    });
    expect([...excusedKeys(places, unreachable)]).toEqual(['app-watch/Look/catch/1']);
  });

  it('reports an unreachable place as stale if a run reached it or no machine has it', () => {
    expect(judgeCoverage(places, [run()], { ...none, unreachable }).stale).toEqual([
      'Watch/Look/catch/1 is listed as unreachable and was reached',
    ]);
    const gone = [{ machine: 'Watch', state: 'Gone', reason: 'it is gone' }];
    expect(judgeCoverage(places, [run()], { ...none, unreachable: gone }).stale).toEqual([
      'Watch/Gone is listed as unreachable and is in no machine',
    ]);
  });

  it('names the parts of statements that no run needed, by their place and not by the names in them', () => {
    const runs = [
      run({ unused: [grant('ssm:GetParameter', 0), grant('ssm:PutParameter', 1)] }),
      run({ unused: [grant('ssm:PutParameter-in-dev', 1)] }),
    ];
    expect(judgeCoverage(places, runs, none).unused).toEqual([grant('ssm:PutParameter', 1)]);
  });

  it('excuses a statement for its reason, and reports a reason that excuses nothing as stale', () => {
    const unrehearsed = [{ covers: () => true, reason: 'logs are not simulated' }];
    const runs = [run({ unused: [grant('logs:CreateLogDelivery', 0, 'logs are not simulated')] })];
    expect(judgeCoverage(places, runs, { ...none, unrehearsed })).toEqual(clean);
    expect(judgeCoverage(places, [run()], { ...none, unrehearsed }).stale).toEqual([
      'no unused statement needs the excuse: logs are not simulated',
    ]);
  });

  it('reports a case whose faults struck nothing as stale', () => {
    expect(judgeCoverage(places, [run({ idle: ['stop-execution'] })], none).stale).toEqual([
      'no stop-execution struck in "a run"',
    ]);
  });

  it('names the runs that broke a promise', () => {
    const broken = run({ violations: [{ promise: 'hands-off', at: 0, detail: 'touched' }] });
    expect(judgeCoverage(places, [run(), broken], none).broken).toEqual([broken]);
  });
});
