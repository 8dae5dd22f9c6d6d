import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { checkpointSubjectOf } from '../../shared/ledger/checkpoint-subject.ts';
import { LedgerDouble } from '../unit/fixtures/ledger-double.ts';
import { FUNCTION, RELEASE, releaseRecord, watchedDeployment } from '../unit/fixtures/records.ts';
import { iso, minutesBeforeNow } from '../unit/fixtures/times.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);

let folder: string;
let terminal: TerminalDouble;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  terminal = new TerminalDouble();
  cloudFormation.reset();
  cloudWatch.reset();
});
afterEach(() => rmSync(folder, { recursive: true }));

const metrics = 'docs/examples/orders-metrics.csv';
const usual = 'docs/examples/usual-bake.yaml';
const run = (...argv: string[]) => runCommand(['replay', ...argv], terminal);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const policy = (text: string) => file('policy.yaml', text);
const answer = () => JSON.parse(terminal.text);

describe('docs/replay.md', () => {
  const blocks = [...readFileSync('docs/replay.md', 'utf8').matchAll(/^```\n\$ (.*)\n([\s\S]*?)^```$/gm)];

  it.each(blocks.map(([, command = '', shown = '']) => [command, shown]))('%s', async (command, shown) => {
    const [name, ...argv] = command.split(' ');
    expect(name).toBe('rollback-coordinator');
    await runCommand(argv, terminal);
    expect(`${terminal.text}\n`).toBe(shown);
  });

  it('shows a policy that misses a release, with status 1, and one that does not, with status 0', async () => {
    expect(blocks).toHaveLength(2);
    await expect(run('--policy', usual, '--metrics', metrics)).resolves.toBe(1);
    await expect(run('--policy', 'docs/examples/long-bake.yaml', '--metrics', metrics)).resolves.toBe(0);
  });

  it('has every column', () => {
    const text = readFileSync('docs/replay.md', 'utf8');
    const named = [...text.matchAll(/^\| `(\w+)` \| (needed|may be) \|/gm)].map(([, name]) => name);
    expect(named).toEqual([
      ...['minute', 'deployment', 'version', 'requests', 'errors'],
      ...['function', 'release', 'share', 'label', 'onset', 'slowOver850'],
    ]);
  });
});

it('calls no account with a file, and prints the same in JSON', async () => {
  await expect(run('--policy', usual, '--metrics', metrics, '--json')).resolves.toBe(1);
  expect(answer()).toMatchObject({
    policy: { autonomy: 'act', bake: { minMinutes: 15 } },
    summary: { releases: 5, good: 2, bad: 2, rolledBack: 1, found: 1, missed: 1, false: 0 },
    notJudged: [],
  });
  expect([cloudFormation.calls().length, cloudWatch.calls().length]).toEqual([0, 0]);
  expect(answer().releases[1]).toMatchObject({
    release: 'd-B2',
    servedFrom: '2026-01-06T05:00:00.000Z',
    onset: '2026-01-06T05:00:00.000Z',
    result: 'condemned',
    rule: 'above-normal-while-split',
    action: 'roll-back',
    at: '2026-01-06T05:06:20.000Z',
    delayMinutes: 6.3,
    byLabel: 'right',
    hasHistory: true,
  });
});

it('keeps the releases of a span; older ones still give the normal rate', async () => {
  await run(
    '--policy',
    usual,
    '--metrics',
    metrics,
    '--from',
    '2026-01-06T05:00Z',
    '--to',
    '2026-01-06T11:00Z',
    '--json',
  );
  expect(answer().releases.map(({ release }: { release: string }) => release)).toEqual(['d-B2', 'd-C3']);
  expect(answer().releases[0].historyHours).toBeGreaterThan(26);
  terminal = new TerminalDouble();
  await expect(run('--policy', usual, '--metrics', metrics, '--from', '2027-01-01')).resolves.toBe(2);
  expect(terminal.errors).toEqual([`${metrics}: none of its 5 releases began between --from and --to`]);
});

it('accepts an entry of the catalog, and names its parts without data to judge', async () => {
  const entry = policy(
    [
      'version: 1',
      'service: orders',
      'stack: shop-orders',
      'policy:',
      '  autonomy: approve',
      '  alarms: [orders-errors]',
      '  healthChecks: [{ function: HealthCheck_orders }]',
      '  limits: { slow: { overMs: 850 } }',
    ].join('\n'),
  );
  await expect(run('--policy', entry, '--metrics', metrics)).resolves.toBe(1);
  const lines = terminal.lines.filter((line) => line.startsWith('Not judged'));
  expect(lines).toEqual([
    'Not judged: alarms: what they said then is not read.',
    'Not judged: health checks: what they said then is not known.',
    `Not judged: slow requests: ${metrics} has no column slowOver850.`,
  ]);
  expect(terminal.text).toContain('a person is asked');
  expect(terminal.text).toContain('Its policy gives orders the autonomy "approve".');
});

/**
 * Ten minutes with a tenth of 600 requests, then twenty with all of them; the part `slow` of the new version's requests is
 * slow.
 */
