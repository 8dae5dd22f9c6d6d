import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { runCli } from '../../cli/run-cli.ts';
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
import { coordinatorStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const shiftingSince = '2026-01-05T09:00:03.000Z';
let terminal: TerminalDouble;

beforeEach(async () => {
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
  const ledger = new LedgerDouble();
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

const run = (...argv: string[]) => runCli(argv, terminal);

it('shows what is live now in a table', async () => {
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

it.each(['orders', RELEASE])('shows why, for %s', async (name) => {
  await expect(run('why', name)).resolves.toBe(0);
  expect(terminal.text).toContain(`Incident ${RELEASE}: open`);
  expect(terminal.text).toContain('Why\n  21.4 % of 140 requests failed');
  expect(terminal.text).toContain('What was planned\n  orders: to orders-20260104T090000Z');
  expect(terminal.text).toContain('aliases of stack shop-orders pinned');
  expect(terminal.text).toMatch(/What was done\n {2}orders: /);
  expect(terminal.text).toContain(`The deployments\n  ${DEPLOYMENT}`);
});

it('answers as JSON with --json', async () => {
  await expect(run('why', 'orders', '--json')).resolves.toBe(0);
  expect(JSON.parse(terminal.text)).toMatchObject({ why: { incident: { incidentId: RELEASE } } });
});

it.each([
  [['live-at', 'yesterday'], 'at: must be ISO 8601, e.g. "2026-01-05T09:00:00Z"'],
  [['history', 'order'], 'service: neither the catalog nor the ledger knows "order"; did you mean "orders"?'],
  [['why', 'nobody'], 'incident: "nobody" is neither an incident nor a service'],
])('cannot answer %j, and says why', async (argv, message) => {
  await expect(run(...argv)).resolves.toBe(2);
  expect(terminal.errors).toEqual([message]);
  expect(terminal.lines).toEqual([]);
});

it('shows how it is used', async () => {
  await expect(run('--help')).resolves.toBe(0);
  expect(terminal.text).toContain('Usage: rollback-coordinator catalog validate');
  await expect(run('what')).resolves.toBe(2);
  expect(terminal.errors).toEqual([
    expect.stringContaining('unknown command what'),
    'Try: rollback-coordinator --help',
  ]);
});

it('says of a stack that is none of ours which output it lacks', async () => {
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [{ StackName: 'x', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE' }],
  });
  await expect(run('history', 'orders', '--stack', 'x')).resolves.toBe(2);
  expect(terminal.errors).toEqual([
    'The stack x in eu-west-1 has no output Ledger: is it a rollback coordinator?',
  ]);
});
