import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { catalogObject } from '../unit/fixtures/catalog.ts';
import { LedgerDouble } from '../unit/fixtures/ledger-double.ts';
import { mockBucket } from '../unit/fixtures/mock-bucket.ts';
import { incidentRecord, RELEASE } from '../unit/fixtures/records.ts';
import { iso, NOW } from '../unit/fixtures/times.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const stepFunctions = mockClient(SFNClient);
let terminal: TerminalDouble;

beforeEach(async () => {
  cloudFormation.reset();
  stepFunctions.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
  const ledger = new LedgerDouble();
  terminal = new TerminalDouble(ledger.clientConfig);
  mockBucket(catalogObject());
  await ledger.incidents.open(incidentRecord());
  const attempt = { incidentId: RELEASE, attempt: 1 };
  const request = { attempt: 1, planDigest: '0123456789abcdef', askedAt: iso(NOW), deadline: iso(NOW) };
  await ledger.approvals.ask(attempt, request);
  await ledger.approvals.wait(attempt, 'token-1');
});

const run = (...argv: string[]) => runCommand(argv, terminal);

it.each([
  ['approve', 'is approved'],
  ['refuse', 'is refused'],
])('%ss a rollback by the incident, and shows no token', async (command, words) => {
  await expect(run(command, RELEASE, '--by', 'Ada')).resolves.toBe(0);
  expect(terminal.lines).toEqual([`The rollback of ${RELEASE} (plan 0123456789abcdef) ${words}.`]);
  expect(stepFunctions.commandCalls(SendTaskSuccessCommand)).toHaveLength(1);
});

it('gives the reason why an incident cannot be answered', async () => {
  await expect(run('approve', 'orders-20260101T000000Z', '--by', 'Ada')).resolves.toBe(2);
  expect(terminal.errors.join()).toContain('there is no incident "orders-20260101T000000Z"');
  await expect(run('approve', 'orders-x', '--by', 'Ada')).resolves.toBe(2);
  expect(terminal.errors.at(-1)).toContain('must be the id of a release, such as orders-20260105T090500Z');
});

it('puts a service on hold, and releases it', async () => {
  await expect(run('hold', 'orders', '--by', 'Ada', '--reason', 'repairs')).resolves.toBe(0);
  expect(terminal.lines.at(-1)).toMatch(/^orders is on hold since .* put there by Ada: repairs$/);
  await expect(run('resume', 'orders', '--by', 'Ada')).resolves.toBe(0);
  expect(terminal.lines.at(-1)).toBe('Nothing is on hold.');
});

it('puts everything on hold', async () => {
  await expect(run('hold', '--all', '--by', 'Ada', '--json')).resolves.toBe(0);
  expect(terminal.text).toContain('"service": "*"');
});