function slowMetrics(slow: number): string {
  const rows = Array.from({ length: 30 }, (_, n) => {
    const minute = new Date(Date.parse('2026-01-05T09:00:00Z') + n * 60_000).toISOString();
    if (n >= 10) return [`${minute},d-1,new,600,0,${10 * slow}`];
    return [`${minute},d-1,new,60,0,${slow}`, `${minute},d-1,control,540,0,5`];
  });
  return file(
    'slow.csv',
    ['minute,deployment,version,requests,errors,slowOver850', ...rows.flat()].join('\n'),
  );
}

it('judges slow requests where the file counts them over the boundary of the policy', async () => {
  const slow = (overMs: number) => policy(`policy: { limits: { slow: { overMs: ${overMs} } } }`);
  await run('--policy', slow(850), '--metrics', slowMetrics(20), '--json');
  expect(answer()).toMatchObject({ notJudged: [], summary: { rolledBack: 1 } });
  terminal = new TerminalDouble();
  await run('--policy', slow(850), '--metrics', slowMetrics(0), '--json');
  expect(answer().summary).toMatchObject({ rolledBack: 0 });
  terminal = new TerminalDouble();
  const path = slowMetrics(20);
  await run('--policy', slow(900), '--metrics', path, '--json');
  expect(answer()).toMatchObject({
    notJudged: [`slow requests: ${path} has no column slowOver900, only slowOver850`],
    summary: { rolledBack: 0 },
  });
});

it('says where there is too little history, and that a record ends', async () => {
  const minutes = (label: string) =>
    file(
      'short.csv',
      ['minute,deployment,version,requests,errors,label', `2026-01-05T09:00Z,d-1,new,60,0,${label}`].join(
        '\n',
      ),
    );
  await expect(run('--policy', usual, '--metrics', minutes('bad'))).resolves.toBe(0);
  expect(terminal.text).toContain('record ends');
  expect(terminal.text).toContain('d-1  record ends at 2026-01-05 09:01:20 UTC: 0 of 60 requests');
  expect(terminal.text).toContain('with too little history: 1; for them, normal is not below the limit');
});

it.each([
  [[], 'replay needs --policy FILE'],
  [['--policy', 'x'], 'replay takes a service, or --metrics FILE and none'],
  [['orders', '--policy', 'x', '--metrics', 'y'], 'replay takes a service, or --metrics FILE and none'],
  [['--policy', 'x', '--metrics', 'y', '--from', '5 January'], '--from takes a day such as 2026-01-05'],
  [['--policy', 'x', '--metrics', 'y', '--to', '2026-13-05'], '--to takes a day such as 2026-01-05'],
  [
    ['--policy', 'x', '--metrics', 'y', '--from', '2026-01-05', '--to', '2026-01-05'],
    '--from has to be before --to',
  ],
  [['--policy', 'x', '--metrics', 'y', '--save', 'z'], '--save is for what is read of the account'],
  [['--policy', 'nowhere.yaml', '--metrics', metrics], 'nowhere.yaml: there is no such file'],
  [['--policy', usual, '--metrics', 'nowhere.csv'], 'nowhere.csv: there is no such file'],
  [['--policy', usual, '--metrics', 'docs'], 'docs: is a folder, and is named like a file'],
])('%j is refused: %s', async (argv, message) => {
  await expect(run(...argv)).resolves.toBe(2);
  expect(terminal.errors[0]).toContain(message);
  expect(terminal.lines).toEqual([]);
});

it.each([
  ['{', 'is neither JSON nor YAML:'],
  ['services: []', 'must be one entry of the catalog, or its policy alone'],
  ['[]', 'must be one entry of the catalog'],
  ['', 'must be one entry of the catalog'],
  ['policy: { bake: { minMinutes: 15 } }\nstack: x', 'must be one entry of the catalog'],
  ['policy: { limits: { errorRate: 5 } }', '  policy.limits.errorRate: must be at most 1'],
  ['policy: 5', '  policy: must be an object, not 5'],
  ['policy: { bakes: {} }', '  policy.bakes: is not a known field; did you mean "bake"?'],
  ['service: orders', '  version: must be 1'],
])('a policy %j is refused: %s', async (text, message) => {
  await expect(run('--policy', policy(text), '--metrics', metrics)).resolves.toBe(2);
  expect(terminal.errors.join('\n')).toContain(message);
});

it('names file, line and what to do for each of ten problems', async () => {
  const rows = Array.from({ length: 12 }, (_, n) => `2026-01-05T09:${10 + n}Z,d-1,canary,60,0`);
  const path = file('bad.csv', ['minute,deployment,version,requests,errors', ...rows].join('\n'));
  await expect(run('--policy', usual, '--metrics', path)).resolves.toBe(2);
  const lines = terminal.errors.join('\n').split('\n');
  expect(lines).toHaveLength(12);
  expect(lines[0]).toBe(`${path} is not a right file of metrics:`);
  expect(lines[1]).toBe(
    '  line 2: version: must be new, control, or alias while nothing is deployed, not "canary"',
  );
  expect(lines[11]).toBe('  and 2 more problems');
});

