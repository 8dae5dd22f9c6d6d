import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { renderHistory } from '../../cli/render-history.ts';
import { renderWhy } from '../../cli/render-why.ts';
import { checkpointSubjectOf } from '../../shared/ledger/checkpoint-subject.ts';
import { catalogObject } from '../unit/fixtures/catalog.ts';
import { LedgerDouble } from '../unit/fixtures/ledger-double.ts';
import { mockBucket } from '../unit/fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  goodRelease,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  serviceResult,
  watchedDeployment,
} from '../unit/fixtures/records.ts';
import { iso, NOW } from '../unit/fixtures/times.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const shiftingSince = '2026-01-05T09:00:03.000Z';
let ledger: LedgerDouble;
let terminal: TerminalDouble;

beforeEach(async () => {
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
  ledger = new LedgerDouble();
  terminal = new TerminalDouble(ledger.clientConfig);
  mockBucket({ ...catalogObject(), ...planObject() });
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord());
  await ledger.checkpoints.record({
    ...checkpointSubjectOf(releaseRecord(), watchedDeployment()),
    phase: 'traffic-shifting',
    status: 'InProgress',
    at: shiftingSince,
    seenAt: iso(NOW),
    shiftingSince,
    share: 0.1,
    evidence: [],
  });
  await ledger.incidents.open(incidentRecord());
  await ledger.releases.markBad(RELEASE, RELEASE);
  await ledger.incidents.putServiceResult(serviceResult());
});

const run = (...argv: string[]) => runCommand(argv, terminal);

it('shows the live state in a table', async () => {
  await expect(run('live-at', 'now')).resolves.toBe(0);
  expect(terminal.lines).toEqual([
    'SERVICE  TARGET            LIVE              KNOWN BY                                               RELEASE',
    `orders   CreateOrder:live  versions 4 and 5  deployment ${DEPLOYMENT}, since 2026-01-05 09:00:03 UTC  ${RELEASE} (bad)`,
    `orders   stack             not recorded      its release saved none                                 ${RELEASE} (bad)`,
  ]);
});

it('shows how a version before the first record is known', async () => {
  await expect(run('live-at', '2026-01-05T08:00:00Z', 'orders')).resolves.toBe(0);
  expect(terminal.lines[1]).toMatch(/version 4 +deployment d-ORDERS005 began from it/);
  expect(terminal.lines[2]).toContain('stack shop-orders, saved with its release');
});

it('shows the history with phases and the reason of an incident', async () => {
  await expect(run('history', 'orders')).resolves.toBe(0);
  expect(terminal.lines).toEqual([
    `2026-01-05 09:00:00 UTC  release ${RELEASE}  bad, incident open`,
    '  because 21.4 % of 140 requests failed',
    `  ${DEPLOYMENT}  CreateOrder:live  version 4 -> 5`,
    '    2026-01-05 09:00:03 UTC  traffic-shifting  InProgress  10 %',
    '2026-01-04 09:00:00 UTC  release orders-20260104T090000Z  good',
  ]);
});

it('shows why a release failed', () => {
  const failed = { at: '2026-01-05T09:01:00.000Z', reason: 'deployment d-1 ended Failed (THROTTLED)' };
  const release = { releaseId: RELEASE, verdict: 'failed', failed, incident: null } as const;
  expect(renderHistory([{ at: '2026-01-05T09:00:00.000Z', release, deployments: [] }])).toEqual([
    `2026-01-05 09:00:00 UTC  release ${RELEASE}  failed`,
    '  because deployment d-1 ended Failed (THROTTLED)',
  ]);
});

it.each(['orders', RELEASE])('shows why, for %s', async (name) => {
  await expect(run('why', name)).resolves.toBe(0);
  expect(terminal.text).toContain(`Incident ${RELEASE}: open`);
  expect(terminal.text).toContain('Why\n  21.4 % of 140 requests failed');
  expect(terminal.text).toContain('What was planned\n  orders: to orders-20260104T090000Z');
  expect(terminal.text).toContain('aliases of stack shop-orders pinned');
  expect(terminal.text).toMatch(/What was done\n {2}orders: /);
  expect(terminal.text).toContain(`The deployments\n  ${DEPLOYMENT}`);
});

describe('the cause of an incident', () => {
  const facts = { approval: null, plan: null, results: [], deployments: [] };
  const { deploymentId: _, ...whole } = incidentRecord();
  const foundBad = { at: iso(NOW), reason: whole.reason, evidence: [] };
  const watching = 'watching what is live: the release came without a CodeDeploy deployment';

  it.each([
    ['a watch of a deployment', incidentRecord(), {}, `found by +watching deployment ${DEPLOYMENT}`],
    ['a watch of what is live', whole, { foundBad }, `found by +${watching}`],
    ['a person', { ...whole, requestedBy: 'Ada' }, {}, 'asked for by +Ada'],
    [
      'a watch, and a person later',
      { ...whole, attempt: 2, requestedBy: 'Ada' },
      { foundBad },
      `found by +${watching}[^]*attempts +2, the last asked for by Ada`,
    ],
  ])('%s', (_by, incident, changes, words) => {
    const text = renderWhy({ ...facts, incident, release: releaseRecord(changes) }).join('\n');
    expect(text).toMatch(new RegExp(words));
  });
});

