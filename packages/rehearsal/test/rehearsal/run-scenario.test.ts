import type { RehearsalResult } from '../../report/rehearsal-result.ts';
import { runScenario } from '../../run/run-scenario.ts';
import { scenario } from './scenario-text.ts';

const root = process.cwd();
const badCart = scenario(`
releases:
  - service: cart
    at: 5m
    config: Canary10Percent10Minutes
    bad: { errorRate: 0.3, functions: [AddItemFunction] }
expect:
  incidents: [{ service: cart, outcome: rolled-back }]`);

function withoutWallTime({ wallMs: _, ...result }: RehearsalResult): string {
  return JSON.stringify(result);
}

describe('runScenario', () => {
  it('gives the same result byte for byte for the same seed, but for the wall time', async () => {
    const first = await runScenario(badCart, { seed: 7, root });
    const second = await runScenario(badCart, { seed: 7, root });

    expect(withoutWallTime(second)).toBe(withoutWallTime(first));
  });

  it('gives another run for another seed', async () => {
    const first = await runScenario(badCart, { seed: 7, root });
    const other = await runScenario(badCart, { seed: 8, root });

    expect(other.mails).not.toEqual(first.mails);
    expect(other.violations).toEqual([]);
  });

  it('reports everything that a rehearsal finds', async () => {
    const result = await runScenario(badCart, { seed: 1, root });

    expect(result).toMatchObject({
      scenario: 'my',
      title: 'A test',
      seed: 1,
      ended: 'at-rest',
      violations: [],
    });
    expect(result.virtualSeconds).toBeGreaterThan(300);
    expect(result.invocations).toMatchObject({ OpenIncidentFunction: 1, StartMonitoringFunction: 8 });
    expect(result.executions.map(({ machine }) => machine).sort()).toEqual([
      'coordinate-rollback',
      'execute-plan',
      // Traffic, pins and the rest.
      'execute-plan/Services',
      'execute-plan/Services',
      'execute-plan/Services',
      'monitor-deployment',
      'monitor-deployment',
      'monitor-deployment',
      'monitor-deployment',
      // The stack rolled itself back.
      'record-release',
      'roll-back-service',
      'roll-back-service',
      'roll-back-service',
    ]);
    for (const one of result.executions) {
      expect(one).toMatchObject({ status: 'SUCCEEDED', error: null, cause: null });
      expect(one.historyEvents).toBeGreaterThan(one.stateTransitions);
    }
    expect(result.releases.map(({ verdict }) => verdict)).toEqual(['bad', 'good']);
    expect(result.trackedRollbacks).toHaveLength(2);
    expect(result.mails.map(({ subject }) => subject)).toEqual([
      '[prod] cart: bad release, rolling back (cart-20260105T090500Z)',
      '[prod] cart: users are back on good code (cart-20260105T090500Z)',
      '[prod] cart: rolled back (cart-20260105T090500Z)',
    ]);
    expect(result.after.aliases).toEqual(result.before.aliases);
    expect(result.after.stacks).toContainEqual({
      service: 'cart',
      stack: 'shop-cart',
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
    expect(result.after.parameters.map(({ name }) => name)).toEqual([
      '/rollback-coordinator/prod/services/cart',
      '/rollback-coordinator/prod/services/stock',
      '/shop-cart/table/name',
      '/shop-stock/table/name',
    ]);
  });

  it('compares the incident with the real events', async () => {
    const { incidents } = await runScenario(badCart, { seed: 1, root });
    const [incident] = incidents;

    expect(incidents).toHaveLength(1);
    const { becameBadAt, detectedAt, actedAt, recoveredAt, closedAt } = incident ?? {};
    const times = [becameBadAt, detectedAt, actedAt, recoveredAt, closedAt];
    expect(times).not.toContain(null);
    expect([...times].sort()).toEqual(times);
    expect(incident?.evidence).toContainEqual(
      expect.objectContaining({
        rule: 'compared-with-control',
        finding: 'breach',
        control: { bad: 1, requests: 296 },
      }),
    );
    expect(incident?.changes.map(({ call }) => call)).toEqual([
      'codedeploy:StopDeployment',
      'codedeploy:StopDeployment',
    ]);
  });

  it('reports the timeline as it happens', async () => {
    const told: string[] = [];
    const { timeline } = await runScenario(badCart, {
      seed: 1,
      root,
      onProgress: ({ kind }) => told.push(kind),
    });

    expect(told).toEqual(timeline.map(({ kind }) => kind));
    expect(told).toEqual(
      expect.arrayContaining([
        'release',
        'stack',
        'deployment',
        'traffic',
        'look',
        'incident',
        'target',
        'mail',
      ]),
    );
    const times = timeline.map(({ at }) => at);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it("restores the process's real time", async () => {
    const real = [Date, setTimeout, clearTimeout, setInterval, clearInterval];
    await runScenario(scenario(''), { seed: 1, root });

    expect([Date, setTimeout, clearTimeout, setInterval, clearInterval]).toEqual(real);
    expect(Date).toBe(real[0]);
  });

  it('ends at the deadline when something does not come to rest', async () => {
    const slow = scenario(`
deadline: 20m
releases: [{ service: cart, at: 5m, config: Canary10Percent30Minutes }]`);
    const result = await runScenario(slow, { seed: 1, root });

    expect(result.ended).toBe('deadline');
    expect(result.violations).toEqual(['the rehearsal did not come to rest before its deadline']);
  });

  it('reports a release that CloudFormation refuses', async () => {
    const hasty = scenario(`
releases:
  - { service: cart, at: 5m, config: Canary10Percent5Minutes }
  - { service: cart, at: 6m, config: Canary10Percent5Minutes }`);
    const { violations } = await runScenario(hasty, { seed: 1, root });

    expect(violations).toEqual([
      expect.stringMatching(/^a release of cart was refused: .*UPDATE_IN_PROGRESS/),
    ]);
  });

  it('continues at rest for the minimum time, so that a schedule finds work that lost events left', async () => {
    const faults =
      'faults: { events: [{ source: aws.codedeploy, act: lose }, { source: aws.cloudformation, act: lose }] }';
    const releases = 'releases: [{ service: cart, at: 5m, config: Canary10Percent30Minutes }]';
    const atOnce = await runScenario(
      scenario(`${faults}\nreleases: [{ service: cart, at: 5m, config: AllAtOnce }]`),
      { seed: 1, root },
    );
    const patient = await runScenario(scenario(`${faults}\n${releases}\natLeast: 1h`), { seed: 1, root });

    expect(atOnce.executions).toEqual([]);
    expect(atOnce.timeline.some(({ text }) => text.startsWith('event lost: aws.codedeploy START'))).toBe(
      true,
    );
    expect(patient.virtualSeconds).toBeGreaterThanOrEqual(3600);
    expect(patient.releases.map(({ verdict }) => verdict)).toEqual(['good']);
  });

  it('lets calls be throttled and fail, which the coordinator survives', async () => {
    const disturbed = scenario(`
faults:
  calls:
    - { service: codedeploy, operation: GetDeployment, act: throttle, times: 7 }
    - { service: codedeploy, operation: StopDeployment, act: fail-after-effect, times: 1 }
    - { service: sns, operation: Publish, act: fail, times: 1 }
releases: [{ service: cart, at: 5m, bad: { errorRate: 0.5 } }]
expect: { incidents: [{ service: cart, outcome: rolled-back }], mails: [rolling back, back on good code, rolled back] }`);
    const { violations } = await runScenario(disturbed, { seed: 1, root });

    expect(violations).toEqual([]);
  });

  it('lets a stack fail to roll back, which a mail reports', async () => {
    const stuck = scenario(`
faults: { stacks: [{ service: cart, resource: ViewFunction, fails: rollback, times: always }] }
releases: [{ service: cart, at: 5m, bad: { errorRate: 0.5 } }]
expect:
  incidents: [{ service: cart, outcome: traffic-restored }]
  serves: { cart: 0 }
  stacks: { cart: UPDATE_ROLLBACK_FAILED }
  mails: [rolling back, back on good code, 'users are back, a stack needs a person']`);
    const { violations } = await runScenario(stuck, { seed: 1, root });

    expect(violations).toEqual([]);
  });

  it('shifts traffic by a custom configuration', async () => {
    const { timeline, violations } = await runScenario(
      scenario(`
configs: [{ name: Careful, type: linear, percentage: 40, minutes: 2 }]
releases: [{ service: cart, at: 5m, config: Careful, functions: [ViewFunction] }]`),
      { seed: 1, root },
    );
    const shifts = timeline.filter(({ kind }) => kind === 'traffic').map(({ text }) => text);

    expect(violations).toEqual([]);
    expect(shifts).toEqual([
      'ViewFunction: 40 % to version 2, 60 % to version 1',
      'ViewFunction: 80 % to version 2, 20 % to version 1',
      'ViewFunction: 100 % to version 2',
    ]);
  });
});