describe('of the account', () => {
  let ledger: LedgerDouble;
  const createdAt = iso(minutesBeforeNow(30));

  /** A release whose canary of a tenth fails half of its requests for six minutes, and is then rolled back. */
  beforeEach(async () => {
    ledger = new LedgerDouble();
    terminal = new TerminalDouble(ledger.clientConfig);
    cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
    const release = releaseRecord({
      startedAt: createdAt,
      verdict: 'bad',
      deployments: { 'd-ORDERS005': watchedDeployment({ createdAt }) },
    });
    await ledger.releases.open(release);
    const [deployment] = Object.values(release.deployments);
    const shiftingSince = iso(minutesBeforeNow(29));
    await ledger.checkpoints.record({
      ...checkpointSubjectOf(release, deployment ?? watchedDeployment()),
      phase: 'traffic-shifting',
      status: 'InProgress',
      at: shiftingSince,
      seenAt: shiftingSince,
      shiftingSince,
      share: 0.1,
      evidence: [],
    });
    const minutes = Array.from(
      { length: 6 },
      (_, n) => new Date(Math.floor(minutesBeforeNow(29 - n) / 60_000) * 60_000),
    );
    const series = {
      requests: 60,
      invocations: 60,
      errors: 30,
      controlRequests: 540,
      controlInvocations: 540,
    };
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: Object.entries(series).map(([Id, value]) => ({
        Id,
        StatusCode: 'Complete' as const,
        Timestamps: minutes,
        Values: minutes.map(() => value),
      })),
    });
  });

  it('judges the data of ledger and CloudWatch, and only reads', async () => {
    const before = ledger.calls.length;
    await expect(run('orders', '--policy', usual)).resolves.toBe(0);
    expect(terminal.text).toMatch(new RegExp(`${RELEASE} .* bad +rolled back .* 3 min .* right`));
    expect(terminal.text).toContain(`compared-with-control: 50 % of`);
    expect(terminal.text).toContain(`requests to ${FUNCTION}:5 failed`);
    expect([...new Set(ledger.calls.slice(before))]).toEqual(['Query']);
  });

  it('saves its data as a file with the same result, and overwrites none', async () => {
    const saved = join(folder, 'orders.csv');
    await expect(run('orders', '--policy', usual, '--save', saved, '--json')).resolves.toBe(0);
    const [there] = answer().releases;
    terminal = new TerminalDouble(ledger.clientConfig);
    await expect(run('--policy', usual, '--metrics', saved, '--json')).resolves.toBe(0);
    const [again] = answer().releases;
    expect(again).toMatchObject({ at: there.at, rule: there.rule, errors: there.errors, label: 'bad' });
    terminal = new TerminalDouble(ledger.clientConfig);
    await expect(run('orders', '--policy', usual, '--save', saved)).resolves.toBe(2);
    expect(terminal.errors).toEqual([`${saved}: is there already: name another file`]);
    await expect(run('orders', '--policy', usual, '--save', join(folder, 'no', 'x.csv'))).resolves.toBe(2);
    expect(terminal.errors[1]).toContain('cannot be written: ENOENT');
  });

  it('refuses the entry of another service, and a service without a release', async () => {
    const entry = policy('version: 1\nservice: payment\nstack: shop-payment');
    await expect(run('orders', '--policy', entry)).resolves.toBe(2);
    expect(terminal.errors[0]).toContain('is the entry of payment, not of orders');
    await expect(run('stock', '--policy', usual)).resolves.toBe(2);
    expect(terminal.errors[1]).toBe('the ledger, for stock: there is no release to judge');
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it('names the releases that it could not judge', async () => {
    const older = releaseRecord({
      releaseId: 'orders-20251201T090000Z',
      startedAt: '2025-12-01T09:00:00.000Z',
      deployments: {},
    });
    await ledger.releases.open(older);
    const never = watchedDeployment({
      deploymentId: 'd-NEVER',
      createdAt: iso(minutesBeforeNow(10)),
      servedFrom: null,
    });
    await ledger.releases.open(
      releaseRecord({
        releaseId: 'orders-20260105T085420Z',
        startedAt: never.createdAt,
        verdict: 'failed',
        deployments: { 'd-NEVER': never },
      }),
    );
    await run('orders', '--policy', usual, '--from', '2025-11-01', '--json');
    expect(terminal.errors).toEqual([]);
    expect(answer().notJudged).toEqual([
      'older releases: 1 (CloudWatch keeps minutes for 15 days)',
      'deployments whose version never had traffic: 1',
    ]);
    terminal = new TerminalDouble(ledger.clientConfig);
    await expect(run('orders', '--policy', usual, '--from', '2026-01-05T08:50Z')).resolves.toBe(2);
    expect(terminal.errors[0]).toBe(
      'the ledger, for orders: there is no release to judge; not judged: deployments whose version never had traffic: 1',
    );
  });
});
