import { ProcessDied } from 'account-simulator/account/lambda-runtime/invocation.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import type { RehearsalResult } from '../../packages/rehearsal/report/rehearsal-result.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import { LogGroup } from '../../packages/rehearsal/run/read-logs.ts';
import { runScenario } from '../../packages/rehearsal/run/run-scenario.ts';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { releaseFigures, sweepFigures } from '../../shared/telemetry/figures.ts';
import { resourcesOf, template } from '../definition/product-template.ts';

interface Read {
  readonly log: LogGroup;
  readonly result: RehearsalResult;
}

async function read(name: string, ...attach: Attach[]): Promise<Read> {
  const log = new LogGroup();
  const scenario = findScenario(process.cwd(), name);
  const result = await runScenario(scenario, { seed: 1, attach: [log.attach, ...attach] });
  expect(result.violations).toEqual([]);
  return { log, result };
}

/** The process of a function dies after its work, at its first try: its answer is lost, and the call is retried. */
const diesAfterItsWork =
  (...steps: string[]): Attach =>
  ({ coordinator }) => {
    const died = new Set<string>();
    coordinator.account.lambdaRuntime.intercept(async ({ logicalId }, next) => {
      const result = await next();
      if (!steps.includes(logicalId.replace(/Function$/, '')) || died.has(logicalId)) return result;
      died.add(logicalId);
      throw new ProcessDied();
    });
    return {};
  };

const environment = { Environment: 'prod' };
/** The dimensions of a release of orders, with its strategy. */
const dimensionsOf = (strategy: string) => [
  environment,
  { ...environment, Service: 'orders' },
  { ...environment, Strategy: strategy },
];
const seconds = (from: string | null | undefined, until: string | null | undefined) =>
  (Date.parse(until ?? '') - Date.parse(from ?? '')) / 1000;

describe('the metrics of a bad canary', () => {
  let bad: Read;
  beforeAll(async () => {
    bad = await read('bad-canary');
  });

  it.each(dimensionsOf('Canary10Percent10Minutes'))('are those of one rollback by %j', (dimensions) => {
    const {
      log,
      result: {
        incidents: [incident],
      },
    } = bad;
    const values = (name: string) => log.values(name, dimensions);
    expect([values('Releases'), values('Successes')]).toEqual([[1], [0]]);
    expect([values('Rollbacks'), values('Unfinished')]).toEqual([[1], [0]]);
    expect(values('TimeToDeploy')).toEqual([]);

    // Equal to the account's own times, except for the moment at which the incident opened.
    const [detect = NaN, ...others] = values('TimeToDetect');
    expect(others).toEqual([]);
    expect(Math.abs(detect - seconds(incident?.becameBadAt, incident?.detectedAt))).toBeLessThan(15);
    const [restore = NaN] = values('TimeToRestoreTraffic');
    expect(restore).toBeGreaterThanOrEqual(seconds(incident?.detectedAt, incident?.recoveredAt) - 1);
    expect(restore).toBeLessThan(seconds(incident?.detectedAt, incident?.recoveredAt) + 60);
    const [converge = NaN] = values('TimeToConverge');
    expect(Math.abs(converge - seconds(incident?.detectedAt, incident?.closedAt))).toBeLessThan(2);
    const [decide = NaN] = values('TimeToDecide');
    expect(decide).toBeGreaterThan(0);
    expect(decide).toBeLessThan(restore);
    expect(restore).toBeLessThan(converge);
  });

  it('are in the log beside the decisions of the incident, in their order', () => {
    const incidentId = bad.result.incidents[0]?.incidentId;
    const steps = bad.log.lines
      .filter(({ incident, release }) => incident === incidentId || release === incidentId)
      .filter(({ level }) => level !== 'DEBUG')
      .map(({ step, decision }) => `${step}: ${decision}`);
    const told = [
      'OpenIncident: opened',
      'PlanRollback: planned',
      'AwaitPermission: act',
      'AcquireLocks: acquired: true',
      'FinishService: traffic-restored',
      'AnnounceTraffic: told: true',
      'FinishService: traffic-restored',
      'FinishService: rolled-back',
      'VerifyRecovery: recovered',
      'CloseIncident: rolled-back',
    ];
    expect(
      steps.filter((step) => told.includes(step)).filter((step, at, all) => step !== all[at - 1]),
    ).toEqual(told);
    const closed = bad.log.lines.find(({ step }) => step === 'CloseIncident');
    expect(closed).toMatchObject({ service: 'orders', why: expect.stringContaining('recovered') });
  });

  it('come with one line for each invocation, under the name of its step', () => {
    const { log, result } = bad;
    const lines = log.lines.filter(({ level }) => level !== 'DEBUG');
    const counted: Record<string, number> = {};
    for (const { logicalId, step } of lines) {
      expect(logicalId).toBe(`${step}Function`);
      counted[logicalId] = (counted[logicalId] ?? 0) + 1;
    }
    const invoked = Object.entries(result.invocations).filter(([, times]) => times > 0);
    expect(counted).toEqual(Object.fromEntries(invoked));
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(lines.length);
  });
});