it("shows the problems of a release's alarms at its beginning", () => {
  const preflight = {
    conditions: [
      { name: 'orders-errors', kind: 'noisy' as const, detail: 'went into ALARM 9 times' },
      { name: 'GetOrder:live', kind: 'unwatched' as const, detail: 'no alarm sees it: a counts b' },
      { name: 'ListOrders:live', kind: 'unwatched' as const, detail: 'no alarm sees it: a counts b' },
    ],
    rings: { 'orders-errors': 9, 'orders-slow': 1 },
    mutesUnknown: 'AccessDenied: no',
  };
  const deployments = {
    [DEPLOYMENT]: watchedDeployment({ preflight }),
    'd-ORDERS006': watchedDeployment({ deploymentId: 'd-ORDERS006', preflight }),
  };
  const facts = { approval: null, plan: null, results: [], deployments: [] };
  const lines = renderWhy({ ...facts, incident: incidentRecord(), release: releaseRecord({ deployments }) });
  const from = lines.indexOf('Its alarms as it began');
  expect(lines.slice(from + 1, lines.indexOf('', from))).toEqual([
    '  orders-errors  went into ALARM 9 times',
    '  orders-slow    went into ALARM 1 time in the 14 days before the release',
    '  GetOrder:live, ListOrders:live: no alarm sees it: a counts b',
    '  Whether alarms are muted could not be read (AccessDenied: no)',
  ]);
});

it('answers as JSON with --json', async () => {
  await expect(run('why', 'orders', '--json')).resolves.toBe(0);
  expect(JSON.parse(terminal.text)).toMatchObject({ why: { incident: { incidentId: RELEASE } } });
});

it.each([
  [['live-at', 'yesterday'], 'at: must be ISO 8601, e.g. "2026-01-05T09:00:00Z"'],
  [['history', 'order'], 'service: neither the catalog nor the ledger knows "order"; did you mean "orders"?'],
  [['why', 'nobody'], 'incident: "nobody" is neither an incident nor a service'],
])('cannot answer %j, and gives the reason', async (argv, message) => {
  await expect(run(...argv)).resolves.toBe(2);
  expect(terminal.errors).toEqual([message]);
  expect(terminal.lines).toEqual([]);
});

it('lists incidents and holds, and refuses an unknown service', async () => {
  await expect(run('incidents')).resolves.toBe(0);
  expect(terminal.text).toMatch(new RegExp(`^INCIDENT .*\n${RELEASE} `));
  terminal.lines.length = 0;
  await expect(run('holds')).resolves.toBe(0);
  expect(terminal.lines).toEqual(['Nothing is on hold.']);
  await expect(run('incidents', 'ordesr')).resolves.toBe(2);
  expect(terminal.errors.at(-1)).toContain('did you mean "orders"?');
});

it('status repeats with --watch, also after an error of AWS', async () => {
  const ends = new Error('Ctrl-C');
  let looks = 0;
  terminal.sleep = async (ms) => {
    expect(ms).toBe(5000);
    looks += 1;
    if (looks === 1) ledger.refuseNext('Query', 'ThrottlingException');
    if (looks === 3) throw ends;
  };
  await expect(run('status', '--watch', '--every', '5')).resolves.toBe(2);
  expect(
    terminal.lines.filter((line) => line.includes('1 service, 0 watched, 1 incident open')),
  ).toHaveLength(2);
  expect(terminal.errors).toEqual([expect.stringContaining('Asking again in 5 s.'), 'Error: Ctrl-C']);
});

it('status fills a terminal with --watch, and says how to see the lines without room', async () => {
  const small = Object.assign(new TerminalDouble(ledger.clientConfig), { columns: 80, rows: 6 });
  small.sleep = async () => {
    throw new Error('Ctrl-C');
  };
  await runCommand(['status', '--watch', '--region', 'eu-west-1'], small);
  const lines = small.text.split('\n');
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toMatch(/^\d+ more lines: rollback-coordinator status --region eu-west-1$/);
});

it('status gives one line of JSON for each look with --watch, of the schema of status', async () => {
  terminal.sleep = async () => {
    if (terminal.lines.length === 2) throw new Error('Ctrl-C');
  };
  await expect(run('status', '--watch', '--json')).resolves.toBe(2);
  expect(terminal.lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([['status'], ['status']]);
});

it('an answer fits a terminal of 80 columns and loses no word', async () => {
  await run('status');
  const whole = terminal.text.split(/\s+/);
  for (const columns of [80, 200]) {
    const narrow = Object.assign(new TerminalDouble(ledger.clientConfig), { columns });
    await runCommand(['status'], narrow);
    expect(narrow.lines.filter((line) => line.length > columns)).toEqual([]);
    for (const word of whole.filter((one) => !/^[A-Z]+$/.test(one))) expect(narrow.text).toContain(word);
  }
});

it('shows its usage', async () => {
  await expect(run('--help')).resolves.toBe(0);
  expect(terminal.text).toContain('Usage: rollback-coordinator COMMAND');
  await expect(run('what')).resolves.toBe(2);
  expect(terminal.errors).toEqual([
    expect.stringContaining('unknown command what'),
    'Try: rollback-coordinator --help',
  ]);
});

it("names the missing output of a stack that is not the coordinator's", async () => {
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [{ StackName: 'x', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE' }],
  });
  await expect(run('history', 'orders', '--stack', 'x')).resolves.toBe(2);
  expect(terminal.errors).toEqual([
    'The stack x in eu-west-1 has no output Ledger: is it a rollback coordinator of this version?',
  ]);
});