it('the metrics of a healthy canary are one success, and how long its shift took', async () => {
  const { log } = await read('healthy-canary');
  for (const dimensions of dimensionsOf('Canary10Percent10Minutes')) {
    expect(log.values('Releases', dimensions)).toEqual([1]);
    expect(log.values('Successes', dimensions)).toEqual([1]);
    expect(log.values('Rollbacks', dimensions)).toEqual([]);
    const [deploy = NaN] = log.values('TimeToDeploy', dimensions);
    expect(deploy).toBeGreaterThanOrEqual(600);
    expect(deploy).toBeLessThan(660);
  }
});

it('a release without a deployment is detected from its beginning on', async () => {
  const { log, result } = await read('released-without-codedeploy');
  const [incident] = result.incidents;
  const dimensions = { ...environment, Strategy: 'None' };
  const [detect = NaN, ...others] = log.values('TimeToDetect', dimensions);
  expect(others).toEqual([]);
  expect(detect).toBeGreaterThanOrEqual(seconds(incident?.becameBadAt, incident?.detectedAt));
  expect(detect).toBeLessThan(15 * 60);
  expect(log.values('Successes', dimensions).at(-1)).toBe(0);
});

it('facts whose steps die after their work, and are retried, are counted once', async () => {
  const steps = ['OpenIncident', 'AnnounceIncident', 'AnnounceTraffic', 'CloseIncident'];
  const { log } = await read('bad-canary', diesAfterItsWork(...steps));
  for (const step of steps) {
    expect(log.lines.filter((line) => line.step === step && line.level === 'INFO')).toHaveLength(2);
  }
  const once = [
    'Releases',
    'TimeToDetect',
    'TimeToDecide',
    'TimeToRestoreTraffic',
    'Rollbacks',
    'TimeToConverge',
  ];
  for (const name of once) expect([name, log.values(name, environment).length]).toEqual([name, 1]);
});

it('every metric is written in some scenario, and no other', async () => {
  const names = new Set<string>();
  for (const name of ['bad-canary', 'healthy-canary', 'lost-events']) {
    for (const point of (await read(name)).log.points) {
      expect(point.namespace).toBe('RollbackCoordinator');
      names.add(point.name);
    }
  }
  expect([...names].sort()).toEqual([...Object.keys(releaseFigures), ...Object.keys(sweepFigures)].sort());
});

it('the sweep reports that events were lost, and that its mails went out', async () => {
  const { log } = await read('lost-events');
  expect(Math.max(...log.values('LostWork', environment))).toBeGreaterThan(0);
  expect(Math.max(...log.values('UnsentMails', environment))).toBe(0);
  const sweeps = log.values('OpenIncidents', environment);
  expect(sweeps.length).toBeGreaterThan(3);
  expect(sweeps.at(-1)).toBe(0);
});

describe('a metric filter', () => {
  /** The pattern of a filter as a predicate: all its terms must be equal. */
  const matches = (id: string, line: object) => {
    const pattern: string = template.Resources[id].Properties.FilterPattern;
    const terms = [...pattern.matchAll(/\$\.([\w.]+) = "([^"]+)"/g)];
    expect(`{ ${terms.map(([term]) => term).join(' && ')} }`).toBe(pattern);
    return terms.every(([, path = '', value]) => {
      const found = path.split('.').reduce<unknown>((at, name) => Object(at)[name], line);
      return found === value;
    });
  };
  const countOf = (id: string, { log }: Read) => log.lines.filter((line) => matches(id, line)).length;

  it('finds nothing in a run without fault', async () => {
    const run = await read('bad-canary');
    expect(resourcesOf('AWS::Logs::MetricFilter').map((id) => countOf(id, run))).toEqual([0, 0]);
  });

  it('finds a step with a defect, and its environment', async () => {
    const log = new LogGroup();
    const breaks: Attach = ({ coordinator }) => {
      coordinator.account.wire.use(({ caller, operation }, next) => {
        const struck = caller.resource === 'PlanRollbackFunction' && operation === 'PutObject';
        if (struck) throw new AwsError('AccessDenied', 'somebody took the right', 403);
        return next();
      });
      return {};
    };
    await runScenario(findScenario(process.cwd(), 'bad-canary'), { seed: 1, attach: [log.attach, breaks] });
    const found = log.lines.filter((line) => matches('DefectiveSteps', line));
    expect(found.length).toBeGreaterThan(0);
    for (const line of found) expect(line).toMatchObject({ environment: 'prod', step: 'PlanRollback' });
  });

  it('finds a function that Lambda cut off', async () => {
    let hung = false;
    const run = await read('bad-canary', ({ coordinator }) => {
      coordinator.account.lambdaRuntime.intercept(({ logicalId }, next) => {
        if (hung || logicalId !== 'AnnounceTrafficFunction') return next();
        hung = true;
        return new Promise(() => {});
      });
      return {};
    });
    expect(countOf('StepTimeouts', run)).toBe(1);
  });
});
